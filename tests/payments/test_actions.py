"""Statements are brought in once, exact matches are applied at once, and people decide about the rest."""

import io
from datetime import date

import pytest
from django.db.models import Sum
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.payments.bank_files import bank_account, csv_of, import_file, mt940_of

from tallystick.accounts import rules as account_rules
from tallystick.accounts.models import Account, Item
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.ledger import queries as ledger_queries
from tallystick.ledger.models import Entry
from tallystick.ledger.rules import Head
from tallystick.payments import actions, queries
from tallystick.payments.models import BankAccount, Payment, Statement, StatementFile, StatementLine
from tallystick.payments.rules import refusals, states
from tallystick.payments.rules.days import DayOrder
from tallystick.payments.rules.matching import Waits
from tallystick.timeline import queries as timeline_queries

pytestmark = pytest.mark.django_db


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


def owes(amount: str = "100.00", *, reference: str = "INV-1001"):
    """A debtor of a new client who owes one invoice, and the bank account that the client is paid into."""
    account = builders.account()
    item = builders.invoice(account, amount, reference=reference)
    return account, item, bank_account(account.client)


def heads(account_id: int) -> dict[Head, int]:
    return {
        Head(row["head"]): row["balance_minor"]
        for row in ledger_queries.balances_by_head([account_id])
        if row["balance_minor"]
    }


def house_of(account: Account) -> int:
    return Account.objects.get(client=account.client, is_house=True).pk


def told(account_id: int, kind: str) -> list[dict]:
    return [event["data"] for event in timeline_queries.of_account([account_id]) if event["kind"] == f"payments.{kind}"]


def counts() -> dict[str, int]:
    """What there is of everything that this room may write."""
    tables = (StatementFile, Statement, StatementLine, Payment, Entry)
    return {table.__name__: table.objects.count() for table in tables} | {
        "open": Item.objects.aggregate(total=Sum("open_minor"))["total"] or 0
    }


# Bringing files in


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


# People decide


def waiting_line(amount: str = "60.00", owed: str = "100.00"):
    account, item, bank = owes(owed)
    import_file(csv_of([("13/02/2026", "AMELIA HUGHES", amount)]), bank)
    return account, item, StatementLine.objects.get()


def allocate(line, account, **terms):
    return actions.allocate_line(line_id=line.pk, account_id=account.pk, **{"at": AT, "by": TEST, **terms})


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


# Payments by hand, and payments taken back


def record(account, amount="40.00", **terms):
    terms = {"booked_on": TODAY, "method": states.Method.CARD, "source": "hand", "source_key": "1", **terms}
    return actions.record_payment(account_id=account.pk, amount=gbp(amount), at=AT, by=TEST, **terms)


def test_a_payment_by_hand_pays_the_oldest_and_is_recorded_once():
    account, item, _ = owes()

    payment = record(account)

    item.refresh_from_db()
    assert item.open_minor == 6_000
    assert heads(account.pk)[Head.BANK] == 4_000
    before = counts()
    assert record(account).pk == payment.pk
    assert counts() == before


def test_money_paid_to_the_client_never_reaches_our_bank():
    account, _, _ = owes()

    record(account, paid_to=states.PaidTo.CLIENT)

    assert Head.BANK not in heads(account.pk)
    assert heads(account.pk)[Head.PAID_TO_CLIENT] == 4_000


def test_a_payment_to_come_is_no_payment():
    account, _, _ = owes()
    before = counts()

    with pytest.raises(states.DayInFuture):
        record(account, booked_on=date(2026, 3, 3))

    assert counts() == before


def test_a_payment_on_the_wrong_account_goes_back_to_its_line():
    account, item, line = waiting_line("60.00")
    wrong = builders.account(account.portfolio)
    builders.invoice(wrong, "60.00")
    payment = allocate(line, wrong)

    actions.reverse_payment(payment_id=payment.pk, reason=states.ReversalReason.WRONG_ACCOUNT, at=AT, by=TEST)

    line.refresh_from_db()
    assert (line.state, line.open_minor) == (states.LineState.WAITING, 6_000)
    assert heads(wrong.pk) == {Head.PRINCIPAL: 6_000, Head.PLACED: -6_000}
    assert heads(house_of(account)) == {Head.BANK: 6_000, Head.SUSPENSE: -6_000}
    allocate(line, account)
    item.refresh_from_db()
    assert item.open_minor == 4_000


def test_a_bounced_payment_opens_the_debt_again_and_its_return_settles_suspense():
    account, item, bank = owes()
    import_file(csv_of([("13/02/2026", "INV-1001", "100.00")]), bank)
    import_file(csv_of([("16/02/2026", "UNPAID INV-1001", "-100.00")]), bank)
    payment, returned = Payment.objects.get(), StatementLine.objects.get(amount_minor__lt=0)

    actions.reverse_payment(
        payment_id=payment.pk, reason=states.ReversalReason.BOUNCED, return_line_id=returned.pk, at=AT, by=TEST
    )

    item.refresh_from_db(), returned.refresh_from_db(), payment.refresh_from_db()
    assert (item.open_minor, item.settled_on) == (10_000, None)
    assert (payment.state, payment.reversed_on) == (states.PaymentState.REVERSED, date(2026, 2, 16))
    assert (returned.state, returned.open_minor) == (states.LineState.APPLIED, 0)
    assert heads(house_of(account)) == {}
    assert told(account.pk, "PaymentReversed")[0]["reason"] == "bounced"


def test_a_payment_is_taken_back_once():
    account, _, _ = owes()
    payment = record(account)
    actions.reverse_payment(payment_id=payment.pk, reason=states.ReversalReason.ERROR, at=AT, by=TEST)
    before = counts()

    with pytest.raises(states.PaymentReversed):
        actions.reverse_payment(payment_id=payment.pk, reason=states.ReversalReason.ERROR, at=AT, by=TEST)

    assert counts() == before


def test_a_return_of_another_amount_is_refused():
    _, item, bank = owes()
    import_file(csv_of([("13/02/2026", "INV-1001", "100.00"), ("16/02/2026", "UNPAID", "-99.00")]), bank)
    payment, returned = Payment.objects.get(), StatementLine.objects.get(amount_minor__lt=0)
    before = counts()

    with pytest.raises(states.ReturnDiffers):
        actions.reverse_payment(
            payment_id=payment.pk, reason=states.ReversalReason.BOUNCED, return_line_id=returned.pk, at=AT, by=TEST
        )

    item.refresh_from_db()
    assert (item.open_minor, counts()) == (0, before)


def test_a_line_of_which_somebody_took_a_part_meanwhile_is_refused_to_who_saw_the_whole():
    account, _, line = waiting_line("60.00")
    allocate(line, account, amount=gbp("30.00"))
    before = counts()

    with pytest.raises(states.LineChanged):
        allocate(line, account, amount=gbp("30.00"), seen=gbp("60.00"))

    assert counts() == before
