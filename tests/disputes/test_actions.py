"""A dispute freezes what is disputed and nothing else; upholding it credits it once."""

from datetime import date

import pytest
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.accounts import actions as account_actions
from tallystick.accounts.rules import AccountIsClosed, CloseReason, CurrencyDiffers
from tallystick.disputes import actions, facts, queries, rules
from tallystick.disputes.models import Dispute
from tallystick.disputes.rules import Reason, State
from tallystick.holds import queries as hold_queries
from tallystick.kernel import sql
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.ledger import queries as ledger_queries
from tallystick.ledger.rules import Cause
from tallystick.timeline import queries as timeline_queries

pytestmark = pytest.mark.django_db


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


def told(account):
    return timeline_queries.of_account([account.pk], kinds=["disputes."])


def dispute(account, item=None, amount=None, **terms):
    return actions.raise_dispute(
        account_id=account.pk,
        item_id=item and item.pk,
        amount=amount and gbp(amount),
        reason=Reason.PRICE,
        **{"at": AT, "by": TEST, **terms},
    )


def resolve(raised, outcome, credit=None, **terms):
    return actions.resolve_dispute(
        account_id=raised.account_id,
        dispute_id=raised.pk,
        outcome=outcome,
        credit=credit and gbp(credit),
        **{"at": AT, "by": TEST, **terms},
    )


def balance(account):
    return ledger_queries.balance(account.pk, currency="GBP")


def test_a_dispute_of_an_item_is_about_all_that_is_open_unless_an_amount_is_named():
    account = builders.account()
    item = builders.invoice(account, "100.00", reference="INV-1")

    part, rest = dispute(account, item, "30.00"), dispute(account, item)

    assert (part.amount_minor, rest.amount_minor) == (3000, 7000)
    assert told(account)[1]["data"] == {
        "dispute_id": part.pk,
        "item_id": item.pk,
        "item": "INV-1",
        "amount": {"minor": 3000, "currency": "GBP"},
        "reason": "price",
        "note": "",
    }
    assert queries.disputed_of_items([(account.pk, item.pk)]) == {(account.pk, item.pk): 10_000}


def test_a_dispute_places_no_hold_and_moves_no_money():
    account = builders.account()
    item = builders.invoice(account, "100.00")

    dispute(account, item)

    assert hold_queries.in_force([account.pk], on=TODAY) == []
    assert balance(account) == gbp("100.00")


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "70.01"])
def test_nothing_and_more_than_is_undisputed_cannot_be_disputed(amount):
    account = builders.account()
    item = builders.invoice(account, "100.00")
    builders.invoice(account, "900.00")
    dispute(account, item, "30.00")

    with pytest.raises(rules.DisputeAmountOutOfRange, match="70"):
        dispute(account, item, amount)

    assert Dispute.objects.count() == 1


def test_what_is_disputed_item_by_item_is_not_disputed_again_with_the_account():
    account = builders.account()
    dispute(account, builders.invoice(account, "100.00"))
    builders.invoice(account, "50.00")

    whole = dispute(account)

    assert whole.amount_minor == 5000
    with pytest.raises(rules.DisputeAmountOutOfRange):
        dispute(account)


def test_another_currency_a_closed_account_and_an_item_of_another_account_are_refused():
    account, other = builders.account(), builders.account()
    item = builders.invoice(account)

    with pytest.raises(CurrencyDiffers):
        actions.raise_dispute(account_id=account.pk, amount=Money(1, "EUR"), reason=Reason.OTHER, at=AT, by=TEST)
    with pytest.raises(NotFound):
        dispute(other, item)
    account_actions.close_account(account_id=account.pk, reason=CloseReason.RECALLED, at=AT, by=TEST)
    with pytest.raises(AccountIsClosed):
        dispute(account, item)

    assert not Dispute.objects.exists()


def test_an_upheld_dispute_credits_its_item_once():
    account = builders.account()
    item, other = builders.invoice(account, "100.00"), builders.invoice(account, "100.00", due_on=date(2025, 1, 1))
    raised = dispute(account, item, "40.00")

    resolved = resolve(raised, State.UPHELD, note=" sent twice ")

    item.refresh_from_db()
    other.refresh_from_db()
    assert (resolved.state, resolved.credited_minor, resolved.resolution) == (State.UPHELD, 4000, "sent twice")
    assert (item.open_minor, other.open_minor) == (6000, 10_000)
    assert balance(account) == gbp("160.00")
    with pytest.raises(rules.DisputeResolved):
        resolve(raised, State.UPHELD)
    assert balance(account) == gbp("160.00")
    assert len([event for event in told(account) if event["kind"].endswith("Resolved")]) == 1


def test_a_part_may_be_credited():
    account = builders.account()
    raised = dispute(account, builders.invoice(account, "100.00"))

    resolve(raised, State.UPHELD, "25.00")

    assert balance(account) == gbp("75.00")


def test_a_credit_for_an_item_that_was_paid_meanwhile_stays_on_account():
    account = builders.account()
    item, other = builders.invoice(account, "100.00"), builders.invoice(account, "100.00", due_on=date(2026, 3, 9))
    raised = dispute(account, item, "40.00")
    account_actions.apply_credits(
        [account_actions.Credit(account.pk, 1, gbp("90.00"), TODAY, items={item.pk: 9000})],
        cause_kind=Cause.PAYMENT,
        at=AT,
        by=TEST,
    )

    resolve(raised, State.UPHELD)

    item.refresh_from_db()
    other.refresh_from_db()
    account.refresh_from_db()
    assert (item.open_minor, other.open_minor, account.on_account_minor) == (0, 10_000, 3000)


def test_a_dispute_of_the_account_credits_the_oldest_due():
    account = builders.account()
    younger, oldest = builders.invoice(account), builders.invoice(account, due_on=date(2025, 1, 1))

    resolve(dispute(account, amount="30.00"), State.UPHELD)

    younger.refresh_from_db()
    oldest.refresh_from_db()
    assert (younger.open_minor, oldest.open_minor) == (10_000, 7000)


@pytest.mark.parametrize("outcome", [State.REJECTED, State.WITHDRAWN])
def test_a_dispute_that_is_not_upheld_credits_nothing(outcome):
    account = builders.account()
    raised = dispute(account, builders.invoice(account))

    resolve(raised, outcome)

    assert balance(account) == gbp("100.00")
    assert list(queries.open_disputes([account.pk])) == []


@pytest.mark.parametrize(
    ("outcome", "credit"),
    [
        pytest.param(State.UPHELD, "0.00", id="upheld for nothing"),
        pytest.param(State.UPHELD, "100.01", id="upheld for more than was disputed"),
        pytest.param(State.REJECTED, "1.00", id="rejected with a credit"),
    ],
)
def test_a_credit_that_does_not_fit_the_outcome_is_refused(outcome, credit):
    account = builders.account()
    raised = dispute(account, builders.invoice(account))

    with pytest.raises(rules.CreditOutOfRange):
        resolve(raised, outcome, credit)

    raised.refresh_from_db()
    assert raised.state == State.OPEN
    assert balance(account) == gbp("100.00")


def test_who_decides_disputes_need_not_be_who_allocates_money():
    account = builders.account()
    raised = dispute(account, builders.invoice(account))
    collector, leader = (builders.actor(builders.user(), right) for right in ("raise disputes", "resolve disputes"))

    with pytest.raises(NotPermitted):
        resolve(raised, State.UPHELD, by=collector)
    resolve(raised, State.UPHELD, by=leader)

    assert not balance(account)
    credit = timeline_queries.of_account([account.pk], kinds=["accounts.CreditApplied"])[0]
    assert credit["actor"] == leader.label


def test_a_dispute_cannot_be_left_open_by_resolving_it():
    with pytest.raises(ValueError, match="does not end"):
        actions.resolve_dispute(account_id=1, dispute_id=1, outcome=State.OPEN, at=AT, by=TEST)


def test_facts_count_what_is_open():
    account = builders.account()
    item = builders.invoice(account, "100.00")
    resolve(dispute(account, item, "10.00"), State.REJECTED)
    dispute(account, item, "30.00")
    (source,) = facts.SOURCES

    (row,) = sql.rows(
        sql.fill(source.sql, scope="account_id = ANY(%(accounts)s)"), {"accounts": [account.pk], "day": TODAY}
    )

    assert row == {
        "account_id": account.pk,
        "disputes_open": 1,
        "disputes_minor": 3000,
        "disputes_oldest_on": TODAY,
        "disputes_raised_days": [TODAY, TODAY],
        "disputes_raised_minor": [1000, 3000],
    }
    assert list(row)[1:] == [column.name for column in source.columns]


def test_invariants_hold_and_each_breach_is_named():
    account, other = builders.account(), builders.account()
    raised = dispute(account, builders.invoice(account))
    resolve(raised, State.UPHELD)
    assert [sql.rows(each.breaches) for each in queries.INVARIANTS] == [[], [], []]
    assert [sql.value(each.checked) for each in queries.INVARIANTS] == [1, 1, 1]

    Dispute.objects.update(credited_minor=1, item_id=builders.invoice(other).pk)

    for each in (queries.INVARIANTS[0], queries.INVARIANTS[2]):
        (breach,) = sql.rows(each.breaches)
        assert breach["account_id"] == account.pk
        assert f"dispute {raised.pk}" in breach["what"]
