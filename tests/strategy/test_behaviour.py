"""What is assumed of people: counted from the book's own history, worked out by hand, or the house's default, and said which."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from tests import builders
from tests.strategy.builders import BY, DAY, at

from tallystick.accounts.models import Account
from tallystick.contact.models import Call, Message
from tallystick.kernel.money import Money
from tallystick.payments import actions as payments
from tallystick.payments.rules.states import Method
from tallystick.promises.models import Promise
from tallystick.strategy.queries import behaviour
from tallystick.strategy.rules.foresight import assumptions as rules
from tallystick.strategy.rules.foresight.assumptions import Source
from tallystick.strategy.rules.foresight.figures import of_all
from tallystick.worklists.models import WorkItem
from tallystick.worklists.rules import Kind

#: A day on which something reached a debtor whose invoice was ten days late.
REACHED = DAY - timedelta(days=30)


def _late() -> Account:
    account = builders.account()
    builders.invoice(account, "100.00", due_on=REACHED - timedelta(days=10))
    return account


def _letter(account: Account, day: date = REACHED, purpose: str = "demand") -> None:
    Message.objects.create(
        account=account,
        party_id=account.party_id,
        client_id=account.client_id,
        cause_id=day.toordinal(),
        cause_kind="test",
        queued_at=at(day),
        next_attempt_at=at(day),
        sent_at=at(day),
        channel="letter",
        state="sent",
        purpose=purpose,
        queued_by="test",
    )


def _call(account: Account, outcome: str) -> None:
    Call.objects.create(
        account=account,
        party_id=account.party_id,
        called_at=at(REACHED),
        recorded_at=at(REACHED),
        direction="out",
        outcome=outcome,
        caller="test",
    )


def _pay(account: Account, amount: str, days_later: int) -> None:
    day = REACHED + timedelta(days=days_later)
    payments.record_payment(
        account_id=account.pk,
        amount=Money.of(amount, "GBP"),
        booked_on=day,
        method=Method.CASH,
        source="test",
        source_key=f"{day}",
        at=at(day),
        by=BY,
    )


@pytest.mark.django_db
def test_who_pays_after_a_letter_is_counted():
    full, part, late, never, twice, told, long_ago, just_now = (_late() for _number in range(8))
    for account in (full, part, late, never, twice):
        _letter(account)
    _pay(full, "100.00", 14)
    _pay(part, "30.00", 1)
    # A day too late, and in two parts that come to the whole in time.
    _pay(late, "100.00", 15)
    _pay(twice, "60.00", 2)
    _pay(twice, "40.00", 9)
    # No demand, too long ago, and too lately to know.
    _letter(told, purpose="information")
    _letter(long_ago, DAY - timedelta(days=181))
    _letter(just_now, DAY - timedelta(days=13))

    found = behaviour.counted(today=DAY)

    assert {name: both for name, both in found.items() if name.startswith("pays.")} == {
        "pays.letter.1.full": (5, 2),
        "pays.letter.1.part": (5, 1),
    }


@pytest.mark.django_db
def test_who_pays_after_a_call_is_counted():
    spoken_to, silent, promised = (_late() for _number in range(3))
    _call(spoken_to, "informed")
    _call(silent, "no_answer")
    _call(promised, "promise")
    for account in (spoken_to, silent, promised):
        _pay(account, "100.00", 3)

    found = behaviour.counted(today=DAY)

    assert {name: both for name, both in found.items() if name.startswith("pays.")} == {
        "pays.call.1.full": (1, 1),
        "pays.call.1.part": (1, 0),
    }


@pytest.mark.django_db
def test_how_soon_work_is_done_is_counted_in_working_days():
    account = builders.account()
    for due_on, done_on, outcome in (
        (date(2026, 2, 16), date(2026, 2, 18), "promise"),  # Monday to Wednesday: three days
        (date(2026, 2, 13), date(2026, 2, 16), "informed"),  # Friday to Monday: two
        (date(2026, 2, 26), None, ""),  # since Thursday, and today is Monday: three
    ):
        WorkItem.objects.create(
            account=account,
            client_id=account.client_id,
            kind=Kind.CALL,
            title="Call",
            due_on=due_on,
            rank=1,
            priority=50,
            created_at=at(due_on),
            created_by="test",
            state="done" if done_on else "open",
            outcome=outcome,
            done_at=datetime.combine(done_on, time(9), tzinfo=UTC) if done_on else None,
        )

    found = behaviour.counted(today=DAY)

    assert found["done.call"] == (8, 2)
    assert (found["result.call.promise"], found["result.call.informed"]) == ((2, 1), (2, 1))


@pytest.mark.django_db
def test_promises_that_are_kept_are_counted():
    for state, ended_on in (
        ("kept", DAY - timedelta(days=9)),
        ("partly_kept", DAY - timedelta(days=9)),
        ("broken", DAY - timedelta(days=9)),
        ("broken", DAY - timedelta(days=181)),
    ):
        Promise.objects.create(
            account=builders.account(),
            amount_minor=100,
            balance_minor=100,
            broken_balance_minor=100 if state == "broken" else None,
            broken_in_a_row=1 if state == "broken" else 0,
            currency="GBP",
            made_on=ended_on - timedelta(days=5),
            pay_on=ended_on - timedelta(days=2),
            grace_until_on=ended_on,
            state=state,
            ended_on=ended_on,
            ended_at=at(ended_on),
            made_at=at(DAY),
            made_by="test",
        )

    assert behaviour.counted(today=DAY)["kept"] == (3, 2)


def test_two_hundred_cases_are_enough_and_less_is_said():
    found = rules.with_history(rules.defaults(), {"kept": (200, 150), "done.call": (199, 1)})

    assert (found["kept"].value, found["kept"].source, found["kept"].cases) == (Decimal("0.7500"), Source.HISTORY, 200)
    assert (found["done.call"].value, found["done.call"].source) == (Decimal("0.60"), Source.DEFAULT)
    assert (found["done.call"].cases, found["done.call"].happened) == (199, 1)


def test_what_comes_of_calls_is_told_as_a_whole():
    counted = {"result.call.refuses": (400, 300), "result.call.promise": (400, 100), "result.callback.promise": (3, 3)}

    found = rules.with_history(rules.defaults(), counted)

    assert rules.results_of(found, Kind.CALL) == [("promise", Decimal("0.25")), ("refuses", Decimal("1.00"))]
    assert [word for word, _upto in rules.results_of(found, Kind.CALLBACK)] == ["informed", "no_answer", "promise"]
    assert rules.results_of(found, Kind.REVIEW) == [("done", Decimal(1))]


def test_assumptions_are_read_as_they_were_written():
    found = rules.what_if(rules.with_history(rules.defaults(), {"kept": (500, 100)}), {"hours": "7.5", "kept": "0.2"})

    assert rules.from_json(rules.as_json(found)) == found
    assert (found["hours"].source, found["kept"].source) == (Source.ASKED, Source.HISTORY)


def test_every_assumption_says_what_it_is():
    for each in rules.defaults().values():
        assert each.said
        assert each.said != each.name


@pytest.mark.parametrize(
    ("counted", "parts", "lived", "value", "margin"),
    # 1.96 × 10 × √(100 × 0.9) = 185.9; nothing of nothing; all of all.
    [(100, 10, 1, 1_000, 186), (0, 10, 1, 0, 0), (7, 3, 3, 7, 0)],
)
def test_a_part_tells_of_all_with_its_margin(counted, parts, lived, value, margin):
    estimate = of_all(counted, parts=parts, lived=lived)

    assert (estimate.value, estimate.margin, estimate.is_exact) == (value, margin, margin == 0)
