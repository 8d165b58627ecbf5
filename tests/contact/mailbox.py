"""A sender of the tests' own, plugged in by settings like any other: it keeps what it is given."""

from __future__ import annotations

from collections.abc import Callable

from tallystick.contact.ports import Parcel, Receipt


class Mailbox:
    """Keeps parcels. A test may have something happen before one is taken, or after, such as a broken line."""

    def __init__(self, *, repeats_safely: bool = False) -> None:
        self.repeats_safely = repeats_safely
        self.taken: list[Parcel] = []
        self.before: Callable[[Parcel], None] = lambda _parcel: None
        self.after: Callable[[Parcel], None] = lambda _parcel: None
        self.is_done = True
        self.closed = 0

    def send(self, parcel: Parcel) -> Receipt:
        self.before(parcel)
        self.taken.append(parcel)
        self.after(parcel)
        return Receipt(provider_id=f"taken {len(self.taken)}", is_done=self.is_done)

    def close(self) -> None:
        self.closed += 1


_open: dict[str, Mailbox] = {}


def put_up(name: str, box: Mailbox) -> dict[str, object]:
    """Put up a mailbox under a name, and give the setting that plugs it in."""
    _open[name] = box
    return {"ADAPTER": "tests.contact.mailbox.find", "OPTIONS": {"name": name}}


def find(*, name: str) -> Mailbox:
    """Give the mailbox of a name: what the setting's ADAPTER calls."""
    return _open[name]
