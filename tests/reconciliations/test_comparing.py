"""Every way in which a finance ledger can differ from the book, each worked by hand."""

from datetime import timedelta

import pytest
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.reconciliations.crediting import credit_note
from tests.reconciliations.ledgers import EVENING, balances, book, day, listed, named, owing, pay, reconcile

from tallystick.accounts import actions
from tallystick.accounts import queries as accounts
from tallystick.accounts.rules import ItemKind
from tallystick.kernel.actor import Scope
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.ledger.models import Entry
from tallystick.ledger.rules import Cause, Head
from tallystick.payments import actions as payments
from tallystick.payments.rules.states import Method
from tallystick.reconciliations import queries, rules
from tallystick.reconciliations.models import Reconciliation

pytestmark = pytest.mark.django_db


def only(made):
    """Give the one difference there is."""
    [found] = queries.differences(made.pk)
    assert balances(made)
    return found


def test_two_ledgers_that_agree():
    portfolio = book()
    owing(portfolio, "C1", "100.00", "50.00")
    owing(portfolio, "C2", "7.00")

    made = reconcile(
        portfolio, ("C1", "C1-1", "100.00", "GBP"), ("C1", "C1-2", "50.00", "GBP"), ("C2", "C2-1", "7", "GBP")
    )

    [side] = queries.totals(made.pk)
    assert (side.there, side.here, side.there_lines, side.here_lines) == (
        Money(15700, "GBP"),
        Money(15700, "GBP"),
        3,
        3,
    )
    assert named(made) == {}


def test_what_the_book_says_is_the_ageing_of_the_day():
    portfolio = book()
    account = owing(portfolio, "C1", "100.00")
    pay(account, "130.00", keep=True)

    made = reconcile(portfolio, ("C1", "C1-1", "1.00", "GBP"))

    aged = accounts.ageing(on=TODAY, client_id=portfolio.client_id)
    assert [side.here.minor for side in queries.totals(made.pk)] == [sum(row["minor"] for row in aged)] == [-3000]


def test_a_credit_note_that_is_missing_here_is_found_and_solved_by_the_next_run():
    portfolio = book()
    account = owing(portfolio, "C1", "100.00")
    lines = [("C1", "C1-1", "100.00", "GBP"), ("C1", "CN-7", "-30.00", "GBP")]

    first = reconcile(portfolio, *lines)
    found = only(first)
    assert (found.kind, found.item_ref, found.minor, found.line, found.account_id) == (
        "missing_here", "CN-7", -3000, 3, account.pk,
    )  # fmt: skip

    credit_note(account, "CN-7", "30.00")
    second = reconcile(portfolio, *lines, at=EVENING + timedelta(hours=1))
    assert named(second) == {}
    found.refresh_from_db()
    assert (found.state, found.solved_by_id) == ("solved", second.pk)


def test_a_credit_note_that_they_booked_against_the_invoice_differs_by_its_amount():
    portfolio = book()
    account = owing(portfolio, "C1", "100.00")

    found = only(reconcile(portfolio, ("C1", "C1-1", "70.00", "GBP")))

    assert (found.kind, found.minor, found.there_minor, found.here_minor) == ("amount", -3000, 7000, 10000)
    assert found.entry_id == Entry.objects.get(account_id=account.pk).pk, "the invoice, which is all there is"


def test_a_credit_note_that_they_lack_rests_on_its_entry():
    portfolio = book()
    account = owing(portfolio, "C1", "100.00")
    pay(account, "30.00", number=1, cause=Cause.CREDIT, debit=Head.CREDIT_NOTES)
    pay(account, "5.00", number=2)

    found = only(reconcile(portfolio, ("C1", "C1-1", "95.00", "GBP")))

    assert (found.kind, found.minor) == ("amount", 3000)
    entry = Entry.objects.get(pk=found.entry_id)
    assert (entry.cause_kind, entry.amount_minor) == (Cause.CREDIT, 3000)


def test_missing_here_and_missing_there():
    portfolio = book()
    owing(portfolio, "C1", "100.00", "50.00")

    made = reconcile(
        portfolio, ("C1", "C1-1", "100.00", "GBP"), ("C1", "X-9", "8.00", "GBP"), ("NEW", "X-1", "3.00", "GBP")
    )

    assert named(made) == {
        ("missing_there", "C1", "C1-2", "GBP"): -5000,
        ("missing_here", "C1", "X-9", "GBP"): 800,
        ("missing_here", "NEW", "X-1", "GBP"): 300,
    }
    assert balances(made)


def test_a_sign_turned_round():
    portfolio = book()
    owing(portfolio, "C1", "100.00")

    found = only(reconcile(portfolio, ("C1", "C1-1", "-100.00", "GBP")))

    assert (found.kind, found.minor) == ("sign", -20000)


def test_another_currency_has_a_line_in_each():
    portfolio = book()
    owing(portfolio, "C1", "100.00")

    made = reconcile(portfolio, ("C1", "C1-1", "120.00", "EUR"))

    assert named(made) == {("currency", "C1", "C1-1", "EUR"): 12000, ("currency", "C1", "C1-1", "GBP"): -10000}
    assert [each.other for each in queries.differences(made.pk)] == ["GBP", "EUR"]
    assert balances(made)


def test_documents_in_another_currency_stand_on_an_account_named_after_both():
    portfolio = book()
    owing(portfolio, "C1", "100.00")
    owing(portfolio, "C1/EUR", "80.00", currency="EUR")

    assert named(reconcile(portfolio, ("C1", "C1-1", "100.00", "GBP"), ("C1", "C1/EUR-1", "80.00", "EUR"))) == {}


def test_another_account():
    portfolio = book()
    owing(portfolio, "C1", "100.00")
    owing(portfolio, "C2", "7.00")

    made = reconcile(portfolio, ("C2", "C1-1", "100.00", "GBP"), ("C2", "C2-1", "7.00", "GBP"))

    assert named(made) == {
        ("other_account", "C2", "C1-1", "GBP"): 10000,
        ("other_account", "C1", "C1-1", "GBP"): -10000,
    }
    assert {each.account_ref: each.other for each in queries.differences(made.pk)} == {"C1": "C2", "C2": "C1"}


def test_a_line_that_is_listed_twice():
    portfolio = book()
    owing(portfolio, "C1", "100.00")

    found = only(reconcile(portfolio, ("C1", "C1-1", "100.00", "GBP"), ("C1", "C1-1", "100.00", "GBP")))

    assert (found.kind, found.minor, found.line) == ("duplicate", 10000, 3)


def test_parts_of_a_document_are_added_up():
    portfolio = book()
    owing(portfolio, "C1", "100.00")

    assert named(reconcile(portfolio, ("C1", "C1-1", "50.00", "GBP"), ("C1", "C1-1", "50.00", "GBP"))) == {}
    # Of sixty and sixty, one is a repetition; the forty that are left differ.
    assert named(reconcile(portfolio, ("C1", "C1-1", "60.00", "GBP"), ("C1", "C1-1", "60.00", "GBP"))) == {
        ("duplicate", "C1", "C1-1", "GBP"): 6000,
        ("amount", "C1", "C1-1", "GBP"): -4000,
    }


def test_a_payment_that_pays_other_documents():
    portfolio = book()
    account = owing(portfolio, "C1", "100.00", "50.00")
    first, _second = account.items.order_by("reference")
    pay(account, "40.00", items={first.pk: 4000})

    made = reconcile(portfolio, ("C1", "C1-1", "100.00", "GBP"), ("C1", "C1-2", "10.00", "GBP"))

    assert named(made) == {("allocated", "C1", "C1-1", "GBP"): 4000, ("allocated", "C1", "C1-2", "GBP"): -4000}
    assert balances(made)


def test_a_payment_that_waits_there_and_pays_here():
    portfolio = book()
    pay(owing(portfolio, "C1", "100.00"), "100.00")

    made = reconcile(portfolio, ("C1", "C1-1", "100.00", "GBP"), ("C1", "BACS", "-100.00", "GBP"))

    assert named(made) == {("allocated", "C1", "C1-1", "GBP"): 10000, ("allocated", "C1", "BACS", "GBP"): -10000}


def test_documents_that_nobody_knows_here_are_no_other_allocation():
    portfolio = book()
    owing(portfolio, "C1", "100.00")

    assert named(reconcile(portfolio, ("C1", "X-1", "100.00", "GBP"))) == {
        ("missing_here", "C1", "X-1", "GBP"): 10000,
        ("missing_there", "C1", "C1-1", "GBP"): -10000,
    }


def test_what_was_booked_after_the_day_is_timing():
    portfolio = book()
    pay(owing(portfolio, "C1", "100.00"), "30.00", on=day(1))

    found = only(reconcile(portfolio, ("C1", "C1-1", "70.00", "GBP"), at=AT + timedelta(days=2)))

    assert (found.kind, found.here_minor, found.minor) == ("timing", 10000, -3000)
    assert Entry.objects.get(pk=found.entry_id).booked_on == day(1)


def test_an_invoice_that_is_dated_later_here_is_timing():
    portfolio = book()
    account = owing(portfolio, "C1", "100.00")
    actions.add_item(
        account_id=account.pk, kind=ItemKind.INVOICE, reference="C1-2", amount=Money(5000, "GBP"),
        issued_on=day(2), due_on=day(32), at=AT + timedelta(days=2), by=TEST,
    )  # fmt: skip
    lines = [("C1", "C1-1", "100.00", "GBP"), ("C1", "C1-2", "50.00", "GBP")]

    found = only(reconcile(portfolio, *lines, at=AT + timedelta(days=3)))

    assert (found.kind, found.item_ref, found.minor) == ("timing", "C1-2", 5000)


def test_a_payment_is_known_by_its_reference():
    portfolio = book()
    account = owing(portfolio, "C1", "100.00")
    for number, reference in enumerate(("BACS 7", "BACS 8"), start=1):
        payments.record_payment(
            account_id=account.pk, amount=Money(13000, "GBP"), booked_on=TODAY, method=Method.CARD, source="test",
            source_key=str(number), reference=reference, at=AT, by=TEST,
        )  # fmt: skip
    lines = [("C1", "BACS 7", "-30.00", "GBP"), ("C1", "BACS 8", "-129.00", "GBP")]

    assert named(reconcile(portfolio, *lines)) == {("amount", "C1", "BACS 8", "GBP"): 100}


def test_what_was_known_after_the_instant_is_timing():
    portfolio = book()
    account = owing(portfolio, "C1", "100.00")
    pay(account, "100.00", on=TODAY, at=AT + timedelta(days=3))
    later = AT + timedelta(days=4)

    made = reconcile(portfolio, at=later, known_at=EVENING, content=listed(("C2", "", "-1.00", "GBP")))

    assert named(made)[("timing", "C1", "C1-1", "GBP")] == -10000, (
        "there it is paid; here that was known three days later"
    )
    assert named(reconcile(portfolio, at=later, content=listed(("C2", "", "-1.00", "GBP")))) == {
        ("missing_here", "C2", "", "GBP"): -100
    }
    assert balances(made)


def test_what_is_charged_here_alone():
    portfolio = book()
    account = owing(portfolio, "C1", "100.00")
    actions.add_item(
        account_id=account.pk, kind=ItemKind.FEE, reference="FEE", amount=Money(1200, "GBP"), issued_on=TODAY, due_on=TODAY,
        at=AT, by=TEST,
    )  # fmt: skip

    assert named(reconcile(portfolio, ("C1", "C1-1", "100.00", "GBP"))) == {("charged_here", "C1", "FEE", "GBP"): -1200}


def test_only_one_currency_where_the_statement_is_of_one():
    portfolio = book()
    owing(portfolio, "C1", "100.00")
    owing(portfolio, "E1", "80.00", currency="EUR")
    lines = [("C1", "C1-1", "100.00", "GBP")]

    assert named(reconcile(portfolio, *lines, currency="GBP")) == {}
    assert named(reconcile(portfolio, *lines)) == {("missing_there", "E1", "E1-1", "EUR"): -8000}


def test_balances_of_accounts():
    portfolio = book()
    pay(owing(portfolio, "C1", "100.00", "50.00"), "30.00")
    owing(portfolio, "C2", "7.00")
    content = b"Account;Balance\nC1;125.00\nC2;7.00\nC9;1.00\n"

    made = reconcile(portfolio, content=content, level=rules.Level.ACCOUNTS, currency="GBP")

    assert named(made) == {("amount", "C1", "", "GBP"): 500, ("missing_here", "C9", "", "GBP"): 100}
    assert balances(made)


def test_a_control_total_that_was_typed():
    portfolio = book()
    account = owing(portfolio, "C1", "100.00")
    pay(account, "30.00", on=day(1))
    at = AT + timedelta(days=2)

    made = reconcile(portfolio, total=Money(10000, "GBP"), at=at)
    assert named(made) == {} and made.level == "control"
    late = only(reconcile(portfolio, total=Money(7000, "GBP"), at=at))
    assert (late.kind, late.minor) == ("timing", -3000)
    assert only(reconcile(portfolio, total=Money(6000, "GBP"), at=at)).kind == "amount"


def test_control_totals_by_portfolio():
    portfolio = book()
    other = builders.portfolio(portfolio.client)
    owing(portfolio, "C1", "100.00")
    owing(other, "C2", "7.00")
    content = f"Portfolio,Balance,Currency\n{portfolio.code},100.00,GBP\n{other.code},9.00,GBP\n".encode()

    found = only(reconcile(portfolio, content=content, level=rules.Level.CONTROL))

    assert (found.kind, found.portfolio, found.minor) == ("amount", other.code, 200)
    mixed = f"Portfolio,Balance,Currency\n{portfolio.code},100.00,GBP\n,9.00,GBP\n".encode()
    with pytest.raises(rules.PortfolioMissing):
        reconcile(portfolio, content=mixed, level=rules.Level.CONTROL)


def test_lines_that_cannot_be_read_are_named_and_nothing_is_kept():
    portfolio = book()
    owing(portfolio, "C1", "100.00")
    lines = [
        ("C1", "C1-1", "100.005", "GBP"),
        ("C1", "C1-2", "twelve", "GBP"),
        ("", "C1-3", "1.00", "GBP"),
        ("C1", "C1-4", "1.00", "ZZZ"),
    ]

    with pytest.raises(rules.StatementUnreadable) as refused:
        reconcile(portfolio, *lines)

    assert [(each.number, each.code) for each in refused.value.fields["faults"]] == [
        (2, "amount_too_precise"), (3, "amount_unreadable"), (4, "missing"), (5, "currency_unknown"),
    ]  # fmt: skip
    assert "2, Open Amount: “100.005” The amount has more decimals" in str(refused.value)
    assert not Reconciliation.objects.exists()


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"Account,Document No,Currency\nC1,1,GBP\n", rules.ColumnsMissing),
        (b"Account,Document No,Open Amount,Currency\n", rules.StatementEmpty),
        (b"Account,Document No,Due Date,Open Amount,Currency\nC1,1,01/02/2026,1.00,GBP\n", rules.FormsOpen),
    ],
)
def test_files_that_cannot_be_compared(content, refusal):
    with pytest.raises(refusal):
        reconcile(book(), content=content)


def test_who_may_and_for_whom():
    portfolio = book()
    lines = [("C1", "C1-1", "1.00", "GBP")]
    with pytest.raises(NotPermitted):
        reconcile(portfolio, *lines, by=builders.actor(builders.user("a")))
    with pytest.raises(NotFound):
        reconcile(portfolio, *lines, by=builders.actor(builders.user("b"), "reconcile ledgers", clients=frozenset()))
    with pytest.raises(rules.DayAhead):
        reconcile(portfolio, *lines, on=day(1))
    made = reconcile(portfolio, *lines)
    with pytest.raises(NotFound):
        queries.get_reconciliation(made.pk, scope=Scope(frozenset()))
