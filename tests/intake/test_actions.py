"""Files of invoices come into the book: once, corrected, and each bad line named."""

from datetime import date
from decimal import Decimal

import pytest
from tests.intake import files
from tests.intake.files import AT, checked, faults, invoice, loaded, receipt, source, written
from tests.intake.loading import account_of, kinds_of, owed_on

from tallystick.accounts.models import Account, Item, SourceCredit
from tallystick.intake import queries, rules
from tallystick.kernel import sql
from tallystick.kernel.money import Money
from tallystick.ledger import queries as ledger_queries
from tallystick.ledger.models import Entry
from tallystick.parties.models import Party

pytestmark = pytest.mark.django_db


def test_a_file_of_invoices_comes_into_the_book():
    of = source()

    batch = loaded(of, written([invoice(1), invoice(2, amount="250.50"), invoice(3, account="B2", amount="9.99")]))

    account = account_of(of, "A1")
    assert receipt(batch) == {("new", "GBP"): (3, 36_049)}
    assert owed_on(account) == Money.of("350.50", "GBP")
    assert account.party.name == "Customer A1 Ltd"
    assert account.party.kind == "company"
    assert account.opened_on == AT.date()
    item = Item.objects.get(account=account, reference="INV-00002")
    assert (item.kind, item.amount_minor, item.open_minor) == ("invoice", 25_050, 25_050)
    assert (item.issued_on, item.due_on) == (date(2026, 1, 10), date(2026, 2, 9))
    assert kinds_of(account) == ["accounts.AccountOpened", "accounts.ItemsAdded"]


def test_nothing_changes_before_the_commit():
    of = source()

    batch = checked(of, written([invoice(1), invoice(2, amount="x")]))

    assert batch.state == rules.BatchState.CHECKED
    assert receipt(batch) == {("new", "GBP"): (1, 10_000), ("refused", "GBP"): (1, 0)}
    assert not Item.objects.filter(client_id=of.client_id).exists()
    assert not Account.objects.filter(client_id=of.client_id).exists()


def test_the_same_file_twice_changes_nothing():
    of = source()
    content = written([invoice(number, account=f"A{number % 7}") for number in range(40)])
    loaded(of, content)
    entries, events = Entry.objects.count(), sql.value("SELECT count(*) FROM timeline_event")

    again = loaded(of, content)

    assert receipt(again) == {("unchanged", "GBP"): (40, 400_000)}
    assert Entry.objects.count() == entries
    assert sql.value("SELECT count(*) FROM timeline_event") == events
    assert queries.twin_of(again) is not None


def test_a_changed_file_corrects_what_changed():
    of = source()
    loaded(of, written([invoice(1), invoice(2), invoice(3)]))

    batch = loaded(
        of,
        written([invoice(1, amount="80.00"), invoice(2, due_on="2026-03-01"), invoice(3), invoice(4, amount="5.00")]),
    )

    account = account_of(of, "A1")
    assert receipt(batch) == {
        ("changed", "GBP"): (2, 18_000),
        ("unchanged", "GBP"): (1, 10_000),
        ("new", "GBP"): (1, 500),
    }
    assert owed_on(account) == Money.of("285.00", "GBP")
    assert Item.objects.get(account=account, reference="INV-00001").open_minor == 8_000
    assert Item.objects.get(account=account, reference="INV-00002").due_on == date(2026, 3, 1)
    assert kinds_of(account)[2:] == ["accounts.ItemsAdded", "accounts.ItemAdjusted", "accounts.ItemRedated"]


def test_a_correction_counts_from_the_day_of_issue_and_is_known_from_now():
    of = source()
    loaded(of, written([invoice(1)]))

    loaded(of, written([invoice(1, amount="130.00", issued_on="2026-01-20")]), at=AT.replace(day=2))

    account = account_of(of, "A1")
    assert ledger_queries.balance(account.pk, currency="GBP", on=date(2026, 1, 19)) == Money.zero("GBP")
    assert ledger_queries.balance(account.pk, currency="GBP", on=date(2026, 1, 20)) == Money.of("130.00", "GBP")
    as_known_before = ledger_queries.balance(account.pk, currency="GBP", on=date(2026, 1, 19), known_at=AT)
    assert as_known_before == Money.of("100.00", "GBP")


def test_an_amount_below_what_is_settled_is_refused():
    of = source()
    headings = (*files.INVOICE_HEADINGS, "Open Balance")
    loaded(of, written([[*invoice(1), "40.00"]], headings=headings))

    batch = loaded(of, written([invoice(1, amount="59.99"), invoice(2)]))

    assert faults(batch) == [(2, "", "accounts.more_than_open")]
    assert receipt(batch) == {("refused", "GBP"): (1, 5_999), ("new", "GBP"): (1, 10_000)}
    assert Item.objects.get(reference="INV-00001").amount_minor == 10_000


def test_one_bad_line_in_a_hundred_is_named_and_the_others_load():
    of = source()
    lines = [invoice(number, account=f"A{number % 50}", amount=f"{number + 1}.25") for number in range(1000)]
    spoil = ["amount", "issued_on", "currency", "account", "reference"]
    for nth, number in enumerate(range(7, 1000, 100)):
        at = ["account", "name", "reference", "issued_on", "due_on", "amount", "currency"].index(spoil[nth % 5])
        lines[number][at] = "" if spoil[nth % 5] in ("account", "reference") else "?"

    batch = loaded(of, written(lines))

    assert {line for line, _field, _code in faults(batch)} == {number + 2 for number in range(7, 1000, 100)}
    assert {code for _line, _field, code in faults(batch)} == {
        "amount_unreadable",
        "day_unreadable",
        "currency_unknown",
        "missing",
    }
    good = [Decimal(line[5]) for number, line in enumerate(lines) if number % 100 != 7]
    assert receipt(batch)["new", "GBP"] == (990, int(sum(good) * 100))
    assert sum(count for count, _minor in receipt(batch).values()) == 1000


def test_every_fault_of_a_line_is_listed_with_what_stands_there():
    of = source()

    batch = checked(
        of, written([invoice(1, amount="12,34.5", issued_on="31/31/2026", due_on="never"), invoice(2), invoice(3)])
    )

    errors = list(queries.row_errors(batch.pk))
    assert {(error.field, error.column, error.code, error.value) for error in errors} == {
        ("amount", "Amount", "amount_unreadable", "12,34.5"),
        ("issued_on", "Invoice Date", "day_unreadable", "31/31/2026"),
        ("due_on", "Due Date", "day_unreadable", "never"),
    }
    assert all(rules.fault_of(error.code).remedy for error in errors)


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        pytest.param({"amount": ""}, "amount", "missing", id="no amount"),
        pytest.param({"amount": "0.00"}, "amount", "amount_is_nothing", id="nothing is owed"),
        pytest.param({"amount": "10.005"}, "amount", "amount_too_precise", id="half a penny"),
        pytest.param({"amount": "€10.00"}, "amount", "amount_other_currency", id="another currency's sign"),
        pytest.param({"amount": "9" * 16}, "amount", "amount_too_large", id="two columns ran together"),
        pytest.param({"currency": "XXQ"}, "currency", "currency_unknown", id="no currency"),
        pytest.param({"due_on": ""}, "due_on", "due_unknown", id="never due"),
        pytest.param({"issued_on": "2026-02-30"}, "issued_on", "day_unreadable", id="30 February"),
        pytest.param({"account": "x" * 101}, "account_ref", "text_too_long", id="a reference without end"),
    ],
)
def test_a_value_that_cannot_be_read_is_an_error_and_never_zero(cells, field, code):
    of = source()

    batch = loaded(of, written([invoice(1, **cells), invoice(2)]))

    assert faults(batch) == [(2, field, code)]
    assert receipt(batch)["new", "GBP"] == (1, 10_000)


def test_a_line_that_is_repeated_is_taken_once():
    of = source()

    batch = loaded(of, written([invoice(1), invoice(2), invoice(1)]))

    assert receipt(batch) == {("new", "GBP"): (2, 20_000), ("repeated", "GBP"): (1, 10_000)}
    assert faults(batch) == [(4, "", "repeated")]


def test_lines_of_one_reference_that_differ_are_refused_together():
    of = source()

    batch = loaded(of, written([invoice(1), invoice(2), invoice(1, amount="99.00")]))

    assert receipt(batch) == {("new", "GBP"): (1, 10_000), ("refused", "GBP"): (2, 19_900)}
    assert faults(batch) == [(2, "", "repeated_differently"), (4, "", "repeated_differently")]


def test_the_same_number_on_two_accounts_is_two_invoices():
    of = source()

    batch = loaded(of, written([invoice(1, account="A1"), invoice(1, account="B2")]))

    assert receipt(batch) == {("new", "GBP"): (2, 20_000)}


def test_an_account_in_another_currency_refuses_the_line():
    of = source()
    loaded(of, written([invoice(1)]), home_currency="")

    batch = loaded(of, written([invoice(2, currency="EUR")]), home_currency="")

    assert faults(batch) == [(2, "", "accounts.currency_differs")]


def test_a_debtor_with_documents_in_two_currencies_has_two_accounts_and_is_one_party():
    of = source()

    batch = loaded(of, written([invoice(1), invoice(2, currency="EUR", amount="7.00")]), home_currency="GBP")

    home, abroad = account_of(of, "A1"), account_of(of, "A1/EUR")
    assert receipt(batch) == {("new", "GBP"): (1, 10_000), ("new", "EUR"): (1, 700)}
    assert (home.currency, abroad.currency) == ("GBP", "EUR")
    assert home.party_id == abroad.party_id
    assert Party.objects.filter(name="Customer A1 Ltd").count() == 1


def test_an_open_amount_says_what_was_settled_with_the_creditor():
    of = source()
    headings = (*files.INVOICE_HEADINGS, "Open Balance")
    loaded(of, written([[*invoice(1), "100.00"], [*invoice(2), "30.00"]], headings=headings))
    account = account_of(of, "A1")
    assert owed_on(account) == Money.of("130.00", "GBP")

    batch = loaded(of, written([[*invoice(1), "0.00"], [*invoice(2), "30.00"]], headings=headings))

    item = Item.objects.get(account=account, reference="INV-00001")
    assert receipt(batch) == {("changed", "GBP"): (1, 10_000), ("unchanged", "GBP"): (1, 10_000)}
    assert (item.open_minor, item.settled_on) == (0, AT.date())
    assert owed_on(account) == Money.of("30.00", "GBP")
    assert "accounts.SettledAtSource" in kinds_of(account)


def test_the_last_settlement_clears_the_account():
    of = source()
    headings = (*files.INVOICE_HEADINGS, "Open Balance")
    loaded(of, written([[*invoice(1), "100.00"]], headings=headings))

    loaded(of, written([[*invoice(1), "0.00"]], headings=headings))

    assert kinds_of(account_of(of, "A1"))[-1] == "accounts.BalanceCleared"


def test_an_invoice_with_a_day_of_settlement_is_settled_on_it():
    of = source()
    headings = (*files.INVOICE_HEADINGS, "SettledDate")

    loaded(of, written([[*invoice(1), "2026-02-20"], [*invoice(2), ""]], headings=headings))

    account = account_of(of, "A1")
    assert Item.objects.get(account=account, reference="INV-00001").settled_on == date(2026, 2, 20)
    assert ledger_queries.balance(account.pk, currency="GBP", on=date(2026, 2, 19)) == Money.of("200.00", "GBP")
    assert owed_on(account) == Money.of("100.00", "GBP")


def test_more_open_at_the_source_than_here_is_a_warning_and_undoes_nothing():
    of = source()
    headings = (*files.INVOICE_HEADINGS, "Open Balance")
    loaded(of, written([[*invoice(1), "40.00"]], headings=headings))

    batch = loaded(of, written([[*invoice(1), "100.00"]], headings=headings))

    assert faults(batch) == [(2, "", "ahead_of_source")]
    assert owed_on(account_of(of, "A1")) == Money.of("40.00", "GBP")


def test_credit_notes_and_payments_of_a_ledger_wait_on_account():
    of = source()
    headings = (*files.INVOICE_HEADINGS, "Type")
    lines = [
        [*invoice(1), "SI"],
        [*invoice(2, amount="20.00"), "SC"],
        [*invoice(3, amount="-30.00", reference=""), "Receipt"],
        [*invoice(4, amount="-5.00"), "Invoice"],
    ]

    batch = loaded(of, written(lines, headings=headings))

    account = account_of(of, "A1")
    assert receipt(batch) == {("new", "GBP"): (4, 4_500)}
    assert owed_on(account) == Money.of("45.00", "GBP")
    assert account.on_account_minor == 5_500
    assert Item.objects.get(account=account).open_minor == 10_000


def test_a_credit_that_shrinks_is_taken_back_and_stands_anew():
    of = source()
    headings = (*files.INVOICE_HEADINGS, "Type", "Open Balance")
    loaded(
        of, written([[*invoice(1), "SI", "100.00"], [*invoice(2, amount="-20.00"), "SC", "-20.00"]], headings=headings)
    )

    batch = loaded(
        of, written([[*invoice(1), "SI", "85.00"], [*invoice(2, amount="-20.00"), "SC", "-5.00"]], headings=headings)
    )

    account = account_of(of, "A1")
    assert receipt(batch) == {("changed", "GBP"): (2, 8_000)}
    assert owed_on(account) == Money.of("80.00", "GBP")
    assert account.on_account_minor == 500
    assert SourceCredit.objects.filter(account=account, taken_back_on__isnull=False, item_id__isnull=True).count() == 1
    assert "accounts.CreditTakenBack" in kinds_of(account)
