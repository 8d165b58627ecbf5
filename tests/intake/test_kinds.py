"""Customers, placements, charges and payments come into the book, each as its kind does."""

from datetime import date

import pytest
from tests import builders
from tests.intake import files
from tests.intake.files import faults, invoice, loaded, receipt, source, written
from tests.intake.loading import account_of, kinds_of, owed_on

from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Item
from tallystick.config import invariants
from tallystick.kernel.money import Money
from tallystick.parties.models import Address, ContactPoint, Party

pytestmark = pytest.mark.django_db


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

    party = account_of(of, "C1").party
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

    party = account_of(of, "C1").party
    assert receipt(batch) == {("changed", "GBP"): (1, 0), ("unchanged", "GBP"): (1, 0)}
    assert party.name == "Kingsway Ltd"
    assert Address.objects.get(party=party, until_on__isnull=True).lines == ["2 Low Road"]
    assert Address.objects.filter(party=party).count() == 2
    assert ContactPoint.objects.filter(party=party).count() == 2
    assert kinds_of(account_of(of, "C1")) == ["accounts.AccountOpened", "intake.DebtorCorrected"]
    assert kinds_of(account_of(of, "C2")) == ["accounts.AccountOpened"]


def test_an_address_that_cannot_be_used_is_left_out_and_the_customer_is_loaded():
    of = source("customers")

    batch = loaded(of, written([["C1", "Kingsway", "not an address"]], headings=("Account", "Name", "Email")))

    assert faults(batch) == [(2, "email", "contact_unreadable")]
    assert receipt(batch) == {("new", "GBP"): (1, 0)}
    assert not ContactPoint.objects.filter(party=account_of(of, "C1").party).exists()


def test_a_placement_brings_debtor_account_and_a_balance_by_head():
    of = source("placements")
    headings = ("Account Number", "First Name", "Surname", "DOB", "Principal", "Interest", "Costs", "Default Date")

    batch = loaded(
        of,
        written([["L1", "Amelia", "Hughes", "1980-05-17", "1,200.00", "31.50", "0", "2025-11-03"]], headings=headings),
    )

    account = account_of(of, "L1")
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
    assert owed_on(account) == Money.of("1231.50", "GBP")


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
    assert owed_on(account_of(of, "L2")) == Money.of("51.00", "GBP")


def test_two_placements_of_one_debtor_share_a_party():
    of = source("placements")
    headings = ("Account Number", "Debtor Reference", "Name", "Principal", "Default Date")
    lines = [["L1", "D9", "Ann Lee", "100.00", "2025-11-03"], ["L2", "D9", "Ann Lee", "50.00", "2025-11-03"]]
    loaded(of, written(lines, headings=headings))

    loaded(of, written([["L3", "D9", "Ann Lee", "5.00", "2025-11-03"]], headings=headings))

    assert len({account_of(of, reference).party_id for reference in ("L1", "L2", "L3")}) == 1
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

    account = account_of(of, "A1")
    assert faults(batch) == [(4, "account_ref", "account_unknown")]
    assert owed_on(account) == Money.of("162.00", "GBP")
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

    account = account_of(of, "A1")
    assert receipt(batch) == {("new", "GBP"): (1, 13_000)}
    assert receipt(again) == {("unchanged", "GBP"): (1, 13_000)}
    assert owed_on(account) == Money.of("70.00", "GBP")
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
