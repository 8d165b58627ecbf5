"""The interest that follows from a payment is shown when the payment is taken back, and corrected in the same step."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.access.rules.rights import Role
from tallystick.accounts.models import Account, Item
from tallystick.charges import actions as charge_actions
from tallystick.charges.models import Line
from tallystick.config import invariants
from tallystick.desk import actions
from tallystick.desk.rules.undoing import ChainChanged
from tallystick.kernel.money import Money
from tallystick.ledger.models import Entry
from tallystick.payments import actions as payment_actions
from tallystick.payments.models import Payment
from tallystick.payments.rules.states import Method, ReversalReason

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("hearing")]

#: Of 1,000.00: 22 pence a day, 21.917… exactly.
EIGHT = {"rate": {"percent": 8, "day_count": "actual/365"}, "charged": "daily"}
YESTERDAY = TODAY - timedelta(days=1)
CAME = date(2026, 1, 20)


def owing(book: Any, *, pays: str) -> tuple[Account, Payment]:
    """A debtor who owed £1,000 from the first of January and paid on the 20th, with interest charged through yesterday."""
    account = builders.account(builders.portfolio(book.near))
    builders.invoice(account, "1000.00", due_on=date(2026, 1, 1), reference="INV-9")
    payment = payment_actions.record_payment(
        account_id=account.pk,
        amount=Money.of(pays, "GBP"),
        booked_on=CAME,
        method=Method.CASH,
        source="till",
        source_key=f"R {account.pk}",
        at=datetime(2026, 1, 20, 9, tzinfo=UTC),
        by=TEST,
    )
    return account, payment


@pytest.fixture
def agreed(book: Any) -> Any:
    charge_actions.set_agreement(client_id=book.near.pk, from_on=date(2026, 1, 1), document=EIGHT, at=AT, by=TEST)
    return book


def night() -> Any:
    return charge_actions.accrue(day=YESTERDAY, at=AT, by=TEST)


def terms(payment: Payment, **more: Any) -> dict[str, Any]:
    return {
        "payment_id": payment.pk,
        "reason": ReversalReason.ERROR,
        "booked_on": CAME,
        "at": AT + timedelta(minutes=5),
        "by": TEST,
        **more,
    }


def standing(account: Account) -> list[Any]:
    """What stands of an account's interest: its lines, its entries by day, and its items."""
    lines = Line.objects.filter(account_id=account.pk, taken_back_at__isnull=True).order_by("first_day")
    entries = Entry.objects.filter(account_id=account.pk).order_by("id")
    return [
        *lines.values_list("first_day", "last_day", "days", "base_minor", "percent", "amount_minor"),
        *entries.values_list("debit", "credit", "amount_minor", "booked_on", "cause_kind", "cause_no"),
        *Item.objects.filter(account=account).order_by("kind").values_list("kind", "amount_minor", "open_minor"),
    ]


def is_sound() -> bool:
    """Whether nothing breaks an invariant of the rooms that interest and payments write to."""
    chosen = [
        each for room, each in invariants.all_invariants() if room in {"ledger", "accounts", "charges", "payments"}
    ]
    return all(finding.is_sound for finding in invariants.check(chosen))


@pytest.mark.parametrize(
    "pays",
    [
        pytest.param("600.00", id="a part"),
        pytest.param("1000.00", id="all of it, which had settled the item"),
        pytest.param("1300.00", id="more than is owed"),
    ],
)
def test_interest_is_shown_and_corrected_as_the_next_night_would(agreed, pays):
    account, payment = owing(agreed, pays=pays)
    twin, of_twin = owing(agreed, pays=pays)
    night()

    seen = actions.look_at_reversal(**terms(payment))
    done = actions.reverse_with_all(**terms(payment), seen=seen.seen)
    payment_actions.reverse_payment(**terms(of_twin))
    night()
    after = standing(account)
    again = night()

    [turn] = seen.interest
    assert done.written() == seen.written()
    assert [(line.first_day, line.last_day, line.amount.minor) for line in turn.charged] == [
        (date(2026, 1, 21), YESTERDAY, 877)
    ]
    assert turn.after.total == Money.of("12.93", "GBP")
    assert after == standing(twin)
    assert (again.done, standing(account)) == (0, after)
    assert is_sound()


def test_the_night_finds_nothing_to_do_after_it(agreed):
    account, payment = owing(agreed, pays="600.00")
    night()
    seen = actions.look_at_reversal(**terms(payment))
    actions.reverse_with_all(**terms(payment), seen=seen.seen)
    after = standing(account)

    outcome = night()

    assert (outcome.done, standing(account)) == (0, after)


def test_an_item_that_never_bore_interest_bears_it_once_the_payment_is_gone(agreed):
    account, payment = owing(agreed, pays="1000.00")
    Item.objects.filter(account=account).update(settled_on=date(2025, 12, 31))
    night()
    assert not Line.objects.filter(account_id=account.pk).exists()

    seen = actions.look_at_reversal(**terms(payment))

    [turn] = seen.interest
    assert (turn.before.total.minor, turn.after.total.minor) == (0, 1293)
    assert [(was.open.minor, now.open.minor) for was, now in seen.items] == [(0, 1000_00), (0, 1293)]


def test_where_interest_was_charged_between_look_and_deed_something_else_follows(agreed):
    _account, payment = owing(agreed, pays="600.00")
    seen = actions.look_at_reversal(**terms(payment))
    night()

    with pytest.raises(ChainChanged):
        actions.reverse_with_all(**terms(payment), seen=seen.seen)


def test_the_page_and_the_json_say_which_days_bear_what(agreed, log_in):
    _account, payment = owing(agreed, pays="600.00")
    night()
    cashier, asked = log_in(Role.CASH_APPLIER), {"reason": "error", "booked_on": CAME.isoformat()}

    page = " ".join(cashier.get(reverse("desk:take_back", args=[payment.pk]), asked).content.decode().split())
    said = cashier.get(reverse("desk:take_back_as_json", args=[payment.pk]), asked).json()

    assert "On INV-9" in page
    assert "£12.93" in page
    assert said["interest"][0]["charged"] == [
        {
            "first_day": "2026-01-21",
            "last_day": "2026-03-01",
            "balance_minor": 100_000,
            "percent": "8",
            "amount_minor": 877,
        }
    ]
    assert said["interest"][0]["charged_minor"] == {"before": 767, "after": 1293}
