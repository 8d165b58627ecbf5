"""The shipped strategy by stages, lived through day by day: in 2026 Easter is on 5 April, and 4 May is a bank holiday."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, at, happened, run, state
from tests.strategy.reference import arm_of

from tallystick.accounts.models import Account
from tallystick.contact.actions.templates import load_templates
from tallystick.contact.models import Message
from tallystick.holds.models import Hold
from tallystick.kernel import sql
from tallystick.parties import actions as party_actions
from tallystick.parties.rules import ContactKind
from tallystick.strategy import actions
from tallystick.strategy.queries import invariants, versions, why
from tallystick.timeline import queries as timeline
from tallystick.worklists import actions as worklists
from tallystick.worklists.models import WorkItem

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("hearing")]

FIRST, DUE_ON = date(2026, 3, 20), date(2026, 4, 1)
SHARES = {"champion": 90, "challenger": 10}


@pytest.fixture
def published():
    load_templates(at=at(FIRST), by=BY)
    actions.begin_book(day=FIRST)
    return strategies.publish(versions.shipped("staged-reminders"), day=FIRST)


def _account(arm: str) -> Account:
    """Open an account of a debtor of an arm, with an invoice that falls due on the day."""
    while True:
        account = builders.account()
        if arm_of("early-call", SHARES, account.party_id) == arm:
            break
    party_actions.add_contact_point(
        party_id=account.party_id, kind=ContactKind.EMAIL, value="amelia@debtor.example", at=at(FIRST), by=BY
    )
    builders.invoice(account, "100.00", due_on=DUE_ON)
    return account


def _run(first: date, last: date) -> None:
    for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
        run(day)


def _finish(account: Account, outcome: str, day: date) -> None:
    task = WorkItem.objects.get(account_id=account.pk, state="open")
    worklists.complete_task(work_item_id=task.pk, outcome=outcome, at=at(day), by=BY)


def _april(day: int) -> date:
    return date(2026, 4, day)


def _sound(day: date) -> None:
    for rule in invariants.INVARIANTS:
        for part in rule.parts(at=at(day)):
            assert sql.rows(part.select, part.params) == [], rule.name


@pytest.mark.usefixtures("published")
def test_every_step_comes_on_its_day():
    account = _account("champion")
    _run(FIRST, _april(28))
    _finish(account, "refuses", _april(29))
    _run(_april(29), date(2026, 5, 21))

    assert happened(account.pk) == [
        (date(2026, 3, 27), "Courtesy before the due day"),
        (_april(4), "→ Reminding"),
        (_april(7), "First reminder"),
        (_april(9), "Early call"),
        (_april(20), "Second reminder"),
        (_april(23), "Call"),
        (_april(28), "Call"),
        (_april(29), "Call"),
        (_april(29), "Final letter"),
        (date(2026, 5, 14), "Decide how to go on"),
        (date(2026, 5, 21), "Decide how to go on"),
    ]
    passed = [past.title for past in why.history(account.pk) if past.title.startswith("Passed over")]
    assert passed == ["Passed over: Early call"]
    late = timeline.of_account([account.pk], kinds=["worklists.TaskOverran"])
    assert [event["data"]["limit_on"] for event in late] == ["2026-05-21", "2026-04-28"]
    _sound(date(2026, 5, 21))


@pytest.mark.usefixtures("published")
def test_one_customer_in_ten_is_called_early_and_the_account_waits_for_it():
    account = _account("challenger")
    _run(FIRST, _april(13))
    assert (
        why.why(account.pk, day=_april(13)).sentence
        == "Reminding: “Early call” waits for a person until 14 April 2026."
    )

    _run(_april(14), _april(20))

    assert happened(account.pk)[2:] == [
        (_april(7), "First reminder"),
        (_april(9), "Early call"),
        (_april(14), "Early call"),
        (_april(20), "Second reminder"),
    ]


@pytest.mark.usefixtures("published")
def test_who_cannot_pay_is_left_in_peace_for_a_month():
    account = _account("champion")
    _run(FIRST, _april(23))
    _finish(account, "hardship", _april(24))
    _run(_april(24), date(2026, 5, 23))
    assert state(account.pk) == "in-peace"
    assert Hold.objects.get(account=account).until_on == date(2026, 5, 24)

    _run(date(2026, 5, 24), date(2026, 5, 24))

    assert happened(account.pk)[-3:] == [
        (_april(24), "Call"),
        (_april(24), "Leave in peace for a month"),
        (date(2026, 5, 24), "Ask how things are"),
    ]
    _sound(date(2026, 5, 24))


@pytest.mark.usefixtures("published")
def test_the_oldest_account_of_a_customer_speaks_for_all():
    account = _account("champion")
    younger = strategies.sibling(account)
    builders.invoice(younger, "50.00", due_on=DUE_ON + timedelta(days=3))
    _run(FIRST, _april(9))

    assert {message.account_id for message in Message.objects.all()} == {account.pk}
    assert "First reminder" in [title for _day, title in happened(younger.pk)]
    _sound(_april(9))
