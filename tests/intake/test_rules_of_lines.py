"""Lines and their values: how a cell becomes a value, and what is left out."""

from __future__ import annotations

import re
from datetime import date

import pytest
from tests.intake.mappings import document

from tallystick.intake import rules
from tallystick.intake.rules import lines as line_rules
from tallystick.intake.rules import workbooks
from tallystick.kernel import sql


def read(kind: str, fields: dict[str, dict[str, str]], **cells: str) -> dict[str, str | None]:
    mapping = rules.mapping_of({"version": 1, "kind": kind, "fields": fields})
    reader = rules.Reader(mapping, list(cells), country="GB")
    return dict(zip(reader.columns, reader.read(list(cells.values())), strict=True))


@pytest.mark.parametrize(
    ("field", "origin", "cell", "value"),
    [
        ("country", {"column": "X"}, "Deutschland", "Deutschland"),
        ("country", {"column": "X"}, "germany", "DE"),
        ("country", {"column": "X"}, "UK", "GB"),
        ("currency", {"column": "X"}, "£", "GBP"),
        ("currency", {"column": "X"}, "eur", "EUR"),
        ("currency", {"column": "X"}, "$", "$"),
        ("item_kind", {"column": "X"}, "Sales Invoice", "invoice"),
        ("item_kind", {"column": "X"}, "Gutschrift", "credit_note"),
        ("item_kind", {"column": "X"}, "Mystery", "Mystery"),
        ("party_kind", {"column": "X"}, "Limited", "company"),
        ("description", {"column": "X"}, " two  lines\n of text ", "two lines of text"),
        ("description", {"template": "For {X}, thanks"}, "plumbing", "For plumbing, thanks"),
        ("description", {"constant": "always"}, "whatever", "always"),
        ("amount", {"column": "X"}, "  1,250.00 ", "1,250.00"),
        ("amount", {"column": "X"}, "   ", None),
    ],
)
def test_a_cell_becomes_a_value(field: str, origin: dict[str, str], cell: str, value: str | None) -> None:
    assert read("invoices", {field: origin}, X=cell)[field] == value


def test_a_name_is_put_together_of_its_parts() -> None:
    both = {"first_name": {"column": "First"}, "last_name": {"column": "Last"}}

    assert read("customers", both, First=" Ann ", Last="Lee")["name"] == "Ann Lee"
    assert read("customers", both, First="", Last="Lee")["name"] == "Lee"


def test_an_account_that_a_ledger_does_not_name_is_called_by_its_reference() -> None:
    fields = {"account_ref": {"column": "Account"}, "name": {"column": "Name"}}

    assert read("invoices", fields, Account="A1", Name="")["name"] == "A1"
    assert read("customers", fields, Account="A1", Name="")["name"] is None


def test_a_line_that_ends_early_has_nothing_in_its_last_columns() -> None:
    mapping = rules.mapping_of(document())
    reader = rules.Reader(mapping, ["Account", "Ref", "Date", "Due", "Amount"], country="GB")

    assert dict(zip(reader.columns, reader.read(["A1"]), strict=True))["amount"] is None


def taken(
    lines: list[list[str]], headings: list[str], **mapping: object
) -> tuple[list[tuple[int, list[str], str]], dict[str, int], list[str]]:
    left_out: dict[str, int] = {}
    totals: list[str] = []
    found = rules.data_lines(
        [rules.Line(number, cells) for number, cells in enumerate(lines, start=1)],
        rules.mapping_of(document(fields={"amount": {"column": "Amount"}}, **mapping)),
        headings,
        heading_line=1,
        left_out=left_out,
        totals=totals,
    )
    return [tuple(line) for line in found], left_out, totals  # type: ignore[misc]


def test_furniture_is_left_out_and_counted_and_totals_are_kept() -> None:
    headings = ["Ref", "Amount"]
    lines = [headings, ["1", "5.00"], headings, ["Total for A", "5.00"], ["", "note"], ["2", "6.00"]]

    found, left_out, totals = taken(
        lines, headings, skips=[{"column": "Ref", "starts_with": "total", "is_total": True}, {"column": "Ref"}]
    )

    assert found == [(2, ["1", "5.00"], ""), (6, ["2", "6.00"], "")]
    assert left_out == {"headings": 1, "Ref": 2}
    assert totals == ["5.00"]


def test_what_heads_a_group_holds_for_its_lines() -> None:
    headings = ["Ref", "Amount", rules.CARRIED + "Customer"]
    lines = [["Ref", "Amount"], ["Acme Ltd", ""], ["1", "5.00"], ["2", "6.00"], ["Bolt", ""], ["3", "7.00"]]

    found, left_out, _totals = taken(lines, headings, carry={"columns": ["Customer"]})

    assert found == [
        (3, ["1", "5.00", "Acme Ltd"], ""),
        (4, ["2", "6.00", "Acme Ltd"], ""),
        (6, ["3", "7.00", "Bolt"], ""),
    ]
    assert left_out == {"group": 2}


def test_cells_beyond_the_headings_are_a_fault_unless_blank() -> None:
    found, _left_out, _totals = taken([["Ref", "Amount"], ["1", "5", "x"], ["2", "6", ""]], ["Ref", "Amount"])

    assert found == [(2, ["1", "5", "x"], "too_many_cells"), (3, ["2", "6"], "")]


def test_numbers_and_days_of_a_workbook_are_written_as_the_mapping_reads_them() -> None:
    mapping = rules.mapping_of(document(day_form="dmy", decimal_mark=","))
    cells = ["A1", workbooks.Number("7"), date(2026, 4, 3), date(2026, 5, 4), workbooks.Number("12.5")]

    [line] = rules.as_texts([rules.Line(2, cells)], mapping, ["Account", "Ref", "Date", "Due", "Amount"])

    assert line.cells == ["A1", "7", "03/04/2026", "04/05/2026", "12,5"]


@pytest.mark.parametrize(
    ("text", "mark", "currency", "minor"),
    [
        ("1234.5", ".", "GBP", 123_450),
        ("£1,234.50", ".", "GBP", 123_450),
        ("1.234,50 €", ",", "EUR", 123_450),
        ("1 234,50", ",", "EUR", 123_450),
        ("1'234.50", ".", "GBP", 123_450),
        ("(12.00)", ".", "GBP", -1_200),
        ("12.00-", ".", "GBP", -1_200),
        ("−12.00", ".", "GBP", -1_200),
        ("12.00 CR", ".", "GBP", -1_200),
        ("12.00 DR", ".", "GBP", 1_200),
        ("GBP 12", ".", "GBP", 1_200),
        (".50", ".", "GBP", 50),
        ("1.234", ".", "KWD", 1_234),
        ("500", ".", "JPY", 500),
    ],
)
def test_an_amount_is_read_exactly(text: str, mark: str, currency: str, minor: int) -> None:
    assert rules.read_minor(text, mark=mark, currency=currency) == minor


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "amount_unreadable"),
        ("ten", "amount_unreadable"),
        ("1,23.4", "amount_unreadable"),
        ("1.2.3", "amount_unreadable"),
        ("--5", "amount_unreadable"),
        ("(-5)", "amount_unreadable"),
        ("5 %", "amount_unreadable"),
        ("1e3", "amount_unreadable"),
        ("1.005", "amount_too_precise"),
        ("9" * 16, "amount_too_large"),
        ("€5", "amount_other_currency"),
    ],
)
def test_what_is_no_amount_is_never_zero(text: str, code: str) -> None:
    with pytest.raises(rules.Unreadable) as unreadable:
        rules.read_minor(text, mark=".", currency="GBP")

    assert unreadable.value.code == code


# Faults


def test_every_fault_that_the_database_notes_has_words_for_people() -> None:
    text = "".join(
        sql.load("tallystick.intake", "check.sql", name)
        for name in ("make_ready", "judge_twins", "refuse_unknown_accounts")
    )
    noted = set(re.findall(r"'[a-z_1-3]*:([a-z_]+)'", text))

    assert len(noted) > 15
    for code in noted:
        assert rules.fault_of(code).reason
        assert rules.fault_of(code).remedy


def test_codes_of_faults_are_their_own() -> None:
    codes = [fault.code for fault in rules.FAULTS]

    assert len(codes) == len(set(codes))
    assert set(rules.warning_codes()) < set(codes)


def test_countries_are_known_by_code_and_name() -> None:
    assert line_rules.country_code("GBR") == "GB"
    assert line_rules.country_code("Scotland") == "GB"
    assert line_rules.country_code("Atlantis") == "Atlantis"
