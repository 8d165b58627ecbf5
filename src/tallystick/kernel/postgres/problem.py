"""What can be wrong with the embedded server, said so that an operator can act on it."""


class PostgresProblem(RuntimeError):
    """The embedded server cannot be used; the message is one sentence of what is wrong and what to do."""
