"""Sessions beside the test's own: somebody who does something at the same time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

from django.db import connection

from tallystick.kernel import sql


class Hand(Thread):
    """Somebody who does something on a connection of their own; what is raised there is raised by `end`."""

    def __init__(self, do: Callable[[], object]) -> None:
        super().__init__()
        self._do = do
        self._error: BaseException | None = None
        self.pid = 0
        self.start()

    def run(self) -> None:
        try:
            self.pid = sql.value("SELECT pg_backend_pid()")
            self._do()
        except BaseException as error:
            self._error = error
        finally:
            connection.close()

    def waits(self) -> bool:
        """Test if it waits for a lock."""
        return bool(sql.value("SELECT cardinality(pg_blocking_pids(%s)) > 0", [self.pid]))

    def end(self) -> None:
        """Wait until it is done."""
        self.join()
        if self._error is not None:
            raise self._error
