"""The database wrapper that Django looks for in a backend.

`settings.DATABASES` has an entry `EMBEDDED`: None for a server of the operator's own, or the arguments of
`kernel.postgres.Embedded`. Importing settings starts nothing; the first connection does.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base
from psycopg import OperationalError

from tallystick.kernel import yielding
from tallystick.kernel.backend.numbers import ListOfNumbersDumper
from tallystick.kernel.postgres import ROLE, Embedded


@cache
def embedded(state_dir: Path, binaries: Path | None = None, ephemeral: bool = False) -> Embedded:
    """Give this process's only handle on the server of a state folder."""
    return Embedded(state_dir, binaries=binaries, ephemeral=ephemeral)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the embedded server, or to the one that DATABASE_URL names."""

    @property
    def embedded(self) -> Embedded | None:
        """The embedded server, running or not; None when the operator gave one."""
        wanted = self.settings_dict.get("EMBEDDED")
        return embedded(**wanted) if wanted else None

    def get_connection_params(self) -> dict[str, Any]:
        """Give what the driver needs, once the embedded server runs."""
        server = self.embedded
        if server is not None:
            if not server.is_used:
                server.start()
            self.settings_dict.update(HOST=str(server.socket_dir), PORT="5432", USER=ROLE)
        return super().get_connection_params()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; bring the embedded server back if it died since."""
        try:
            return super().get_new_connection(conn_params)
        except OperationalError:
            server = self.embedded
            # A server that is started by who yields would yield to everybody, for everybody's work.
            if server is None or server.is_ready() or yielding.is_low():
                raise
            server.start()
            return super().get_new_connection(conn_params)

    def init_connection_state(self) -> None:
        """Write lists of ids quickly, yield where this process does, and keep a server of one's own from compiling each query.

        The night's statement is one large expression: LLVM takes longer to compile it, once for every leaf of the book, than
        it takes to run.
        """
        super().init_connection_state()
        self.connection.adapters.register_dumper(list, ListOfNumbersDumper)
        if self.embedded is not None:
            yielding.lower(self.connection.info.backend_pid)
        else:
            with self.connection.cursor() as cursor:
                cursor.execute("SET jit = off")
            if not self.get_autocommit():
                self.connection.commit()
