"""People decide about lines that wait: allocate, share, park, ignore."""

from datetime import date

import pytest
from tests import builders
from tests.builders import AT, TEST
from tests.payments.owing import allocate, counts, gbp, heads, house_of, told, waiting_line

from tallystick.accounts import rules as account_rules
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound
from tallystick.ledger.rules import Head
from tallystick.payments import actions
from tallystick.payments.models import Payment
from tallystick.payments.rules import states

pytestmark = pytest.mark.django_db


def test_a_person_allocates_a_line_to_the_oldest_due():
    account, later, line = waiting_line("60.00")
    older = builders.invoice(account, "40.00", due_on=date(2026, 1, 1))

    payment = allocate(line, account)

    older.refresh_from_db(), later.refresh_from_db(), line.refresh_from_db()
    assert (older.open_minor, later.open_minor) == (0, 8_000)
    assert (payment.amount_minor, line.state, line.decided_by) == (6_000, states.LineState.APPLIED, "system: test")


def test_a_person_allocates_a_line_to_chosen_items():
    account, later, line = waiting_line("60.00")
    older = builders.invoice(account, "40.00", due_on=date(2026, 1, 1))

    allocate(line, account, items={later.pk: gbp("50.00")})

    older.refresh_from_db(), later.refresh_from_db()
    assert (older.open_minor, later.open_minor) == (4_000, 5_000)
    assert heads(account.pk)[Head.ON_ACCOUNT] == -1_000


def test_an_over_payment_stays_on_the_account():
    account, item, line = waiting_line("160.00")

    allocate(line, account)

    item.refresh_from_db()
    assert (item.open_minor, heads(account.pk)[Head.ON_ACCOUNT]) == (0, -6_000)


def test_a_line_is_shared_between_accounts():
    account, _, line = waiting_line("60.00")
    other = builders.account(account.portfolio)
    builders.invoice(other, "20.00")

    allocate(line, other, amount=gbp("20.00"))
    line.refresh_from_db()
    assert (line.state, line.open_minor) == (states.LineState.WAITING, 4_000)
    allocate(line, account)

    line.refresh_from_db()
    assert line.state == states.LineState.APPLIED
    assert sorted(Payment.objects.values_list("source_key", flat=True)) == [f"{line.pk}/1", f"{line.pk}/2"]


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        pytest.param({"amount": gbp("60.01")}, states.MoreThanLine, id="more than came"),
        pytest.param({"amount": gbp("0.00")}, account_rules.AmountNotPositive, id="nothing"),
        pytest.param({"amount": Money.of("1", "EUR")}, account_rules.CurrencyDiffers, id="another currency"),
        pytest.param({"items": "more than the amount"}, account_rules.MoreThanOpen, id="items over the amount"),
        pytest.param({"items": "more than is open"}, account_rules.MoreThanOpen, id="more than is open"),
        pytest.param({"items": "of another account"}, NotFound, id="an item of another account"),
    ],
)
def test_an_allocation_that_is_refused_writes_nothing(terms, refusal):
    account, item, line = waiting_line("60.00", owed="50.00")
    stranger = builders.invoice(builders.account(account.portfolio), "5.00")
    items = {
        "more than the amount": {item.pk: gbp("50.00"), builders.invoice(account, "20.00").pk: gbp("20.00")},
        "more than is open": {item.pk: gbp("50.01")},
        "of another account": {stranger.pk: gbp("1.00")},
    }
    if isinstance(terms.get("items"), str):
        terms = {"items": items[terms["items"]]}
    before = counts()

    with pytest.raises(refusal):
        allocate(line, account, **terms)

    assert counts() == before


def test_a_line_is_not_allocated_twice():
    account, _, line = waiting_line()
    allocate(line, account)
    before = counts()

    with pytest.raises(states.LineNotWaiting):
        allocate(line, account)

    assert counts() == before


def test_money_out_pays_nothing():
    account, _, line = waiting_line("-60.00")

    with pytest.raises(states.LineIsMoneyOut):
        allocate(line, account)


def test_money_of_one_client_pays_no_account_of_another():
    _, _, line = waiting_line()
    stranger = builders.account()

    with pytest.raises(states.OtherClient):
        allocate(line, stranger)


def test_a_parked_line_waits_for_whoever_takes_it_up():
    account, _, line = waiting_line()

    actions.park_line(line_id=line.pk, note="asked the payer", at=AT, by=TEST)

    line.refresh_from_db()
    assert (line.state, line.note) == (states.LineState.PARKED, "asked the payer")
    assert told(house_of(account), "LineDecided")[0]["note"] == "asked the payer"
    actions.take_line_up(line_id=line.pk, at=AT, by=TEST)
    allocate(line, account)


def test_a_line_is_not_parked_without_a_note():
    _, _, line = waiting_line()

    with pytest.raises(states.ReasonMissing):
        actions.park_line(line_id=line.pk, note=" ", at=AT, by=TEST)


def test_a_bank_charge_is_ignored_and_stays_in_suspense():
    account, _, line = waiting_line("-25.00")

    actions.ignore_line(line_id=line.pk, reason=states.IgnoreReason.BANK_CHARGE, at=AT, by=TEST)

    line.refresh_from_db()
    assert (line.state, line.reason) == (states.LineState.IGNORED, "bank_charge")
    assert heads(house_of(account)) == {Head.BANK: -2_500, Head.SUSPENSE: 2_500}


def test_what_has_paid_something_is_not_ignored():
    account, _, line = waiting_line()
    allocate(line, account, amount=gbp("10.00"))

    with pytest.raises(states.LinePartlyApplied):
        actions.ignore_line(line_id=line.pk, reason=states.IgnoreReason.NOT_OURS, at=AT, by=TEST)


def test_a_line_of_which_somebody_took_a_part_meanwhile_is_refused_to_who_saw_the_whole():
    account, _, line = waiting_line("60.00")
    allocate(line, account, amount=gbp("30.00"))
    before = counts()

    with pytest.raises(states.LineChanged):
        allocate(line, account, amount=gbp("30.00"), seen=gbp("60.00"))

    assert counts() == before
