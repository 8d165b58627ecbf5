"""The strategy that the bench runs: twelve states, sixty ways on, thirty conditions, written out by arithmetic."""

from __future__ import annotations

from collections.abc import Iterator

STATES = 12
#: Days between two steps of an account, and so the share of the book that acts in a night: one in so many.
STEP_DAYS = 10

_ORDERS = (
    "email: reminder_1",
    "note: Looked at",
    "email: reminder_2",
    "task: {kind: call, title: Call about the balance}",
)


def document() -> str:
    """Write the document."""
    return "\n".join(_lines()) + "\n"


def changed() -> str:
    """Write the document with another e-mail in one of its states, for a rehearsal."""
    return document().replace("email: reminder_1", "email: reminder_2", 1)


def _lines() -> Iterator[str]:
    yield "name: twelve-states"
    yield "title: Twelve states"
    yield "start: state-0"
    yield "never_when:"
    yield "  held: holds.stops_contact"
    yield "  disputed: disputes.open_count > 0"
    yield "  promised: promises.is_open"
    yield "states:"
    for number in range(STATES):
        yield from _state(number)


def _state(number: int) -> Iterator[str]:
    def following(after: int) -> str:
        return f"state-{(number + after) % STATES}"

    yield f"  state-{number}:"
    yield "    leave:"
    for when, after in (
        ("balance <= 0 and strategy.days_in_state > 3", 1),
        (f"promises.broken_in_a_row >= {2 + number % 3} and balance > £{500 + 50 * number}", 2),
        (f"payments.days_since_last < 2 and payments.last_amount >= £{10 + number}", 3),
        (f"payments.bounced > {1 + number % 2} and days_past_due > {30 * number}", 4),
    ):
        yield f"      - when: {when}"
        yield f"        go: {following(after)}"
    yield "    steps:"
    yield "      - id: act"
    yield f"        after: {STEP_DAYS} days"
    yield f'        when: balance >= £{5 + number % 4} or currency != "GBP"'
    yield "        on: any day"
    yield "        do:"
    yield f"          - {_ORDERS[number % len(_ORDERS)]}"
    yield f"        go: {following(1)}"
