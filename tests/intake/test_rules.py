"""How a file is written, and which column is what."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tallystick.intake import rules
from tallystick.intake.rules import files as file_rules
from tallystick.intake.rules import workbooks


@pytest.mark.parametrize(
    ("content", "encoding", "separator", "quote"),
    [
        pytest.param(b"A,B\n1,2\n", "utf-8", ",", '"', id="plain"),
        pytest.param(b"A;B\r\n1,50;2\r\n", "utf-8", ";", '"', id="semicolons, with decimal commas"),
        pytest.param(b"A\tB\n1,5\t2;7\n", "utf-8", "\t", '"', id="tabs"),
        pytest.param(b"A|B|C\n1|2|3\n", "utf-8", "|", '"', id="bars"),
        pytest.param(b"sep=;\nA;B,C\n1;2\n", "utf-8", ";", '"', id="Excel names its separator"),
        pytest.param(b"\xef\xbb\xbfA,B\n1,2\n", "utf-8-sig", ",", '"', id="UTF-8 with a mark"),
        pytest.param("Käufer;Ä\nMüller;1\n".encode("cp1252"), "cp1252", ";", '"', id="Windows-1252"),
        pytest.param("A,B\nMüller,2\n".encode("utf-16"), "utf-16", ",", '"', id="UTF-16 with a mark"),
        pytest.param("Account,B\nMiller,2\n".encode("utf-16-le"), "utf-16-le", ",", '"', id="UTF-16 without"),
        pytest.param(b"A,B\n'x, y','2'\n'z','3'\n", "utf-8", ",", "'", id="single quotation marks"),
        pytest.param(b'A,B\n5" pipe,2\n', "utf-8", ",", "", id="an inch is no quotation mark"),
    ],
)
def test_how_a_text_is_written_is_found(content: bytes, encoding: str, separator: str, quote: str) -> None:
    try:
        content.decode()
        is_utf8 = True
    except UnicodeDecodeError:
        is_utf8 = False

    assert rules.find_writing(content, is_utf8=is_utf8) == rules.Writing(encoding, separator, quote)


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        pytest.param(b"a,b\n1,2\n", [(1, ["a", "b"], ""), (2, ["1", "2"], "")], id="plain"),
        pytest.param(b"a,b\r1,2", [(1, ["a", "b"], ""), (2, ["1", "2"], "")], id="old Mac, no end of line"),
        pytest.param(
            b'a,b\n"x\ny",2\nz,3\n',
            [(1, ["a", "b"], ""), (2, ["x\ny", "2"], ""), (4, ["z", "3"], "")],
            id="a cell of two lines",
        ),
        pytest.param(b"a,b\n\n,\n1,2\n", [(1, ["a", "b"], ""), (4, ["1", "2"], "")], id="blank lines"),
        pytest.param(b'a,b\n"say ""so""",2\n', [(1, ["a", "b"], ""), (2, ['say "so"', "2"], "")], id="doubled marks"),
        pytest.param(
            b'a,b\n"x,1\ny,2\n',
            [(1, ["a", "b"], ""), (2, ['"x,1'], "quote_never_closed"), (3, ["y", "2"], "")],
            id="a mark never closed costs its own line",
        ),
    ],
)
def test_a_text_is_read_as_lines_with_their_numbers(content: bytes, lines: list[tuple[int, list[str], str]]) -> None:
    writing = rules.Writing("utf-8", ",", '"')

    # However it is cut into pieces.
    for size in (1, 3, 1000):
        pieces = [content[at : at + size] for at in range(0, len(content), size)]
        assert [tuple(line) for line in rules.read_text(iter(pieces), writing)] == lines


@pytest.mark.parametrize("before", [0, 1, 997, 998, 999, 1000, 1001, 2500])
def test_a_quotation_mark_is_read_alike_wherever_it_stands_among_plain_lines(before: int) -> None:
    plain = [f"{number},plain" for number in range(before)]
    marked = ['"two\nlines",1', '"said ""so""",2', '"never,3', "after,4", "", "last,5"]

    lines = list(rules.read_text(["\n".join([*plain, *marked, *plain]).encode()], rules.Writing("utf-8", ",", '"')))

    assert [tuple(line) for line in lines] == [
        *((at + 1, [str(at), "plain"], "") for at in range(before)),
        (before + 1, ["two\nlines", "1"], ""),
        (before + 3, ['said "so"', "2"], ""),
        (before + 4, ['"never,3'], "quote_never_closed"),
        (before + 5, ["after", "4"], ""),
        (before + 7, ["last", "5"], ""),
        *((before + 8 + at, [str(at), "plain"], "") for at in range(before)),
    ]


@pytest.mark.parametrize(
    ("head", "found"),
    [
        pytest.param(b"a,b", rules.FileType.TEXT, id="a text"),
        pytest.param("a,b\n1,2\n".encode("utf-16"), rules.FileType.TEXT, id="a text of two bytes a letter"),
        pytest.param(b"PK\x03\x04", rules.FileType.XLSX, id="a workbook"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", rules.FileType.XLS, id="an old workbook"),
    ],
)
def test_a_file_is_known_by_its_content(head: bytes, found: rules.FileType) -> None:
    assert rules.find_type(head, name="list.pdf") is found


@pytest.mark.parametrize(
    ("head", "code"),
    [
        pytest.param(b"", "intake.file_empty", id="nothing"),
        pytest.param(b"\xef\xbb\xbf \r\n\t", "intake.file_empty", id="nothing but blanks"),
        pytest.param(b"%PDF-1.4", "intake.file_type_unknown", id="a PDF"),
        pytest.param(b"\x1f\x8b\x08", "intake.file_type_unknown", id="compressed"),
        pytest.param(b"\n<html><table>", "intake.file_type_unknown", id="a web page called .xls"),
        pytest.param(b"{\\rtf1", "intake.file_type_unknown", id="a letter"),
        pytest.param(b"\x7fELF\x00\x01\x02\x00\x00\x01\x00", "intake.file_type_unknown", id="a program"),
    ],
)
def test_what_is_no_list_is_refused(head: bytes, code: str) -> None:
    with pytest.raises((rules.FileEmpty, rules.FileTypeUnknown)) as refused:
        rules.find_type(head, name="list.csv")

    assert refused.value.code == code


def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_rules, "MOST_UNPACKED_BYTES", 1_000_000)
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "0" * 2_000_000)

    assert bomb.stat().st_size < 10_000
    with pytest.raises(rules.WorkbookUnsafe):
        rules.check_workbook(bomb, name="bomb.xlsx")


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ({"xl/workbook.xml": "x"}, rules.FileType.XLSX),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, rules.FileType.ODS),
        ({"word/document.xml": "x"}, None),
    ],
)
def test_a_packed_file_is_a_workbook_or_none(
    tmp_path: Path, parts: dict[str, str], found: rules.FileType | None
) -> None:
    file = tmp_path / "file"
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)

    if found is None:
        with pytest.raises(rules.FileTypeUnknown):
            rules.check_workbook(file, name="file")
    else:
        assert rules.check_workbook(file, name="file") is found


def test_a_damaged_workbook_is_said_to_be_damaged(tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(b"PK\x03\x04 nothing")

    with pytest.raises(workbooks.WorkbookDamaged):
        list(workbooks.read_workbook(file))


# Which column is what


@pytest.mark.parametrize(
    ("lines", "at"),
    [
        pytest.param([["Customer", "Invoice No", "Amount"], ["A", "1", "2"]], 0, id="the first line"),
        pytest.param([["Aged Debtors"], ["31 March"], [], ["A/C", "Ref", "Balance"]], 3, id="below a title"),
        pytest.param([["Kunde", "Rechnungsnummer", "Betrag"], ["A", "1", "2"]], 0, id="German"),
        pytest.param([["x", "y"], ["1", "2"]], 0, id="unknown words, but no figures"),
        pytest.param([["1", "2"], ["3", "4"]], None, id="figures alone"),
        pytest.param([["a", "a"], ["1", "2"]], None, id="the same word twice"),
        pytest.param([], None, id="nothing"),
    ],
)
def test_the_line_of_headings_is_found(lines: list[list[str]], at: int | None) -> None:
    assert rules.find_heading(lines) == at


INVOICE = ["A1", "Acme Ltd", "7", "31/01/2026", "28/02/2026", "10.00", "GBP"]


@pytest.mark.parametrize(
    ("headings", "sample", "columns"),
    [
        pytest.param(
            "Account|Customer Name|Invoice Number|Invoice Date|Due Date|Amount|Currency",
            INVOICE,
            {
                "account_ref": "Account",
                "name": "Customer Name",
                "item_ref": "Invoice Number",
                "issued_on": "Invoice Date",
                "due_on": "Due Date",
                "amount": "Amount",
                "currency": "Currency",
            },
            id="plain words",
        ),
        pytest.param(
            "*ContactName|EmailAddress|*InvoiceNumber|*InvoiceDate|*DueDate|Total|InvoiceAmountDue|Currency",
            ["Acme", "a@b.example", "7", "31/01/2026", "28/02/2026", "10.00", "4.00", "GBP"],
            {
                "account_ref": "*ContactName",
                "name": "*ContactName",
                "open_amount": "InvoiceAmountDue",
                "amount": "Total",
            },
            id="Xero",
        ),
        pytest.param(
            "Account|Document Number|Document Type|Document Date|Net due date|Amount in doc. curr.|Document currency",
            ["1000", "90001", "RV", "31.01.2026", "28.02.2026", "10,00", "EUR"],
            {"item_kind": "Document Type", "amount": "Amount in doc. curr.", "due_on": "Net due date"},
            id="SAP FBL5N",
        ),
        pytest.param(
            "Date|Transaction Type|No.|Customer|Due Date|Amount|Open Balance",
            ["31/01/2026", "Invoice", "7", "Acme", "28/02/2026", "10.00", "4.00"],
            {"account_ref": "Customer", "name": "Customer", "item_ref": "No.", "open_amount": "Open Balance"},
            id="QuickBooks",
        ),
        pytest.param(
            "Kundennummer|Rechnungsnummer|Rechnungsdatum|Fälligkeit|Betrag|Währung",
            ["A1", "7", "31.01.2026", "28.02.2026", "1.250,50", "EUR"],
            {"account_ref": "Kundennummer", "item_ref": "Rechnungsnummer", "due_on": "Fälligkeit", "amount": "Betrag"},
            id="German",
        ),
        pytest.param(
            "countryCode|customerID|invoiceNumber|InvoiceDate|DueDate|InvoiceAmount|SettledDate",
            ["391", "0379-NEVHP", "611365", "1/13/2013", "2/12/2013", "55.94", "1/15/2013"],
            {"account_ref": "customerID", "amount": "InvoiceAmount", "settled_on": "SettledDate"},
            id="camel case, and a number that is no country",
        ),
    ],
)
def test_columns_are_guessed_from_their_headings(headings: str, sample: list[str], columns: dict[str, str]) -> None:
    guessed = rules.guess("invoices", headings.split("|"), [sample], currency="GBP")

    origins = guessed.mapping.origins
    assert {name: origins[name].column for name in columns} == columns
    assert rules.wanting(guessed.mapping) == []
    assert "country" not in origins


def test_a_column_is_no_amount_when_no_amounts_stand_in_it() -> None:
    guessed = rules.guess("invoices", ["Account", "Amount", "Value"], [["A1", "see memo", "9.00"]] * 3)

    assert guessed.mapping.origins["amount"].column == "Value"


def test_a_currency_that_no_column_names_is_the_clients() -> None:
    guessed = rules.guess("payments", ["Account", "Amount"], [["A1", "9.00"]], currency="EUR")

    assert guessed.mapping.origins["currency"] == rules.Origin(constant="EUR")
    assert guessed.mapping.home_currency == ""


@pytest.mark.parametrize(
    ("values", "forms"),
    [
        pytest.param(["2026-01-31"], ["ymd"], id="ISO"),
        pytest.param(["31/01/2026"], ["dmy"], id="no month has 31"),
        pytest.param(["01/31/2026"], ["mdy"], id="American"),
        pytest.param(["03/04/2026", "05/06/2026"], ["dmy", "mdy"], id="either"),
        pytest.param(["03/04/2026"] * 9 + ["31/12/2026", "soon"], ["dmy"], id="one day settles it, one is damaged"),
        pytest.param(["3 Apr 2026", "4 May 2026"], ["dmy"], id="names of months"),
        pytest.param(["5/5/2026", "6/6/2026"], ["dmy"], id="both mean the same"),
        pytest.param(["", " "], [], id="nothing"),
        pytest.param(["soon"], [], id="no days"),
    ],
)
def test_the_form_of_days_is_settled_or_left_open(values: list[str], forms: list[str]) -> None:
    assert [str(form) for form in rules.possible_day_forms(values)] == forms


@pytest.mark.parametrize(
    ("values", "currency", "marks"),
    [
        pytest.param(["1,234.50", "9"], "GBP", ["."], id="point"),
        pytest.param(["1.234,50", "9"], "EUR", [","], id="comma"),
        pytest.param(["12.50"], "GBP", ["."], id="two decimals after a point"),
        pytest.param(["12", "7"], "GBP", ["."], id="no mark at all means no question"),
        pytest.param(["1.250"], "KWD", [".", ","], id="three decimals: 1.25 dinars, or 1250"),
        pytest.param(["1,234"], "JPY", ["."], id="yen have no decimals"),
    ],
)
def test_the_decimal_mark_is_settled_or_left_open(values: list[str], currency: str, marks: list[str]) -> None:
    assert [str(mark) for mark in rules.possible_marks(values, currency=currency)] == marks
