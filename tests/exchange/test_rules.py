"""How amounts are converted and files are read: worked by hand."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.conftest import FIXTURES

from tallystick.exchange.rules.converting import Rate, Rates
from tallystick.exchange.rules.reading import ECB, read
from tallystick.exchange.rules.refusals import RateMissing, RatesUnreadable
from tallystick.kernel.money import Money, decimals_of

ON = date(2026, 3, 2)
EARLY, LATE = datetime(2026, 2, 27, 16, tzinfo=UTC), datetime(2026, 3, 1, 9, tzinfo=UTC)


def rate(pair, value, day="2026-02-27", known_at=EARLY):
    base, quote = pair.split("/")
    return Rate(base, quote, date.fromisoformat(day), Decimal(value), "treasury", known_at)


def rates(*found, on=ON, most_days=7):
    return Rates.of(found, on=on, most_days=most_days, base="EUR")


@pytest.mark.parametrize(
    ("amount", "into", "expected"),
    [
        # 100.00 × 0.87335 = 87.335, and half a penny goes up.
        pytest.param(Money(10_000, "EUR"), Money(8_734, "GBP"), "its own rate", id="its own rate"),
        pytest.param(Money(-10_000, "EUR"), Money(-8_734, "GBP"), "its own rate", id="less than nothing"),
        # 87.34 / 0.87335 = 100.00572…
        pytest.param(Money(8_734, "GBP"), Money(10_001, "EUR"), "the other way round", id="the other way round"),
        # 1500 / 182.35 × 0.87335 = 7.1841…
        pytest.param(Money(1_500, "JPY"), Money(718, "GBP"), "by way of the euro", id="by way of the euro"),
        # 1.000 × 2.5731 = 2.5731, though the euro would say otherwise
        pytest.param(Money(1_000, "KWD"), Money(257, "GBP"), "its own rate", id="three decimals into two"),
        # 2.57 / 2.5731 = 0.99879…
        pytest.param(Money(257, "GBP"), Money(999, "KWD"), "the other way round", id="two decimals into three"),
        # 0.01 / 0.87335 × 182.35 = 2.0879…
        pytest.param(Money(1, "GBP"), Money(2, "JPY"), "by way of the euro", id="into none"),
        pytest.param(Money(1_234, "GBP"), Money(1_234, "GBP"), "", id="into itself"),
    ],
)
def test_an_amount_is_converted_exactly_and_rounded_once(amount, into, expected):
    known = rates(
        rate("EUR/GBP", "0.87335"), rate("EUR/JPY", "182.35"), rate("KWD/GBP", "2.5731"), rate("EUR/KWD", "9")
    )

    converted = known.convert(amount, into.currency)

    assert converted.into == into
    said = {0: "", 2: "by way of the euro"}.get(len(converted.steps))
    said = ("the other way round" if converted.steps[0].is_inverse else "its own rate") if said is None else said
    assert said == expected


def test_the_last_rate_on_or_before_the_day_counts():
    known = rates(
        rate("EUR/GBP", "0.85", "2026-02-26"),
        rate("EUR/GBP", "0.87", "2026-02-27"),
        rate("EUR/GBP", "0.99", "2026-03-03"),
    )

    assert known.convert(Money(100, "EUR"), "GBP").into == Money(87, "GBP")


def test_of_two_rates_of_a_day_the_one_known_last_counts():
    known = rates(rate("EUR/GBP", "0.86", known_at=LATE), rate("EUR/GBP", "0.87", known_at=EARLY))

    assert known.convert(Money(100, "EUR"), "GBP").into == Money(86, "GBP")


@pytest.mark.parametrize(("day", "is_used"), [("2026-02-23", True), ("2026-02-22", False)])
def test_a_rate_may_be_so_many_days_old_and_no_older(day, is_used):
    known = rates(rate("EUR/GBP", "0.87", day), most_days=7)

    if is_used:
        assert known.convert(Money(100, "EUR"), "GBP").into == Money(87, "GBP")
    else:
        with pytest.raises(RateMissing, match="no rate of EUR in GBP for 2026-03-02 that is at most 7 days old"):
            known.convert(Money(100, "EUR"), "GBP")


@pytest.mark.parametrize(
    "found",
    [[], [rate("EUR/KWD", "0.36")], [rate("EUR/GBP", "0.87")], [rate("USD/KWD", "0.31"), rate("USD/GBP", "0.75")]],
    ids=["no rate", "one half of the way", "the other half", "by way of another currency than the base"],
)
def test_a_missing_rate_is_an_error_and_never_nothing_or_one(found):
    with pytest.raises(RateMissing, match="no rate of KWD in GBP"):
        rates(*found).convert(Money(1_000, "KWD"), "GBP")


def test_a_total_has_no_amount_where_one_part_has_no_rate():
    known = rates(rate("EUR/GBP", "0.87335"))

    whole = known.total([Money(10_000, "EUR"), Money(100, "GBP")], "GBP")
    short = known.total([Money(10_000, "EUR"), Money(1_000, "KWD")], "GBP")

    assert whole.amount == Money(8_834, "GBP")
    assert short.amount is None
    assert [gap.fields["given"] for gap in short.missing] == ["KWD"]


@given(
    minor=st.integers(-(10**12), 10**12),
    given_=st.sampled_from(["JPY", "GBP", "KWD", "CLF"]),
    wanted=st.sampled_from(["JPY", "GBP", "KWD", "CLF"]),
    first=st.decimals("0.000001", "99999", places=6),
    second=st.decimals("0.000001", "99999", places=6),
)
def test_a_conversion_is_never_further_off_than_half_of_the_smallest_part(minor, given_, wanted, first, second):
    known = rates(*(rate(f"EUR/{code}", value) for code, value in {given_: first, wanted: second}.items()))

    converted = known.convert(Money(minor, given_), wanted)

    if given_ == wanted:
        assert converted.into == converted.amount
    else:
        exact = Fraction(converted.amount.amount) / Fraction(first) * Fraction(second) * 10 ** decimals_of(wanted)
        assert abs(converted.into.minor - exact) <= Fraction(1, 2)


def content(name):
    return (FIXTURES / name).read_bytes()


def _zipped(name):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content(name))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("file", "count", "left_out"),
    [
        (content("eurofxref.csv"), 5, ()),
        (content("eurofxref-hist.csv"), 12, ("CYP", "SIT")),
        (content("eurofxref-daily.xml"), 4, ()),
        (_zipped("eurofxref-hist.csv"), 12, ("CYP", "SIT")),
    ],
    ids=["daily csv", "history csv", "xml", "zip"],
)
def test_files_of_the_central_bank_are_read(file, count, left_out):
    found = read(file, source="")

    assert len(found.rows) == count
    assert found.left_out == left_out
    assert ("EUR", "GBP", date(2026, 2, 27), Decimal("0.87335"), ECB) in found.rows


def test_our_own_file_names_its_source_or_takes_that_of_its_load():
    text = "\ufeffBase,Quote,Day,Rate,Source\nGBP,KWD,2026-03-02,0.389215,desk\nKWD,JPY,2026-03-02,490,\n"

    assert read(text.encode(), source="treasury").rows == (
        ("GBP", "KWD", date(2026, 3, 2), Decimal("0.389215"), "desk"),
        ("KWD", "JPY", date(2026, 3, 2), Decimal("490"), "treasury"),
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("GPB,KWD,2026-03-02,0.4", "Line 2: “GPB” is no currency of ISO 4217: did you mean GBP?"),
        ("GBP,KWD,2.3.2026,0.4", "“2.3.2026” is no day"),
        ("GBP,KWD,2026-03-02,0", "more than nothing"),
        ("GBP,KWD,2026-03-02,-1", "more than nothing"),
        ("GBP,KWD,2026-03-02,NaN", "more than nothing"),
        ("GBP,KWD,2026-03-02,", "“” is no rate"),
        ('GBP,KWD,2026-03-02,"0,4"', "“0,4” is no rate"),
        ("GBP,KWD,2026-03-02,0.1234567890123", "more than 12 decimals"),
        ("GBP,GBP,2026-03-02,1", "no rate in itself"),
        ("GBP,KWD,2026-03-02,0.4\nGBP,KWD,2026-03-02,0.5", "two different rates"),
        ("", "holds no rate"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(line, problem):
    with pytest.raises(RatesUnreadable) as no:
        read(f"base,quote,day,rate\n{line}\n".encode(), source="")

    assert problem in str(no.value)


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"\xff\xfe\x00",
        b"base,quote,rate\nGBP,KWD,0.4\n",
        b"<Cube><Cube time='2026-03-02'><Cube currency='USD' rate='1.1'/>",
        b"<!DOCTYPE x [<!ENTITY e '1.1'>]><Cube><Cube time='2026-03-02'><Cube currency='USD' rate='&e;'/></Cube></Cube>",
        b"<rates/>",
        b"PK\x03\x04 and no more",
    ],
    ids=["empty", "no text", "no day", "cut off", "with a document type", "other xml", "no zip"],
)
def test_what_is_no_file_of_rates_is_refused(file):
    with pytest.raises(RatesUnreadable):
        read(file, source="")
