"""What can be wrong with what an operator gave: settings, and the database."""


class BadEnvironment(ValueError):
    """An environment variable holds a value that cannot be read: an error, never a silent default."""


class NotReady(Exception):
    """The database cannot be worked with as it is; the sentence says what to do about it."""
