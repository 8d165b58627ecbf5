"""Files of the bank come in, and what is exact is applied at once."""

import io
from datetime import date

import pytest
from tests import builders
from tests.builders import AT, TEST
from tests.payments.bank_files import bank_account, csv_of, import_file, mt940_of
from tests.payments.owing import counts, heads, house_of, owes, told

from tallystick.accounts.models import Item
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.ledger.models import Entry
from tallystick.ledger.rules import Head
from tallystick.payments import actions, queries
from tallystick.payments.models import BankAccount, Payment, StatementFile, StatementLine
from tallystick.payments.rules import refusals, states
from tallystick.payments.rules.days import DayOrder
from tallystick.payments.rules.matching import Waits

pytestmark = pytest.mark.django_db


def test_a_line_with_exact_reference_and_amount_is_applied_at_once():
    account, item, bank = owes()

    imported = import_file(csv_of([("13/02/2026", "FPI ACME LTD INV 1001", "100.00")]), bank)

    item.refresh_from_db()
    line, payment = StatementLine.objects.get(), Payment.objects.get()
    assert (imported.new_lines, imported.matched.done) == (1, 1)
    assert (item.open_minor, item.settled_on) == (0, date(2026, 2, 13))
    assert (line.state, line.open_minor) == (states.LineState.APPLIED, 0)
    assert (payment.account_id, payment.amount_minor, payment.booked_on) == (account.pk, 10_000, date(2026, 2, 13))
    assert payment.recorded_by == "system: exact reference and amount"
    assert told(account.pk, "PaymentReceived")[0]["payment_id"] == payment.pk


def test_money_is_booked_on_the_house_account_and_moves_to_the_debtor_by_two_entries():
    account, _, bank = owes()

    import_file(csv_of([("13/02/2026", "INV-1001", "100.00"), ("13/02/2026", "WHO KNOWS", "7.50")]), bank)

    assert heads(house_of(account)) == {Head.BANK: 10_750, Head.SUSPENSE: -750, Head.TRANSFER: -10_000}
    assert heads(account.pk) == {Head.PLACED: -10_000, Head.TRANSFER: 10_000}


def test_the_same_file_twice_changes_nothing():
    _, _, bank = owes()
    rows = [("13/02/2026", "INV-1001", "100.00"), ("14/02/2026", "COFFEE", "-3.50")]
    first = import_file(csv_of(rows), bank)
    before = counts()

    again = import_file(csv_of(rows), bank, name="another name")

    assert (again.file_id, again.is_repeat, again.new_lines) == (first.file_id, True, 0)
    assert counts() == before


def test_an_overlapping_file_adds_only_what_is_new():
    _, _, bank = owes()
    import_file(csv_of([("13/02/2026", "A", "1.00"), ("14/02/2026", "B", "2.00")]), bank)

    imported = import_file(csv_of([("14/02/2026", "B", "2.00"), ("15/02/2026", "C", "3.00")]), bank)

    assert (imported.new_lines, imported.known_lines) == (1, 1)
    assert StatementLine.objects.count() == 3


def test_two_true_equal_lines_on_one_day_are_both_kept_and_known_again():
    _, _, bank = owes()
    twice = [("13/02/2026", "COFFEE", "-3.50"), ("13/02/2026", "COFFEE", "-3.50")]
    import_file(csv_of(twice), bank)

    imported = import_file(csv_of([*twice, ("14/02/2026", "COFFEE", "-3.50")]), bank)

    assert (imported.new_lines, imported.known_lines) == (1, 2)
    assert StatementLine.objects.count() == 3


def test_the_banks_own_reference_tells_lines_apart_across_files():
    _, _, bank = owes()
    import_file(mt940_of([("260213", "C5,00", "ACME", "FPI1"), ("260213", "C5,00", "ACME", "FPI2")]), bank)

    imported = import_file(
        mt940_of([("260213", "C5,00", "ACME AGAIN", "FPI2"), ("260213", "C5,00", "X", "FPI3")]), bank
    )

    assert (imported.new_lines, imported.known_lines) == (1, 1)


def test_a_file_finds_its_bank_account_by_number():
    account, _, bank = owes()
    other = bank_account(account.client, currency="GBP")

    import_file(mt940_of([("260213", "C5,00", "ACME", "")], account=f"202015{other.number}"))

    assert StatementLine.objects.get().bank_account_id == other.pk != bank.pk


def test_the_receipt_shows_counts_sums_balances_and_warnings():
    account, _, bank = owes()
    head = "Date,Description,Amount,Balance"
    rows = [("13/02/2026", "INV-1001", "100.00,1100.00"), ("14/02/2026", "FEE", "-1.00,1090.00"), ("x", "?", "1,2")]
    imported = import_file(csv_of(rows, head=head), bank)

    receipt = queries.receipt(imported.file_id)

    (statement,) = receipt.statements
    assert (statement.lines, statement.credits_minor, statement.debits_minor) == (2, 10_000, -100)
    assert (statement.opened_minor, statement.closed_minor, statement.gap_minor) == (100_000, 109_000, -900)
    assert [(warning.line_number, warning.code.value) for warning in receipt.warnings] == [
        (3, "balance_breaks"),
        (3, "does_not_balance"),
        (4, "line_unreadable"),
    ]
    assert [(row["became"], row["minor"]) for row in receipt.became][:1] == [("applied", 10_000)]
    assert told(house_of(account), "StatementImported")[0]["new_lines"] == 2


def test_a_statement_that_does_not_open_where_the_last_one_closed_is_told():
    _, _, bank = owes()
    head = "Date,Description,Amount,Balance"
    import_file(csv_of([("13/02/2026", "A", "100.00,1100.00")], head=head), bank)

    imported = import_file(csv_of([("16/02/2026", "B", "5.00,2005.00")], head=head), bank)

    warnings = queries.receipt(imported.file_id).warnings
    assert [(warning.code.value, warning.fields["closed"], warning.fields["opened"]) for warning in warnings] == [
        ("opens_elsewhere", "1100.00 GBP", "2000.00 GBP")
    ]


def test_an_intraday_report_is_kept_and_not_booked():
    account, item, bank = owes()
    file = mt940_of([("260213", "C100,00", "INV-1001", "FPI1")])
    intraday = file.getvalue().replace(b":60F:C260301GBP0,00", b":34F:GBP0,00\r\n:13D:2602131200+0000")

    imported = import_file(type(file)(intraday), bank)

    item.refresh_from_db()
    assert (imported.new_lines, item.open_minor) == (1, 10_000)
    assert StatementLine.objects.get().state == states.LineState.ANNOUNCED
    assert not Entry.objects.filter(account_id=house_of(account)).exists()
    assert import_file(file, bank).matched.done == 1


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        pytest.param(b"%PDF-1.7", refusals.FormatUnknown, id="no bank file"),
        pytest.param(b"", refusals.FormatUnknown, id="empty"),
        pytest.param(b"Date,Description,Amount\n03/04/2026,A,1.00\n", refusals.DayOrderUnknown, id="day or month"),
        pytest.param(
            b":20:X\r\n:25:20201599999999\r\n:60F:C260301GBP0,\r\n", states.BankAccountDiffers, id="other account"
        ),
        pytest.param(
            b'<Document xmlns="camt.053"><BkToCstmrStmt><Stmt><Acct><Ccy>GBP</Ccy></Acct><Ntry>',
            refusals.FileBroken,
            id="ends early",
        ),
        pytest.param(
            b'<!DOCTYPE x [<!ENTITY y "z">]><Document xmlns="camt.053"><BkToCstmrStmt/></Document>',
            refusals.FileUnsafe,
            id="declares entities",
        ),
        pytest.param(
            b'<Document xmlns="camt.053"><BkToCstmrStmt/></Document>', refusals.NoStatement, id="no statement"
        ),
    ],
)
def test_a_file_that_is_refused_leaves_nothing_behind(content, refusal):
    _, _, bank = owes()
    before = counts()

    with pytest.raises(refusal):
        import_file(io.BytesIO(content), bank)

    assert counts() == before


def test_the_day_order_is_asked_once_and_remembered():
    _, _, bank = owes()
    with pytest.raises(refusals.DayOrderUnknown):
        import_file(csv_of([("03/04/2025", "A", "1.00")]), bank)

    actions.settle_day_order(bank_account_id=bank.pk, order=DayOrder.DAY_FIRST, at=AT, by=TEST)
    import_file(csv_of([("03/04/2025", "A", "1.00")]), bank)

    assert StatementLine.objects.get().booked_on == date(2025, 4, 3)


def test_whoever_may_not_import_imports_nothing():
    _, _, bank = owes()
    nobody = builders.actor(builders.user(), "see accounts")

    with pytest.raises(NotPermitted):
        import_file(csv_of([("13/02/2026", "A", "1.00")]), bank, by=nobody)

    assert StatementFile.objects.count() == 0


def test_a_bank_account_out_of_reach_is_not_found():
    _, _, bank = owes()
    stranger = builders.actor(builders.user(), "import statements", clients=frozenset({0}))

    with pytest.raises(NotFound):
        import_file(csv_of([("13/02/2026", "A", "1.00")]), bank, by=stranger)


def test_a_bank_account_is_set_up_once():
    account, _, bank = owes()

    with pytest.raises(states.BankAccountExists):
        bank_account(account.client, number=bank.number)

    assert BankAccount.objects.count() == 1


# Matching


def test_one_payment_for_several_references_is_applied_when_they_add_up():
    account, first, bank = owes("100.00", reference="INV-1001")
    second = builders.invoice(account, "50.00", reference="INV-1002")
    elsewhere = builders.account(account.portfolio)
    third = builders.invoice(elsewhere, "25.00", reference="INV-2001")

    import_file(csv_of([("13/02/2026", "INV-1001, INV-1002 AND INV-2001", "175.00")]), bank)

    for item in (first, second, third):
        item.refresh_from_db()
    assert [item.open_minor for item in (first, second, third)] == [0, 0, 0]
    assert sorted(Payment.objects.values_list("account_id", "amount_minor")) == sorted(
        [(account.pk, 15_000), (elsewhere.pk, 2_500)]
    )


def test_an_account_reference_with_all_that_is_owed_is_applied():
    account, _, bank = owes("100.00")
    builders.invoice(account, "50.00")

    import_file(csv_of([("13/02/2026", f"PAYMENT {account.reference}", "150.00")]), bank)

    assert not Item.objects.filter(account=account, open_minor__gt=0).exists()


@pytest.mark.parametrize(
    ("text", "amount", "waits"),
    [
        pytest.param("THANK YOU", "100.00", Waits.NO_REFERENCE, id="amount alone is no key"),
        pytest.param("INV-1001", "99.99", Waits.AMOUNT_DIFFERS, id="a penny short"),
        pytest.param("INV-1001", "100.01", Waits.AMOUNT_DIFFERS, id="a penny over"),
        pytest.param("INV-1001 INV-1002", "100.00", Waits.AMOUNT_DIFFERS, id="one of two"),
    ],
)
def test_what_is_not_exact_waits_and_says_why(text, amount, waits):
    account, _, bank = owes("100.00", reference="INV-1001")
    builders.invoice(account, "50.00", reference="INV-1002")

    imported = import_file(csv_of([("13/02/2026", text, amount)]), bank)

    line = StatementLine.objects.get()
    assert (imported.matched.done, line.state, line.waits) == (0, states.LineState.WAITING, waits)
    assert imported.matched.refused == {f"payments.{waits}": 1}


def test_a_reference_of_another_client_is_none():
    owes("100.00", reference="INV-1001")
    _, _, bank = owes("100.00", reference="OTHER-1")

    imported = import_file(csv_of([("13/02/2026", "INV-1001", "100.00")]), bank)

    assert imported.matched.done == 0


def test_a_reference_in_another_currency_is_none():
    account, _, _ = owes()
    euros = bank_account(account.client, currency="EUR")

    imported = import_file(csv_of([("13/02/2026", "INV-1001", "100.00")]), euros)

    assert imported.matched.done == 0


def test_of_two_payments_for_one_item_the_earlier_is_applied():
    _, _, bank = owes()

    import_file(csv_of([("14/02/2026", "INV-1001 B", "100.00"), ("13/02/2026", "INV-1001 A", "100.00")]), bank)

    applied, waiting = StatementLine.objects.order_by("state")
    assert (applied.booked_on, waiting.waits) == (date(2026, 2, 13), Waits.CLAIMED)


def test_a_line_is_applied_when_its_invoice_comes_later():
    account, _, bank = owes()
    import_file(csv_of([("13/02/2026", "INV-7", "30.00")]), bank)
    builders.invoice(account, "30.00", reference="INV-7")

    outcome = actions.match_lines(bank_account_ids=[bank.pk], at=AT, by=TEST)

    assert outcome.done == 1
    assert actions.match_lines(bank_account_ids=[bank.pk], at=AT, by=TEST).done == 0
