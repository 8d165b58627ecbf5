"""How events are written down."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum

import pytest

from tallystick.kernel.choices import Choice
from tallystick.kernel.money import Money
from tallystick.timeline import rules


class Colour(Choice):
    RED = "red", "Red"


class Number(IntEnum):
    TWO = 2


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        ("text", "text"),
        (7, 7),
        (True, True),
        (Money(-150, "JPY"), {"minor": -150, "currency": "JPY"}),
        (date(2026, 2, 28), "2026-02-28"),
        (datetime(2026, 2, 28, 23, 59, tzinfo=UTC), "2026-02-28T23:59:00+00:00"),
        (Colour.RED, "red"),
        (Number.TWO, 2),
        ([Money(1, "GBP"), None], [{"minor": 1, "currency": "GBP"}, None]),
        ((date(2026, 1, 1),), ["2026-01-01"]),
        ({3: Colour.RED}, {"3": "red"}),
    ],
)
def test_what_belongs_in_an_event_is_written_so_that_it_can_be_read_in_twenty_years(value, written):
    found = rules.as_json(value)

    assert found == written
    assert type(found) is type(written)


@pytest.mark.parametrize("value", [1.5, Decimal("1.5"), b"bytes", object(), {1, 2}])
def test_what_cannot_be_read_back_exactly_does_not_belong_in_an_event(value):
    with pytest.raises(TypeError, match="does not belong in an event"):
        rules.as_json(value)


@dataclass(frozen=True, slots=True)
class Happened:
    account_id: int
    amount: Money
    on: date


def test_the_account_has_a_column_of_its_own():
    event = Happened(7, Money(5, "GBP"), date(2026, 1, 2))

    assert rules.data_of(event) == {"amount": {"minor": 5, "currency": "GBP"}, "on": "2026-01-02"}
