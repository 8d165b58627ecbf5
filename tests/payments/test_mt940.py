"""MT940 and MT942 as banks send them: every line ends as an entry or as a warning."""

import logging
import string
from datetime import date
from decimal import Decimal

import mt940 as other_reader
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.payments.reading import FIXTURES, codes, lines, read, read_fixture, total

from tallystick.kernel.money import Money
from tallystick.payments.rules import mt940
from tallystick.payments.rules.formats import Format, Known, recognize
from tallystick.payments.rules.narratives import read_narrative
from tallystick.payments.rules.statement import Kind, Report
from tallystick.payments.rules.warnings import WarningCode

W = WarningCode
#: File: statements, lines, their sum, and what was warned of.
FILES = {
    "constructed_uk_mt940_gbp_rc_reversal.sta": (1, 5, "31925.00", []),
    "jejik_K4262927_20200905-080000-952.txt": (1, 1, "230.00", [W.BALANCE_UNREADABLE, W.NOT_CLOSED]),
    "jejik_abnamro.txt": (2, 10, "-345.93", [W.DOES_NOT_BALANCE, W.OPENS_ELSEWHERE, W.DOES_NOT_BALANCE]),
    "jejik_bug-core-5401.txt": (1, 1, "50.00", [W.DOES_NOT_BALANCE]),
    "jejik_commerzbank.txt": (1, 1, "-12.35", [W.DOES_NOT_BALANCE]),
    "jejik_generic.txt": (2, 2, "-20.00", []),
    "jejik_ing-dos.txt": (1, 7, "-45.59", [W.DOES_NOT_BALANCE]),
    "jejik_ing-unix.txt": (1, 7, "-45.59", [W.DOES_NOT_BALANCE]),
    "jejik_knab.txt": (2, 3, "-6260.00", [W.OPENS_ELSEWHERE, W.DOES_NOT_BALANCE]),
    "jejik_oldenburgischelandesbank.txt": (1, 1, "104.50", [W.DOES_NOT_BALANCE]),
    "jejik_oldenburgischelandesbankmitbindestrich.txt": (1, 1, "1727.00", [W.DOES_NOT_BALANCE]),
    "jejik_rabobank-iban.txt": (2, 4, "-70.00", []),
    "jejik_sparkasse.txt": (2, 2, "-40.00", []),
    "jejik_sparkasse2.txt": (1, 1, "1027.25", [W.DOES_NOT_BALANCE]),
    "wolph_asnb_0708271685_09022020_164516.940.txt": (31, 8, "56.94", []),
    "wolph_mbank_with_newline_in_tnr.sta": (1, 2, "89.00", [W.DOES_NOT_BALANCE]),
    "wolph_self-provided_details_60-63.sta": (1, 1, "-233.15", [W.DOES_NOT_BALANCE]),
    "wolph_self-provided_february_30.sta": (1, 1, "-6.00", [W.DAY_ADJUSTED]),
    "wolph_self-provided_gv_codes.sta": (1, 2, "-257.45", [W.NOT_CLOSED]),
    "wolph_self-provided_long_statement_number.sta": (1, 0, "0.00", []),
    "wolph_self-provided_malformed_details.sta": (1, 1, "-233.15", [W.DOES_NOT_BALANCE]),
    "wolph_self-provided_overly_long_details.sta": (1, 1, "-233.15", [W.DOES_NOT_BALANCE]),
    "wolph_self-provided_transaction_details_wrapped.sta": (1, 1, "-6.00", [W.DAY_ADJUSTED]),
    "wolph_self-provided_whitespace.sta": (1, 1, "-233.15", [W.DOES_NOT_BALANCE]),
    "wolph_self-provided_wrapped_timestamp.sta": (1, 1, "-6.00", [W.DAY_ADJUSTED]),
}
CURRENCIES = {"constructed_uk_mt940_gbp_rc_reversal.sta": "GBP", "wolph_mbank_with_newline_in_tnr.sta": "PLN"} | {
    "wolph_self-provided_long_statement_number.sta": "TRY"
}


@pytest.mark.parametrize(("name", "expected"), FILES.items(), ids=FILES)
def test_a_published_file_is_read_whole(name, expected):
    contents = read_fixture(f"mt940/{name}")

    sum_of_all = total(contents.statements, CURRENCIES.get(name, "EUR"))
    assert (len(contents.statements), len(lines(contents)), str(sum_of_all.amount), codes(contents)) == expected


def test_no_published_file_is_left_out():
    assert {path.name for path in (FIXTURES / "mt940").iterdir() if path.is_file()} == set(FILES)


#: What the other reader cannot read, or reads otherwise: RC reverses a credit, so the money leaves.
UNREAD_BY_OTHERS = {
    "constructed_uk_mt940_gbp_rc_reversal.sta",
    "jejik_K4262927_20200905-080000-952.txt",
    "wolph_asnb_0708271685_09022020_164516.940.txt",
}


@pytest.mark.parametrize("name", sorted(set(FILES) - UNREAD_BY_OTHERS))
def test_another_reader_finds_the_same_entries(name):
    logging.getLogger("mt940").setLevel(logging.CRITICAL)
    text = (FIXTURES / "mt940" / name).read_text("utf-8").replace("\r", "")

    theirs = [each.data["amount"].amount for each in other_reader.parse(text) if each.data.get("amount") is not None]

    assert [line.amount.amount for line in lines(read_fixture(f"mt940/{name}"))] == theirs


@pytest.mark.parametrize(
    ("name", "count", "warned"),
    [
        pytest.param("wolph_mbank_mt942.sta", 3, [], id="with totals that agree"),
        pytest.param("wolph_self-provided_mt942.sta", 1, [W.SUM_DIFFERS], id="with a total that differs"),
    ],
)
def test_an_interim_report_is_known_as_one(name, count, warned):
    contents = read_fixture(f"mt942/{name}")

    assert [statement.opening.report for statement in contents.statements] == [Report.INTRADAY]
    assert (len(lines(contents)), codes(contents)) == (count, warned)


@pytest.mark.parametrize("path", sorted((FIXTURES / "mt940" / "fragments").iterdir()), ids=lambda path: path.name)
def test_a_fragment_neither_breaks_the_reader_nor_vanishes(path):
    with path.open("rb") as file:
        parts = list(mt940.read(file, currency="EUR"))

    entries = path.read_text("utf-8").count(":61:")
    assert sum(type(part).__name__ == "StatementLine" for part in parts) == entries


def message(*fields: str, currency: str = "GBP") -> str:
    head = [":20:TEST", ":25:20201512345678", ":28C:7/1", f":60F:C260301{currency}100,00"]
    return "\r\n".join([*head, *fields, "-", ""])


@pytest.mark.parametrize(
    ("field", "amount"),
    [
        pytest.param("2603060306C1,00NTRFNONREF", "1.00", id="credit"),
        pytest.param("2603060306D1,00NTRFNONREF", "-1.00", id="debit"),
        pytest.param("2603060306RC1,00NRTINONREF", "-1.00", id="a credit reversed leaves"),
        pytest.param("2603060306RD1,00NRTINONREF", "1.00", id="a debit reversed arrives"),
        pytest.param("2603060306RCP30,00NTRFNONREF", "-30.00", id="reversal with a funds code"),
        pytest.param("260306C,50NTRFNONREF", "0.50", id="no whole part and no entry day"),
        pytest.param("260306C5,NTRFNONREF", "5.00", id="no fraction"),
        pytest.param("260306CP0,0NTRFNONREF", "0.00", id="nothing, with a funds code"),
        pytest.param("260306C12.50NTRFNONREF", "12.50", id="a point"),
        pytest.param("260306    C1,00NTRFNONREF", "1.00", id="blanks for the entry day"),
        pytest.param("2603060306C\r\n1,00NTRFNONREF", "1.00", id="broken inside the field"),
    ],
)
def test_an_amount_has_its_sign(field, amount):
    (line,) = lines(read(message(f":61:{field}")))

    assert str(line.amount.amount) == amount


@pytest.mark.parametrize(
    ("field", "booked_on", "value_on"),
    [
        pytest.param("2512300102", date(2026, 1, 2), date(2025, 12, 30), id="booked in the next year"),
        pytest.param("2601021231", date(2025, 12, 31), date(2026, 1, 2), id="booked in the year before"),
        pytest.param("2602300301", date(2026, 3, 1), date(2026, 2, 28), id="a bank with months of thirty days"),
        pytest.param("991231", date(1999, 12, 31), date(1999, 12, 31), id="the last century"),
    ],
)
def test_the_entry_day_gets_the_year_nearest_to_the_value_day(field, booked_on, value_on):
    (line,) = lines(read(message(f":61:{field}C1,00NTRFNONREF")))

    assert (line.booked_on, line.value_on) == (booked_on, value_on)


@pytest.mark.parametrize(
    "field",
    [
        pytest.param(":61:nonsense", id="no entry at all"),
        pytest.param(":61:2613060306C1,00NTRF", id="month thirteen"),
        pytest.param(":61:2603060306C1,001NTRF", id="a tenth of a penny"),
        pytest.param(":61:2603060306X1,00NTRF", id="neither in nor out"),
    ],
)
def test_an_entry_that_cannot_be_read_is_a_warning_with_its_line_and_text(field):
    contents = read(message(":61:2603060306C1,00NTRFNONREF", field, ":86:WHO KNOWS", ":61:2603060306C2,00NTRFNONREF"))

    (warning,) = [each for each in contents.warnings if each.code is W.LINE_UNREADABLE]
    assert (warning.line_number, warning.text) == (6, f"{field}\n:86:WHO KNOWS")
    assert [str(line.amount) for line in lines(contents)] == ["1.00 GBP", "2.00 GBP"]


def test_entries_without_any_currency_are_warnings():
    contents = read(":20:X\n:25:1234\n:61:260306C1,00NTRFNONREF\n")

    assert lines(contents) == []
    assert codes(contents) == [W.CURRENCY_UNKNOWN, W.NOT_CLOSED]


def test_pages_of_one_statement_chain_by_their_intermediate_balances():
    file = (
        ":20:A\n:25:1\n:28C:66/1\n:60F:C260301GBP100,00\n:61:260302C5,00NTRFNONREF\n:62M:C260302GBP105,00\n-\n"
        ":20:A\n:25:1\n:28C:66/2\n:60M:C260302GBP105,00\n:61:260302C5,00NTRFNONREF\n:62F:C260302GBP110,00\n-\n"
    )

    contents = read(file)

    assert [(each.opening.number, each.opening.page) for each in contents.statements] == [("66", "1"), ("66", "2")]
    assert codes(contents) == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n", "\r", "@@"], ids=repr)
def test_lines_may_end_in_any_way(end):
    contents = read(message(":61:2603060306C1,00NTRFNONREF", ":86:INV-1").replace("\r\n", end))

    assert [line.narrative for line in lines(contents)] == ["INV-1"]


def test_a_line_that_begins_with_a_hyphen_is_text():
    contents = read(message(":61:2603060306C1,00NTRFNONREF", ":86:PAYMENT FOR", "- INV-1", "-INV-2"))

    assert lines(contents)[0].narrative == "PAYMENT FOR - INV-1 -INV-2"


def test_a_wrapped_time_does_not_begin_a_field():
    contents = read(message(":61:2603060306C1,00NTRFNONREF", ":86:PAID 12-09-2026T16", ":25:37 AT THE TILL"))

    assert contents.statements[0].opening.account == "20201512345678"
    assert lines(contents)[0].narrative.endswith(":25:37 AT THE TILL")


def test_text_outside_a_message_is_told():
    contents = read("Dear customer\n" + message(":61:2603060306C1,00NTRFNONREF"))

    (warning,) = [each for each in contents.warnings if each.code is W.LINE_OUTSIDE]
    assert (warning.line_number, warning.text) == (1, "Dear customer")


def test_characters_of_windows_are_read_and_told():
    contents = read(message(":61:2603060306C1,00NTRFNONREF", ":86:MÜLLER").encode("cp1252"))

    assert lines(contents)[0].narrative == "MÜLLER"
    assert W.ENCODING_GUESSED in codes(contents)


def test_a_declared_set_of_characters_goes_first():
    contents = read(message(":61:2603060306C1,00NTRFNONREF", ":86:ŐRI").encode("cp852"), Known(encoding="cp852"))

    assert lines(contents)[0].narrative == "ŐRI"


def test_supplementary_details_name_the_payer():
    (line,) = lines(read(message(":61:2603060306C1,00NTRFINV-1//FPI0001", "ASHFORD LTD", ":86:FASTER PAYMENT")))

    assert (line.counterparty, line.reference, line.bank_reference) == ("ASHFORD LTD", "INV-1", "FPI0001")
    assert (line.kind, line.raw) == (
        Kind.TRANSFER,
        ":61:2603060306C1,00NTRFINV-1//FPI0001\nASHFORD LTD\n:86:FASTER PAYMENT",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            [
                "166?00GUTSCHRIFT?20EREF+E-1?21KREF+NONREF?22MREF+M-1?23SVWZ+INVOICE NUMBER 20?2426?31DE02?32ANN",
                "?33BEE",
            ],
            ("INVOICE NUMBER 20 26", "ANNBEE", "DE02", "E-1", "M-1"),
            id="German keys, split at 27",
        ),
        pytest.param(
            ["166<00X<20SVWZ+PAID BY ANOTHER<21ABWA+REAL PAYER<32FACTORY"],
            ("PAID BY ANOTHER", "REAL PAYER", "", "", ""),
            id="another separator, and a different payer",
        ),
        pytest.param(
            ["/TRTP/SEPA/IBAN/NL02ABNA0/BIC/ABNANL2A/NAME/ANN BEE/REMI/INV 1/2/EREF/NOTPROVIDED"],
            ("INV 1/2", "ANN BEE", "NL02ABNA0", "", ""),
            id="Dutch slashes, with one in the text",
        ),
        pytest.param(
            ["/RTRN/MS03//EREF/E-9/CNTP/NL02INGB1/INGBNL2A/ANN BEE/TOWN/REMI/USTD//INV 2/"],
            ("INV 2", "ANN BEE", "NL02INGB1", "E-9", ""),
            id="Dutch slashes of another bank",
        ),
        pytest.param(
            ["911 TRANSFER; Z RACH.: 5611; OD: JAN NOWAK; TYT.: FAKTURA 7; TNR: 1"],
            ("FAKTURA 7", "JAN NOWAK", "5611", "", ""),
            id="Polish",
        ),
        pytest.param(["FASTER PAYMENT INV-1"], ("FASTER PAYMENT INV-1", "", "", "", ""), id="plain"),
        pytest.param([""], ("", "", "", "", ""), id="empty"),
    ],
)
def test_a_narrative_is_read_in_its_dialect(text, expected):
    said = read_narrative(text)

    assert (said.text, said.counterparty, said.counterparty_account, said.reference, said.mandate) == expected


def test_a_full_line_is_joined_without_a_blank():
    full = "X" * 57 + "INV"

    (line,) = lines(read(message(":61:2603060306C1,00NTRFNONREF", f":86:{full}-1", "001 PAID")))

    assert line.narrative == f"{full}-1001 PAID"


amounts = st.integers(min_value=0, max_value=10**12)
words = st.text(alphabet=string.ascii_uppercase + string.digits + " /.-", max_size=40).filter(
    lambda text: not text.startswith("/") and text.strip() != "-"
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.dates(date(2001, 1, 1), date(2079, 12, 31)), amounts, st.booleans(), words), max_size=8))
def test_what_is_written_is_read_back(entries):
    moved = sum(minor if is_in else -minor for _, minor, is_in, _ in entries)
    fields = []
    for day, minor, is_in, text in entries:
        digits = str(Decimal(minor).scaleb(-2)).replace(".", ",") if minor % 100 else f"{minor // 100},"
        fields += [f":61:{day:%y%m%d%m%d}{'C' if is_in else 'D'}{digits}NTRFNONREF", f":86:{text}"]
    closing = Money(10_000 + moved, "GBP")
    mark, digits = ("D" if closing.minor < 0 else "C"), str(abs(closing.amount)).replace(".", ",")

    contents = read(message(*fields, f":62F:{mark}260331GBP{digits}"))

    assert [(line.booked_on, line.amount.minor) for line in lines(contents)] == [
        (day, minor if is_in else -minor) for day, minor, is_in, _ in entries
    ]
    assert codes(contents) == []


def test_the_format_is_told_by_its_tags():
    with (FIXTURES / "mt940" / "jejik_abnamro.txt").open("rb") as file:
        assert recognize(file) is Format.MT940
