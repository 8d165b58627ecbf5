"""The wrapper that Django looks for in a backend."""

from tests.engine.creation import DatabaseCreation
from tests.engine.operations import DatabaseOperations

from tallystick.kernel.backend import base


class DatabaseWrapper(base.DatabaseWrapper):
    """The program's own connection, with test databases that are cloned and flushed in ways of their own."""

    creation_class = DatabaseCreation
    ops_class = DatabaseOperations
