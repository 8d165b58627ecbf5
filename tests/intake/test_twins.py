"""The database reads amounts, days and terms as the rules do, whatever stands in a cell."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tallystick.intake import rules
from tallystick.kernel import sql
from tallystick.kernel.money import decimals_of

_BLANKS = [" ", "\u00a0", "\u202f"]
_WHOLES = st.one_of(
    st.integers(0, 10**17).map(str),
    st.integers(0, 10**9).map(lambda n: f"{n:,}"),
    st.integers(0, 10**9).map(lambda n: f"{n:,}".replace(",", ".")),
    st.integers(0, 10**9).map(lambda n: f"{n:,}".replace(",", " ")),
    st.integers(0, 10**9).map(lambda n: f"{n:,}".replace(",", "'")),
    st.sampled_from(["", "0", "007", "1,2", "12,34,567", "1.2.3"]),
)
_PARTS = st.one_of(st.just(""), st.from_regex(r"[.,][0-9]{0,4}", fullmatch=True))
_AMOUNTS = st.builds(
    lambda before, sign, blank, whole, part, after: before + sign + blank + whole + part + after,
    st.sampled_from(["", "", "", "-", "+", "−", "(", "(-", " ", "--"]),
    st.sampled_from(["", "", "", "£", "€", "$", "¥", "GBP", "EUR", "kr", "KWD"]),
    st.sampled_from(["", *_BLANKS]),
    _WHOLES,
    _PARTS,
    st.sampled_from(["", "", "", "-", ")", " CR", "DR", "cr", " EUR", "£", "%", "e5", "-)", " GBP CR"]),
)
_DAYS = st.one_of(
    st.builds(
        lambda day, form, clock: day.strftime(form) + clock,
        st.dates(date(1890, 1, 1), date(2210, 12, 31)),
        st.sampled_from(
            ["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%d %b %Y", "%d-%B-%Y", "%b %d, %Y", "%Y%m%d", "%d%m%Y"]
        ),
        st.sampled_from(["", "", "", " 00:00", "T12:30:15.123", " 1", "Z"]),
    ),
    st.from_regex(r"[0-9]{1,4}[-/. ][0-9A-Za-z]{1,4}[-/. ][0-9]{1,4}", fullmatch=True).filter(str.isascii),
    st.sampled_from(
        ["", "0", "00.00.0000", "0000-00-00", "31/02/2026", "29/02/2024", "2/1/26", "Sept 3, 2026", "soon"]
    ),
)
_TERMS = st.one_of(
    st.builds(
        lambda before, days, after: f"{before}{days}{after}",
        st.sampled_from(["", "net ", "Net", "NET  ", "x"]),
        st.integers(0, 1200),
        st.sampled_from(["", " days", "d", " Day", " days net", " weeks"]),
    ),
    st.sampled_from(["Due on receipt", "immediate", "COD", "Z030", ""]),
)


def _minor(text, mark, currency):
    try:
        return rules.read_minor(text, mark=mark, currency=currency), None
    except rules.Unreadable as unreadable:
        return None, unreadable.code


def _day(text, form):
    try:
        return rules.read_day(text, form=form)
    except rules.Unreadable:
        return None


def _terms(text):
    try:
        return rules.read_terms(text)
    except rules.Unreadable:
        return None


#: How long the database takes is no matter of what is right.
at_leisure = settings(deadline=None)


class TestTwins(TestCase):
    """Many texts go to the database at once, so that thousands are compared in a second."""

    @at_leisure
    @given(
        st.lists(_AMOUNTS, min_size=1, max_size=40),
        st.sampled_from(rules.DecimalMark),
        st.sampled_from(["GBP", "EUR", "JPY", "KWD"]),
    )
    def test_amounts_are_read_alike(self, texts, mark, currency):
        read = sql.rows(
            """
            SELECT intake_minor(text, %(mark)s, %(currency)s, %(decimals)s) AS minor,
                   (intake_read_amount(text, %(mark)s, %(currency)s, %(decimals)s)).*
            FROM unnest(%(texts)s::text[]) WITH ORDINALITY AS given(text, position) ORDER BY position
            """,
            {"texts": texts, "mark": str(mark), "currency": currency, "decimals": decimals_of(currency)},
        )

        for text, row in zip(texts, read, strict=True):
            minor, fault = _minor(text, mark, currency)
            assert (row["minor"], row["fault"]) == (minor, fault), text

    @at_leisure
    @given(st.lists(_DAYS, min_size=1, max_size=40), st.sampled_from(rules.DayForm))
    def test_days_are_read_alike(self, texts, form):
        read = sql.rows(
            """
            SELECT intake_day(text, %(form)s) AS day
            FROM unnest(%(texts)s::text[]) WITH ORDINALITY AS given(text, position) ORDER BY position
            """,
            {"texts": texts, "form": str(form)},
        )

        for text, row in zip(texts, read, strict=True):
            assert row["day"] == _day(text, form), text

    @at_leisure
    @given(st.lists(_TERMS, min_size=1, max_size=40))
    def test_terms_are_read_alike(self, texts):
        read = sql.rows(
            """
            SELECT intake_terms(text) AS days
            FROM unnest(%(texts)s::text[]) WITH ORDINALITY AS given(text, position) ORDER BY position
            """,
            {"texts": texts},
        )

        for text, row in zip(texts, read, strict=True):
            assert row["days"] == _terms(text), text


@pytest.mark.parametrize("text", ["", "-", "n/a", "#REF!", "1e5", "£"])
def test_what_is_no_amount_is_never_zero(text, db):
    found = sql.value("SELECT intake_minor(%s, '.', 'GBP', 2)", [text])

    assert found is None


@pytest.mark.parametrize("form", rules.DayForm)
@pytest.mark.parametrize("year", [2023, 2024])
def test_every_day_of_a_year_is_read_and_no_other(year, form, db):
    texts = [
        {"ymd": f"{year}-{month:02}-{day:02}", "dmy": f"{day:02}/{month:02}/{year}"}.get(
            form, f"{month:02}/{day:02}/{year}"
        )
        for month in range(14)
        for day in range(33)
    ]
    read = sql.rows("SELECT text, intake_day(text, %s) AS day FROM unnest(%s::text[]) AS text", [str(form), texts])

    assert {row["text"]: row["day"] for row in read} == {text: _day(text, form) for text in texts}
    assert sum(row["day"] is not None for row in read) == 365 + (year == 2024)
