"""Lists of whole numbers as parameters: the ids of a chunk are written in a fraction of the driver's time."""

from __future__ import annotations

from typing import Any

from psycopg.types.array import ListDumper

_WHOLE = {int}


class ListOfNumbersDumper(ListDumper):
    """Writes a list of whole numbers at once, and any other list as the driver does, item by item.

    A night hands on the ids of a hundred thousand accounts several times. Written one by one they are a fifth of its cost.
    """

    def dump(self, obj: list[Any]) -> Any:
        """Write a list in PostgreSQL's text form."""
        if obj and set(map(type, obj)) == _WHOLE:
            return b"{%s}" % ",".join(map(str, obj)).encode()
        return super().dump(obj)
