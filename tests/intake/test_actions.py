"""From a file to the book: every line once, none lost, and nothing before it was said what would happen."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from tests import builders
from tests.intake import files
from tests.intake.files import AT, IMPORTER, checked, commit, faults, invoice, loaded, receipt, source, written

from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Account, Item, SourceCredit
from tallystick.config import invariants
from tallystick.intake import actions, queries, rules
from tallystick.intake.models import Batch, RowError
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor, Scope
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.ledger import queries as ledger_queries
from tallystick.ledger.models import Entry
from tallystick.parties.models import Address, ContactPoint, Party
from tallystick.timeline import queries as timeline_queries

pytestmark = pytest.mark.django_db


def _account(of, reference):
    found = account_queries.find_account_id(client_id=of.client_id, reference=reference)
    assert found is not None
    return Account.objects.get(pk=found)


def _kinds(account):
    return [event["kind"] for event in reversed(timeline_queries.of_account([account.pk]))]


def _owed(account):
    return ledger_queries.balance(account.pk, currency=account.currency)


def test_a_file_of_invoices_comes_into_the_book():
    of = source()

    batch = loaded(of, written([invoice(1), invoice(2, amount="250.50"), invoice(3, account="B2", amount="9.99")]))

    account = _account(of, "A1")
    assert receipt(batch) == {("new", "GBP"): (3, 36_049)}
    assert _owed(account) == Money.of("350.50", "GBP")
    assert account.party.name == "Customer A1 Ltd"
    assert account.party.kind == "company"
    assert account.opened_on == AT.date()
    item = Item.objects.get(account=account, reference="INV-00002")
    assert (item.kind, item.amount_minor, item.open_minor) == ("invoice", 25_050, 25_050)
    assert (item.issued_on, item.due_on) == (date(2026, 1, 10), date(2026, 2, 9))
    assert _kinds(account) == ["accounts.AccountOpened", "accounts.ItemsAdded"]


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

    account = _account(of, "A1")
    assert receipt(batch) == {
        ("changed", "GBP"): (2, 18_000),
        ("unchanged", "GBP"): (1, 10_000),
        ("new", "GBP"): (1, 500),
    }
    assert _owed(account) == Money.of("285.00", "GBP")
    assert Item.objects.get(account=account, reference="INV-00001").open_minor == 8_000
    assert Item.objects.get(account=account, reference="INV-00002").due_on == date(2026, 3, 1)
    assert _kinds(account)[2:] == ["accounts.ItemsAdded", "accounts.ItemAdjusted", "accounts.ItemRedated"]


def test_a_correction_counts_from_the_day_of_issue_and_is_known_from_now():
    of = source()
    loaded(of, written([invoice(1)]))

    loaded(of, written([invoice(1, amount="130.00", issued_on="2026-01-20")]), at=AT.replace(day=2))

    account = _account(of, "A1")
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

    home, abroad = _account(of, "A1"), _account(of, "A1/EUR")
    assert receipt(batch) == {("new", "GBP"): (1, 10_000), ("new", "EUR"): (1, 700)}
    assert (home.currency, abroad.currency) == ("GBP", "EUR")
    assert home.party_id == abroad.party_id
    assert Party.objects.filter(name="Customer A1 Ltd").count() == 1


def test_an_open_amount_says_what_was_settled_with_the_creditor():
    of = source()
    headings = (*files.INVOICE_HEADINGS, "Open Balance")
    loaded(of, written([[*invoice(1), "100.00"], [*invoice(2), "30.00"]], headings=headings))
    account = _account(of, "A1")
    assert _owed(account) == Money.of("130.00", "GBP")

    batch = loaded(of, written([[*invoice(1), "0.00"], [*invoice(2), "30.00"]], headings=headings))

    item = Item.objects.get(account=account, reference="INV-00001")
    assert receipt(batch) == {("changed", "GBP"): (1, 10_000), ("unchanged", "GBP"): (1, 10_000)}
    assert (item.open_minor, item.settled_on) == (0, AT.date())
    assert _owed(account) == Money.of("30.00", "GBP")
    assert "accounts.SettledAtSource" in _kinds(account)


def test_the_last_settlement_clears_the_account():
    of = source()
    headings = (*files.INVOICE_HEADINGS, "Open Balance")
    loaded(of, written([[*invoice(1), "100.00"]], headings=headings))

    loaded(of, written([[*invoice(1), "0.00"]], headings=headings))

    assert _kinds(_account(of, "A1"))[-1] == "accounts.BalanceCleared"


def test_an_invoice_with_a_day_of_settlement_is_settled_on_it():
    of = source()
    headings = (*files.INVOICE_HEADINGS, "SettledDate")

    loaded(of, written([[*invoice(1), "2026-02-20"], [*invoice(2), ""]], headings=headings))

    account = _account(of, "A1")
    assert Item.objects.get(account=account, reference="INV-00001").settled_on == date(2026, 2, 20)
    assert ledger_queries.balance(account.pk, currency="GBP", on=date(2026, 2, 19)) == Money.of("200.00", "GBP")
    assert _owed(account) == Money.of("100.00", "GBP")


def test_more_open_at_the_source_than_here_is_a_warning_and_undoes_nothing():
    of = source()
    headings = (*files.INVOICE_HEADINGS, "Open Balance")
    loaded(of, written([[*invoice(1), "40.00"]], headings=headings))

    batch = loaded(of, written([[*invoice(1), "100.00"]], headings=headings))

    assert faults(batch) == [(2, "", "ahead_of_source")]
    assert _owed(_account(of, "A1")) == Money.of("40.00", "GBP")


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

    account = _account(of, "A1")
    assert receipt(batch) == {("new", "GBP"): (4, 4_500)}
    assert _owed(account) == Money.of("45.00", "GBP")
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

    account = _account(of, "A1")
    assert receipt(batch) == {("changed", "GBP"): (2, 8_000)}
    assert _owed(account) == Money.of("80.00", "GBP")
    assert account.on_account_minor == 500
    assert SourceCredit.objects.filter(account=account, taken_back_on__isnull=False, item_id__isnull=True).count() == 1
    assert "accounts.CreditTakenBack" in _kinds(account)


def test_a_file_of_customers_opens_accounts_and_says_how_debtors_are_reached():
    of = source("customers")
    headings = ("Account", "Name", "Address 1", "Town", "Postcode", "Email", "Mobile", "Company Number", "Group")
    line = [
        "C1",
        "Kingsway Builders Ltd",
        "1 High Street",
        "Leeds",
        "ls6 2ab",
        "Accounts@Kingsway.example",
        "07700 900123",
    ]

    batch = loaded(of, written([[*line, "01234567", "Kingsway Group"]], headings=headings))

    party = _account(of, "C1").party
    assert receipt(batch) == {("new", "GBP"): (1, 0)}
    assert (party.kind, party.company_number, party.name_key) == ("company", "01234567", "kingsway builders ltd")
    assert party.group is not None and party.group.name == "Kingsway Group"
    assert {point.value_key for point in ContactPoint.objects.filter(party=party)} == {
        "accounts@kingsway.example",
        "+447700900123",
    }
    address = Address.objects.get(party=party)
    assert (address.lines, address.town, address.postcode_key) == (["1 High Street"], "Leeds", "LS62AB")


def test_customers_are_corrected_and_their_old_address_is_kept():
    of = source("customers")
    headings = ("Account", "Name", "Address 1", "Town", "Postcode", "Email")
    first = [
        ["C1", "Kingsway", "1 High Street", "Leeds", "LS6 2AB", "a@kingsway.example"],
        ["C2", "Halford", "", "", "", ""],
    ]
    loaded(of, written(first, headings=headings))

    second = [
        ["C1", "Kingsway Ltd", "2 Low Road", "Leeds", "LS6 2AB", "b@kingsway.example"],
        ["C2", "Halford", "", "", "", ""],
    ]
    batch = loaded(of, written(second, headings=headings))

    party = _account(of, "C1").party
    assert receipt(batch) == {("changed", "GBP"): (1, 0), ("unchanged", "GBP"): (1, 0)}
    assert party.name == "Kingsway Ltd"
    assert Address.objects.get(party=party, until_on__isnull=True).lines == ["2 Low Road"]
    assert Address.objects.filter(party=party).count() == 2
    assert ContactPoint.objects.filter(party=party).count() == 2
    assert _kinds(_account(of, "C1")) == ["accounts.AccountOpened", "intake.DebtorCorrected"]
    assert _kinds(_account(of, "C2")) == ["accounts.AccountOpened"]


def test_an_address_that_cannot_be_used_is_left_out_and_the_customer_is_loaded():
    of = source("customers")

    batch = loaded(of, written([["C1", "Kingsway", "not an address"]], headings=("Account", "Name", "Email")))

    assert faults(batch) == [(2, "email", "contact_unreadable")]
    assert receipt(batch) == {("new", "GBP"): (1, 0)}
    assert not ContactPoint.objects.filter(party=_account(of, "C1").party).exists()


def test_a_placement_brings_debtor_account_and_a_balance_by_head():
    of = source("placements")
    headings = ("Account Number", "First Name", "Surname", "DOB", "Principal", "Interest", "Costs", "Default Date")

    batch = loaded(
        of,
        written([["L1", "Amelia", "Hughes", "1980-05-17", "1,200.00", "31.50", "0", "2025-11-03"]], headings=headings),
    )

    account = _account(of, "L1")
    assert receipt(batch) == {("new", "GBP"): (1, 123_150)}
    assert (account.party.name, account.party.kind, account.party.born_on) == (
        "Amelia Hughes",
        "person",
        date(1980, 5, 17),
    )
    assert set(Item.objects.filter(account=account).values_list("kind", "amount_minor")) == {
        ("balance", 120_000),
        ("interest", 3_150),
    }
    assert _owed(account) == Money.of("1231.50", "GBP")


def test_a_placement_is_refused_whole():
    of = source("placements")
    headings = ("Account Number", "Name", "Principal", "Interest", "Default Date")

    batch = loaded(
        of,
        written(
            [["L1", "Ann", "100.00", "x", "2025-11-03"], ["L2", "Ben", "50.00", "1.00", "2025-11-03"]],
            headings=headings,
        ),
    )

    assert faults(batch) == [(2, "interest", "amount_unreadable")]
    assert account_queries.find_account_id(client_id=of.client_id, reference="L1") is None
    assert _owed(_account(of, "L2")) == Money.of("51.00", "GBP")


def test_two_placements_of_one_debtor_share_a_party():
    of = source("placements")
    headings = ("Account Number", "Debtor Reference", "Name", "Principal", "Default Date")
    lines = [["L1", "D9", "Ann Lee", "100.00", "2025-11-03"], ["L2", "D9", "Ann Lee", "50.00", "2025-11-03"]]
    loaded(of, written(lines, headings=headings))

    loaded(of, written([["L3", "D9", "Ann Lee", "5.00", "2025-11-03"]], headings=headings))

    assert len({_account(of, reference).party_id for reference in ("L1", "L2", "L3")}) == 1
    assert Party.objects.filter(name="Ann Lee").count() == 1


def test_charges_go_to_accounts_that_stand_and_to_their_heads():
    client = builders.client()
    loaded(source(client=client), written([invoice(1)]))
    of = source("charges", client=client, name="charges")
    headings = ("Account", "Charge ID", "Charge Type", "Charge Date", "Amount")
    lines = [
        ["A1", "P1", "Penalty", "2026-03-01", "50.00"],
        ["A1", "F1", "Admin fee", "2026-03-01", "12.00"],
        ["Z9", "P2", "Penalty", "2026-03-01", "1.00"],
    ]

    batch = loaded(of, written(lines, headings=headings))

    account = _account(of, "A1")
    assert faults(batch) == [(4, "account_ref", "account_unknown")]
    assert _owed(account) == Money.of("162.00", "GBP")
    assert set(Item.objects.filter(account=account).values_list("kind", "amount_minor")) == {
        ("invoice", 10_000),
        ("penalty", 5_000),
        ("fee", 1_200),
    }


def test_payments_made_to_the_creditor_pay_the_oldest_items():
    client = builders.client()
    loaded(source(client=client), written([invoice(1), invoice(2, due_on="2026-03-31")]))
    of = source("payments", client=client, name="payments")
    headings = ("Account", "Payment Reference", "Payment Date", "Amount")
    content = written([["A1", "DP1", "2026-03-20", "130.00"]], headings=headings)

    batch = loaded(of, content)
    again = loaded(of, content)

    account = _account(of, "A1")
    assert receipt(batch) == {("new", "GBP"): (1, 13_000)}
    assert receipt(again) == {("unchanged", "GBP"): (1, 13_000)}
    assert _owed(account) == Money.of("70.00", "GBP")
    assert list(Item.objects.filter(account=account).order_by("due_on").values_list("open_minor", flat=True)) == [
        0,
        7_000,
    ]


def test_what_an_import_wrote_keeps_every_invariant_of_the_book():
    of = source()
    headings = (*files.INVOICE_HEADINGS, "Type", "Open Balance")
    lines = [[*invoice(number, account=f"A{number % 5}"), "SI", str(number * 10)] for number in range(1, 10)]
    loaded(of, written([*lines, [*invoice(20, amount="-20.00"), "SC", "-20.00"]], headings=headings))
    loaded(
        of,
        written(
            [
                [*invoice(1, account="A1", amount="120.00"), "SI", "5.00"],
                [*invoice(20, amount="-20.00"), "SC", "-2.00"],
            ],
            headings=headings,
        ),
    )

    assert not [finding for finding in invariants.check() if finding.breaches]


def test_two_sources_that_number_alike_are_told_apart_by_their_prefix():
    client = builders.client()

    loaded(source(client=client, name="north", prefix="N-"), written([invoice(1)]))
    batch = loaded(source(client=client, name="south", prefix="S-"), written([invoice(1)]))

    assert receipt(batch) == {("new", "GBP"): (1, 10_000)}
    assert Account.objects.filter(client=client).count() == 2


def test_a_mapping_is_remembered_and_a_change_makes_a_version():
    of = source()
    first = checked(of, written([invoice(1)]))

    same = checked(of, written([invoice(2)]))
    other = checked(of, written([invoice(3)]), fields={"terms_days": {"constant": "30"}, "due_on": None})

    assert first.mapping is not None and same.mapping is not None and other.mapping is not None
    assert same.mapping_id == first.mapping_id
    assert (other.mapping.name, other.mapping.version) == (first.mapping.name, 2)
    assert queries.get_source(of.pk).mapping_id == other.mapping_id


def test_a_mapping_that_the_file_does_not_fit_is_refused():
    of = source()
    batch = files.uploaded(of, written([invoice(1)]))
    document = actions.guess_mapping(batch_id=batch.pk, by=IMPORTER).mapping.as_document()
    document["fields"]["amount"] = {"column": "Betrag"}

    with pytest.raises(rules.MappingUnfit):
        actions.map_batch(batch_id=batch.pk, document=document, name="x", at=AT, by=IMPORTER)


def test_a_mapping_without_an_amount_is_refused():
    of = source()
    batch = files.uploaded(of, written([invoice(1)]))
    document = actions.guess_mapping(batch_id=batch.pk, by=IMPORTER).mapping.as_document()
    del document["fields"]["amount"]

    with pytest.raises(rules.MappingIncomplete, match="amount"):
        actions.map_batch(batch_id=batch.pk, document=document, name="x", at=AT, by=IMPORTER)


def test_a_batch_is_loaded_in_chunks_and_taken_up_again_where_it_stopped(monkeypatch):
    monkeypatch.setattr("tallystick.intake.actions.checking.CHUNK_LINES", 10)
    of = source()
    batch = checked(of, written([invoice(number, account=f"A{number % 12:02d}") for number in range(60)]))
    actions.start_commit(batch_id=batch.pk, at=AT, by=IMPORTER)
    actions.commit_next_chunk(batch_id=batch.pk, at=AT, by=IMPORTER)
    some = Item.objects.filter(client_id=of.client_id).count()
    assert 0 < some < 60
    assert not actions.finish_commit(batch_id=batch.pk, at=AT, by=IMPORTER)

    # A crash of the server empties tables that are not logged.
    for table in queries.line_tables(batch.pk):
        sql.execute(sql.fill("DROP TABLE IF EXISTS {table}", table=queries.quoted(table)))
    done = commit(queries.get_batch(batch.pk))

    assert receipt(done) == {("new", "GBP"): (60, 600_000)}
    assert Item.objects.filter(client_id=of.client_id).count() == 60
    assert queries.progress(batch.pk)[0] == queries.progress(batch.pk)[1] > 3


def test_an_account_larger_than_a_chunk_is_parted(monkeypatch):
    monkeypatch.setattr("tallystick.intake.actions.checking.CHUNK_LINES", 10)
    of = source()

    batch = loaded(of, written([invoice(number) for number in range(35)]))

    assert queries.progress(batch.pk) == (4, 4)
    assert receipt(batch) == {("new", "GBP"): (35, 350_000)}
    assert Account.objects.filter(client_id=of.client_id).count() == 1


def test_a_batch_that_is_loaded_cannot_be_loaded_checked_or_abandoned_again():
    batch = loaded(source(), written([invoice(1)]))

    for step in (actions.check_batch, actions.start_commit, actions.abandon_batch):
        with pytest.raises(rules.BatchStateUnfit):
            step(batch_id=batch.pk, at=AT, by=IMPORTER)
    assert not actions.commit_next_chunk(batch_id=batch.pk, at=AT, by=IMPORTER)


def test_an_abandoned_batch_leaves_nothing_in_the_book():
    of = source()
    batch = checked(of, written([invoice(1)]))

    actions.abandon_batch(batch_id=batch.pk, at=AT, by=IMPORTER)

    assert queries.get_batch(batch.pk).state == rules.BatchState.ABANDONED
    assert not queries.holds_lines(batch.pk)
    with pytest.raises(rules.BatchStateUnfit):
        actions.start_commit(batch_id=batch.pk, at=AT, by=IMPORTER)


def test_a_file_is_kept_as_it_came():
    content = b"Account;Betrag\r\n" + "Müller;1,5\r\n".encode("cp1252")
    batch = files.uploaded(source("customers"), content)

    assert b"".join(queries.file_content(batch.pk)) == content
    assert batch.writing["encoding"] == "cp1252"


def test_an_import_takes_a_right_and_stays_within_its_scope():
    of = source()
    batch = checked(of, written([invoice(1)]))
    stranger = Actor(label="eve", rights=frozenset({"import receivables"}), scope=Scope(frozenset({0})))

    with pytest.raises(NotPermitted):
        actions.start_commit(batch_id=batch.pk, at=AT, by=Actor(label="eve"))
    with pytest.raises(NotFound):
        actions.start_commit(batch_id=batch.pk, at=AT, by=stranger)
    assert queries.get_batch(batch.pk).state == rules.BatchState.CHECKED


def test_a_receipt_that_does_not_add_up_is_not_given():
    batch = checked(source(), written([invoice(1), invoice(2)]))
    actions.start_commit(batch_id=batch.pk, at=AT, by=IMPORTER)
    while actions.commit_next_chunk(batch_id=batch.pk, at=AT, by=IMPORTER):
        pass
    Batch.objects.filter(pk=batch.pk).update(lines=3)

    with pytest.raises(rules.NotProven):
        actions.finish_commit(batch_id=batch.pk, at=AT, by=IMPORTER)


def test_lines_of_a_batch_leave_no_table_behind():
    loaded(source(), written([invoice(1)]))

    left = [
        name for name in connection.introspection.table_names() if name.startswith(("intake_staged_", "intake_ready_"))
    ]
    assert left == ["intake_staged_form"]
    assert not RowError.objects.exists()
