"""What a person says of a bank's CSV is kept with the bank account, and used while the header stays the same."""

import io
from datetime import date

import pytest
from tests import builders
from tests.payments.bank_files import bank_account, csv_of, import_file

from tallystick.kernel.actor import Scope
from tallystick.payments import queries
from tallystick.payments.models import BankAccount, StatementFile, StatementLine
from tallystick.payments.rules import csv_saved, refusals, states
from tallystick.payments.rules.csv_columns import Column
from tallystick.payments.rules.csv_saved import SavedColumns
from tallystick.payments.rules.days import DayOrder

pytestmark = pytest.mark.django_db

HEAD = "Wann;Was;Wieviel"
ROWS = ["03/04/2026;ACME INV-1;12,50", "04/04/2026;BOLT;7,00"]
COLUMNS = SavedColumns(";", tuple(HEAD.split(";")), {Column.DAY: (0,), Column.TEXT: (1,), Column.AMOUNT: (2,)})


def strange(*rows: str, head: str = HEAD) -> io.BytesIO:
    return io.BytesIO("\n".join([head, *(rows or ROWS)]).encode())


@pytest.fixture
def bank():
    return bank_account(builders.client(), currency="EUR")


def test_a_file_that_nobody_has_explained_is_shown_with_its_columns_and_takes_nothing(bank):
    seen = queries.preview(strange("about;13/04/2026"), bank_account_id=bank.pk)

    assert (seen.refusal, seen.layout, seen.statements) == (None, None, [])
    assert (seen.sketch.separator, seen.sketch.header) == (";", COLUMNS.header)
    with pytest.raises(refusals.FormatUnknown):
        import_file(strange(), bank)
    assert not StatementFile.objects.exists()


def test_headings_that_nobody_knows_are_guessed_for_a_person_and_never_for_the_book(bank):
    seen = queries.preview(strange(), bank_account_id=bank.pk, order=DayOrder.DAY_FIRST)

    assert (seen.is_guess, seen.refusal) == (True, None)
    assert seen.layout.places == COLUMNS.places
    (statement,) = seen.statements
    assert (statement.lines, str(statement.into.amount)) == (2, "19.50")
    with pytest.raises(refusals.FormatUnknown):
        import_file(strange(), bank, order=DayOrder.DAY_FIRST)


def test_days_that_read_both_ways_are_asked_for(bank):
    seen = queries.preview(strange(), bank_account_id=bank.pk, columns=COLUMNS)

    assert (type(seen.refusal), seen.asks_order) == (refusals.DayOrderUnknown, True)


def test_what_was_said_once_is_known_of_the_next_file(bank):
    import_file(strange(), bank, columns=COLUMNS, order=DayOrder.DAY_FIRST)

    imported = import_file(strange("05/04/2026;NEXT;1,00"), bank)

    assert imported.new_lines == 1
    assert queries.preview(strange("06/04/2026;NEXT;1,00"), bank_account_id=bank.pk).is_kept
    assert StatementLine.objects.get(narrative="NEXT").booked_on == date(2026, 4, 5)
    kept = BankAccount.objects.get()
    assert (csv_saved.from_document(kept.csv_columns), kept.day_order) == (COLUMNS, DayOrder.DAY_FIRST)


def test_another_header_is_asked_for_again(bank):
    import_file(strange(), bank, columns=COLUMNS, order=DayOrder.DAY_FIRST)

    with pytest.raises(refusals.FormatUnknown):
        import_file(strange(head="Wann;Wieviel;Was"), bank)


def test_what_spends_may_stand_without_a_sign(bank):
    card = SavedColumns(COLUMNS.separator, COLUMNS.header, COLUMNS.places, spending_is_positive=True)

    import_file(strange(), bank, columns=card, order=DayOrder.DAY_FIRST)

    assert sorted(StatementLine.objects.values_list("amount_minor", flat=True)) == [-1250, -700]


def test_a_file_without_a_header_can_be_explained(bank):
    columns = SavedColumns(",", (), {Column.DAY: (1,), Column.AMOUNT: (0,)})

    import_file(io.BytesIO(b"12.50,13/04/2026\n3.00,14/04/2026\n"), bank, columns=columns)

    assert StatementLine.objects.count() == 2


@pytest.mark.parametrize(
    ("meanings", "refusal"),
    [
        pytest.param([Column.DAY, Column.TEXT], csv_saved.ColumnsInsufficient, id="no amount"),
        pytest.param([Column.AMOUNT, Column.TEXT], csv_saved.ColumnsInsufficient, id="no day"),
        pytest.param([Column.DAY, Column.IN], csv_saved.ColumnsInsufficient, id="in without out"),
        pytest.param([Column.DAY, Column.AMOUNT, Column.AMOUNT], csv_saved.ColumnTwice, id="two amounts"),
    ],
)
def test_columns_of_which_no_line_can_be_made_are_refused(meanings, refusal):
    with pytest.raises(refusal):
        csv_saved.places_of(meanings)


def test_a_file_that_may_be_of_several_bank_accounts_is_asked_for():
    client = builders.client()
    bank_account(client), bank_account(client)

    with pytest.raises(states.BankAccountNeeded):
        import_file(csv_of([("13/02/2026", "A", "1.00")], head="Date,Description,Amount (GBP)"))
    assert not StatementFile.objects.exists()


def test_a_file_is_known_again_only_to_those_who_may_see_it(bank):
    import_file(csv_of([("13/02/2026", "A", "1.00")]), bank)
    again = csv_of([("13/02/2026", "A", "1.00")])

    assert queries.preview(again, bank_account_id=bank.pk).known_as == StatementFile.objects.get()
    assert queries.preview(again, scope=Scope(frozenset())).known_as is None
