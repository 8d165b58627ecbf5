"""CSV exports of banks: layouts by heading, by profile and by guess; the running balance proves what it can."""

import csv
import io
import string
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.payments.reading import FIXTURES, codes, lines, read, read_fixture

from tallystick.kernel.money import Money
from tallystick.payments.rules import refusals
from tallystick.payments.rules.amounts import DecimalMark, read_amount
from tallystick.payments.rules.days import DayOrder, read_day
from tallystick.payments.rules.formats import Known
from tallystick.payments.rules.statement import Kind, Status
from tallystick.payments.rules.warnings import WarningCode

W = WarningCode
EUROS = Known(currency="EUR")
#: File: currency, lines, what came in, what went out, and what was warned of.
FILES = {
    "b2y_20171001-20171106.csv": ("EUR", 1, "0.00", "-59.99", []),
    "b2y_2018-04-14_10-52-13_bunq-transactieoverzicht.csv": ("EUR", 3, "750.00", "-21.46", []),
    "b2y_20180226-1000594757-umsatz.CSV": ("EUR", 1, "0.00", "-36.99", []),
    "b2y_MonzoDataExport_February2018_2018-02-26_174335.csv": ("GBP", 1, "0.00", "-10.00", []),
    "b2y_Movements_1234512345_201805271848.csv": ("CZK", 1, "0.00", "-1.00", []),
    "b2y_TH_20180101-20180523_page_1.csv": ("CZK", 9, "0.00", "-2599.99", []),
    "b2y_TH_20180101-20180523_strana_1.csv": ("CZK", 9, "0.00", "-2599.99", []),
    "b2y_TransactionHistory_20180418043121.csv": ("SGD", 8, "0.00", "-173.28", []),
    "b2y_W80844_EBH_201945.202122.csv": ("HUF", 2, "1290.00", "-350.00", [W.BALANCE_BREAKS, W.DOES_NOT_BALANCE]),
    "b2y_dba33fceecd62c3c727893361e0ba4d3.P000000027355791.csv": ("EUR", 1, "0.00", "-7.80", []),
    "b2y_export_BE11123456789012_20180304_1422.csv": ("EUR", 1, "0.00", "-3.40", []),
    "b2y_statement_1.csv": ("EUR", 1, "0.00", "-20.59", []),
    "b2y_umsatz-1234________1234-20180227.CSV": ("EUR", 1, "0.00", "-5.00", []),
}


@pytest.mark.parametrize(("name", "expected"), FILES.items(), ids=FILES)
def test_a_published_file_is_read_whole(name, expected):
    contents = read_fixture(f"csv/{name}", EUROS)

    (statement,) = contents.statements
    into = sum(line.amount.minor for line in statement.lines if line.amount.minor > 0)
    out = sum(line.amount.minor for line in statement.lines if line.amount.minor < 0)
    currency = statement.opening.currency
    shown = (str(Money(into, currency).amount), str(Money(out, currency).amount))
    assert (currency, len(statement.lines), *shown, codes(contents)) == expected


def test_an_export_with_balances_once_a_day_adds_up_to_its_columns():
    name = "b2y_test_BOI_TransactionExport.csv"
    rows = [row.rsplit(",", 3) for row in (FIXTURES / "csv" / name).read_text("utf-8").splitlines()[1:]]

    contents = read_fixture(f"csv/{name}", EUROS)

    moved = sum(Money.of(into or 0, "EUR").minor - Money.of(out or 0, "EUR").minor for _, out, into, _ in rows)
    assert (len(lines(contents)), sum(line.amount.minor for line in lines(contents))) == (len(rows), moved)
    assert set(codes(contents)) == {W.BALANCE_BREAKS, W.DOES_NOT_BALANCE}


def test_no_published_file_is_left_out():
    assert {path.name for path in (FIXTURES / "csv").iterdir()} == {*FILES, "b2y_test_BOI_TransactionExport.csv"}


# Banks of the United Kingdom, by the headings their exports have

BARCLAYS = """Number,Date,Account,Amount,Subcategory,Memo
 ,12/03/2026,20-00-00 12345678,440.00,FT,"SMITH AND SONS\tINV-1001 BGC"
 ,11/03/2026,20-00-00 12345678,-25.00,CHG,"ACCOUNT FEES     SEE LETTER"
"""
LLOYDS = """Transaction Date,Transaction Type,Sort Code,Account Number,Transaction Description,Debit Amount,Credit Amount,Balance,
05/03/2026,FPI,'30-00-00,12345678,ASHFORD LTD INV1  ,,100,1100
04/03/2026,DD,'30-00-00,12345678,BT GROUP,50.5,,1000
"""
NATWEST = """Date, Type, Description, Value, Balance, Account Name, Account Number

29 May 2025,BAC,"'SMITH , INV-7 , ",120.00,1120.00,"'CURRENT","'600000-12345678",
28 May 2025,D/D,"'WATER",-20.00,1000.00,"'CURRENT","'600000-12345678",

25/12/2017,BAC,"'X",1.00,2.00,"'OTHER","'600000-87654321",
"""
HSBC = "01/02/2026,ACME LTD INV 7,£10.99\n02/02/2026,FEE,-£1.00\n"
HSBC_BUSINESS = "Date,Description,Reference,Debit,Credit,Balance\n13/02/2026,ACME,INV-1,,10.00,110.00\n"
NATIONWIDE = (
    '"Account Name:","FlexDirect ****12345"\r\n"Account Balance:","£101.00"\r\n"Available Balance: ","£101.00"\r\n\r\n'
    '"Date","Transaction type","Description","Paid out","Paid in","Balance"\r\n'
    '"03 Jun 2026","Bank credit","Smith","","£1.50","£101.00"\r\n'
    '"02 Jun 2026","Direct debit","BT","£10.50","","£99.50"\r\n'
)
STARLING = """Date,Counter Party,Reference,Type,Amount (GBP),Balance (GBP),Spending Category,Notes
01/02/2026,Acme,INV-1,FASTER PAYMENT,100.00,1100.00,INCOME,
"""
REVOLUT = """Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance
TRANSFER,Current,2026-01-01 10:00:00,2026-01-01 10:00:01,From Acme,100.00,1.00,GBP,COMPLETED,99.00
CARD_PAYMENT,Current,2026-01-02 10:00:00,,Shop,-5.00,0.00,GBP,PENDING,
CARD_PAYMENT,Current,2026-01-03 10:00:00,2026-01-03 10:00:00,Shop,-9.00,0.00,GBP,REVERTED,
CARD_PAYMENT,Current,2026-01-04 10:00:00,2026-01-04 10:00:00,Shop,-9.00,0.00,GBP,COMPLETED,90.00
"""
JOHN_LEWIS = """Date Processed,Description,Amount,
01-Nov-2019,SHOP,£12.00,
02-Nov-2019,PAYMENT RECEIVED,"+ £1,100.00 CR",
Pending,CAFE,£3.00,
"""
MONZO = """Transaction ID,Date,Time,Type,Name,Emoji,Category,Amount,Currency,Local amount,Local currency,\
Notes and #tags,Address,Receipt,Description,Category split,Money Out,Money In
tx_1,01/03/2026,10:00:00,Faster payment,Acme Ltd,,Income,250.00,GBP,250.00,GBP,INV-1001,,,INV-1001,,,250.00
tx_2,02/03/2026,10:00:00,Direct Debit,BT,,Bills,30.00,GBP,30.00,GBP,,,,BT,,-30.00,
"""
FIRST_DIRECT = "Date,Description,Amount,Balance\n13/02/2026,ACME,10.00,110.00\n12/02/2026,BT,-5.00,100.00\n"
BARCLAYCARD = (
    '10 Feb 18," Shop Name ",Visa,MR A SURNAME,Household,,20.59\n11 Feb 18,Payment,Visa,MR A SURNAME,,100.00,\n'
)


@pytest.mark.parametrize(
    ("content", "account", "amounts", "warned"),
    [
        pytest.param(BARCLAYS, "20-00-00 12345678", ["440.00", "-25.00"], [], id="Barclays"),
        pytest.param(LLOYDS, "30-00-00 12345678", ["100.00", "-50.50"], [], id="Lloyds"),
        pytest.param(HSBC, "", ["10.99", "-1.00"], [], id="HSBC, no header"),
        pytest.param(HSBC_BUSINESS, "", ["10.00"], [], id="HSBC business"),
        pytest.param(NATIONWIDE.encode("cp1252"), "FlexDirect ****12345", ["1.50", "-10.50"], [], id="Nationwide"),
        pytest.param(STARLING, "", ["100.00"], [], id="Starling"),
        pytest.param(JOHN_LEWIS, "", ["-12.00", "1100.00"], [W.NOT_BOOKED_YET], id="John Lewis"),
        pytest.param(MONZO, "", ["250.00", "-30.00"], [], id="Monzo"),
        pytest.param(FIRST_DIRECT, "", ["10.00", "-5.00"], [], id="first direct"),
        pytest.param(BARCLAYCARD, "", ["-20.59", "100.00"], [], id="Barclaycard, no header"),
    ],
)
def test_a_british_bank_is_known_by_its_headings(content, account, amounts, warned):
    contents = read(content)

    (statement,) = contents.statements
    assert (statement.opening.account, statement.opening.currency) == (account, "GBP")
    assert [str(line.amount.amount) for line in statement.lines] == amounts
    assert codes(contents) == warned


def test_several_accounts_of_one_file_are_statements_of_their_own():
    contents = read(NATWEST)

    assert [(each.opening.account, len(each.lines)) for each in contents.statements] == [
        ("600000-12345678", 2),
        ("600000-87654321", 1),
    ]
    assert contents.statements[0].lines[0].narrative == "SMITH , INV-7 ,"


def test_a_fused_memo_is_parted_into_payer_and_reference():
    first, second = lines(read(BARCLAYS))

    assert (first.counterparty, first.reference) == ("SMITH AND SONS", "INV-1001 BGC")
    assert (second.counterparty, second.reference, second.kind) == ("ACCOUNT FEES", "SEE LETTER", Kind.CHARGE)


def test_a_fee_is_part_of_the_movement_and_a_state_says_whether_it_counts():
    contents = read(REVOLUT)

    assert [(str(line.amount.amount), line.status) for line in lines(contents)] == [
        ("99.00", Status.BOOKED),
        ("-5.00", Status.PENDING),
        ("-9.00", Status.INFORMATION),
        ("-9.00", Status.BOOKED),
    ]
    assert codes(contents) == []


# The running balance


def with_balances(*rows: tuple[str, str, str]) -> str:
    return "\n".join(
        ["Date,Description,Amount,Balance", *(f"{day}/02/2026,X,{amount},{balance}" for day, amount, balance in rows)]
    )


def test_a_balance_that_breaks_is_told_at_its_line():
    contents = read(with_balances(("13", "10.00", "110.00"), ("14", "-5.00", "105.00"), ("15", "1.00", "107.00")))

    broken, gap = contents.warnings
    assert (broken.line_number, broken.code, broken.fields["expected"]) == (4, W.BALANCE_BREAKS, "106.00 GBP")
    assert (gap.code, gap.fields["gap"]) == (W.DOES_NOT_BALANCE, "1.00 GBP")


@pytest.mark.parametrize("newest_first", [False, True], ids=["oldest first", "newest first"])
def test_the_balance_proves_the_order(newest_first):
    rows = [("13", "10.00", "110.00"), ("13", "-5.00", "105.00"), ("13", "1.00", "106.00")]

    (statement,) = read(with_balances(*(rows[::-1] if newest_first else rows))).statements

    assert str(statement.opening.balance.amount) == "100.00 GBP"
    assert str(statement.closing.balance.amount) == "106.00 GBP"


@pytest.mark.parametrize("newest_first", [False, True], ids=["oldest first", "newest first"])
def test_the_balance_proves_signs_that_are_missing(newest_first):
    rows = [("13", "10.00", "110.00"), ("14", "5.00", "105.00"), ("15", "1.00", "106.00")]

    contents = read(with_balances(*(rows[::-1] if newest_first else rows)))

    signs = {line.booked_on.day: str(line.amount.amount) for line in lines(contents)}
    assert signs == {13: "10.00", 14: "-5.00", 15: "1.00"}
    assert codes(contents) == [W.SIGN_INFERRED]


def test_a_type_tells_the_sign_where_nothing_else_does():
    contents = read(
        "Date,Type,Description,Amount (GBP)\n13/02/2026,Faster payment,A,5.00\n14/02/2026,Direct Debit,B,3.00\n"
    )

    assert [str(line.amount.amount) for line in lines(contents)] == ["5.00", "-3.00"]
    assert codes(contents) == [W.SIGN_INFERRED]


# Days, amounts, and files that do not say


@pytest.mark.parametrize(
    ("days", "known", "read_as"),
    [
        pytest.param(["03/04/2026", "13/04/2026"], None, date(2026, 4, 3), id="proved day first"),
        pytest.param(["03/04/2026", "04/13/2026"], None, date(2026, 3, 4), id="proved month first"),
        pytest.param(["03/04/2026"], DayOrder.DAY_FIRST, date(2026, 4, 3), id="settled day first"),
        pytest.param(["03/04/2026"], DayOrder.MONTH_FIRST, date(2026, 3, 4), id="settled month first"),
        pytest.param(["13/04/2026"], DayOrder.MONTH_FIRST, date(2026, 4, 13), id="the file knows better"),
        pytest.param(["03.04.2026"], None, date(2026, 4, 3), id="dots are day first"),
        pytest.param(["2026-04-03"], None, date(2026, 4, 3), id="year first"),
        pytest.param(["03/03/2026"], None, date(2026, 3, 3), id="the same either way"),
    ],
)
def test_the_order_of_day_and_month_is_a_property_of_the_file(days, known, read_as):
    content = "\n".join(["Date,Text,Amount", *(f"{day},X,1.00" for day in days)]).replace("Text", "Narrative")

    assert lines(read(content, Known(currency="GBP", order=known)))[0].booked_on == read_as


def test_a_file_that_can_be_read_both_ways_asks():
    with pytest.raises(refusals.DayOrderUnknown) as asked:
        read("Date,Narrative,Amount\n03/04/2026,X,1.00\n", Known(currency="GBP"))

    assert asked.value.fields == {"example": "03/04/2026"}


def test_a_file_that_does_not_say_its_currency_asks():
    with pytest.raises(refusals.CurrencyNeeded):
        read("Date,Narrative,Amount\n13/04/2026,X,1.00\n")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("Name,Town\nAnn,York\n", id="no days, no amounts"),
        pytest.param("Date,Narrative\n13/04/2026,X\n", id="no amounts"),
        pytest.param("just a line of text, with a comma\n", id="prose"),
        pytest.param(b"\x00\x01\x02,\x03", id="no text"),
    ],
)
def test_what_is_no_statement_is_refused(content):
    with pytest.raises(refusals.FormatUnknown):
        read(content, Known(currency="GBP"))


def test_a_bad_line_is_a_warning_and_the_rest_is_read():
    content = (
        "Date,Narrative,Debit,Credit\n13/02/2026,A,,1.00\n32/02/2026,B,,1.00\n14/02/2026,C,1.00,1.00\n"
        "15/02/2026,D,,x\n16/02/2026,E,2.00,\n"
    )

    contents = read(content, Known(currency="GBP"))

    assert [(warning.line_number, warning.text) for warning in contents.warnings] == [
        (3, "32/02/2026,B,,1.00"),
        (4, "14/02/2026,C,1.00,1.00"),
        (5, "15/02/2026,D,,x"),
    ]
    assert [str(line.amount.amount) for line in lines(contents)] == ["1.00", "-2.00"]


def test_a_row_without_day_and_amount_continues_the_text_above():
    content = "Date,Narrative,Amount\n13/02/2026,FASTER PAYMENT,1.00\n,INV-1001,\n14/02/2026,B,2.00\n"

    first, second = lines(read(content, Known(currency="GBP")))

    assert (first.narrative, second.narrative) == ("FASTER PAYMENT INV-1001", "B")


def test_a_total_below_the_rows_is_told_and_not_counted():
    contents = read("Date,Narrative,Amount\n13/02/2026,A,1.00\nTotal,,1.00\n", Known(currency="GBP"))

    assert (len(lines(contents)), codes(contents)) == (1, [W.LINE_UNREADABLE])


@pytest.mark.parametrize(
    ("text", "mark", "amount"),
    [
        pytest.param("1.234,56", DecimalMark.COMMA, "1234.56", id="comma"),
        pytest.param("1 234,56", DecimalMark.COMMA, "1234.56", id="blank between thousands"),
        pytest.param("1'234.56", DecimalMark.DOT, "1234.56", id="Swiss"),
        pytest.param("−£5.00", DecimalMark.DOT, "-5.00", id="a true minus"),
        pytest.param("5.00-", DecimalMark.DOT, "-5.00", id="behind"),
        pytest.param("(5.00)", DecimalMark.DOT, "-5.00", id="brackets"),
        pytest.param("5.00 DR", DecimalMark.DOT, "-5.00", id="DR"),
        pytest.param("12,34,567.89", DecimalMark.DOT, "1234567.89", id="lakh"),
    ],
)
def test_amounts_are_read_as_banks_print_them(text, mark, amount):
    assert str(read_amount(text, mark)) == amount


@pytest.mark.parametrize("text", ["", "-", "x", "1.2.3", "1,2", "£", "--5", "1.00 2.00", "9" * 16])
def test_what_is_no_amount_is_an_error_and_never_nothing(text):
    with pytest.raises(ValueError, match="is not an amount"):
        read_amount(text)


@pytest.mark.parametrize("text", ["", "yesterday", "32/01/2026", "2026-13-01", "1", "29 Foo 2026"])
def test_what_is_no_day_is_an_error(text):
    with pytest.raises(ValueError, match=r"."):
        read_day(text)


texts = st.text(alphabet=string.ascii_letters + string.digits + " ,;\"'-/", max_size=30)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(-(10**9), 10**9), texts), min_size=1, max_size=12),
    st.sampled_from([",", ";", "\t"]),
    st.booleans(),
)
def test_what_is_written_is_read_back(entries, separator, newest_first):
    day, balance, rows = date(2025, 1, 13), 0, []
    for later, minor, text in entries:
        day, balance = day + timedelta(days=later), balance + minor
        money = [str(Money(each, "GBP").amount) for each in (minor, balance)]
        if separator == ";":
            money = [each.replace(".", ",") for each in money]
        rows.append([day.isoformat(), f"x{text}", *money])
    rows = rows[::-1] if newest_first else rows
    file = io.StringIO()
    csv.writer(file, delimiter=separator).writerows([["Date", "Description", "Amount", "Balance"], *rows])

    found = lines(read(file.getvalue(), Known(currency="GBP")))

    expected = [minor for _, minor, _ in entries]
    got = [line.amount.minor for line in found]
    if any(minor < 0 for minor in expected):
        assert got == (expected[::-1] if newest_first else expected)
    assert len(got) == len(expected)
    assert [line.narrative for line in found] == [" ".join(row[1].split()) for row in rows]
