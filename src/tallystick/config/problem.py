"""What can be wrong with the settings an operator gave."""


class BadEnvironment(ValueError):
    """An environment variable holds a value that cannot be read: an error, never a silent default."""
