"""A small catalogue of facts and histories over one table of plain values, and random conditions over it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tallystick.kernel.facts import LONGEST_WINDOW, Fact, FactType, History
from tallystick.strategy.rules.types import Catalogue

DAY = date(2026, 3, 2)
SEGMENTS = (
    "sme",
    "key",
    "it's",
    "50%",
    "{day}",
    'say "hi"',
    "back\\slash",
    "naïve ☂",
    "%(day)s",
    "'; DROP TABLE book; --",
)

FACTS = (
    Fact("currency", FactType.TEXT, "", "Currency of the account.", "book.currency"),
    Fact("balance", FactType.MONEY, "", "What is owed.", "book.balance_minor"),
    Fact("overdue", FactType.MONEY, "", "What is overdue.", "book.overdue_minor"),
    Fact("days_past_due", FactType.NUMBER, "days", "Age; unknown when nothing is due.", "{day} - book.oldest_due_on"),
    Fact("oldest_due_on", FactType.DATE, "", "Day the oldest item fell due.", "book.oldest_due_on"),
    Fact("last_paid_on", FactType.DATE, "", "Day of the last payment.", "book.last_paid_on"),
    Fact("broken", FactType.NUMBER, "promises", "Broken promises.", "book.broken"),
    Fact("score", FactType.NUMBER, "", "A score.", "book.score"),
    Fact("segment", FactType.TEXT, "", "A segment.", "book.segment"),
    Fact("on_hold", FactType.BOOLEAN, "", "Held.", "book.on_hold"),
    Fact("stage", FactType.TEXT, "", "A stage.", "book.stage", choices=("early", "late", "legal")),
)
HISTORIES = (
    History("promises.kept", "promises kept", "Promises kept.", ("kept_days",)),
    History("payments.received", "payments received", "Payments.", ("paid_days",), ("paid_minors",)),
    History(
        "payments.all_ways",
        "payments on any way",
        "Payments and credits.",
        ("paid_days", "credited_days"),
        ("paid_minors", "credited_minors"),
    ),
)
CATALOGUE = Catalogue.of(FACTS, HISTORIES)

COLUMNS = {
    "currency": "text",
    "balance_minor": "bigint",
    "overdue_minor": "bigint",
    "oldest_due_on": "date",
    "last_paid_on": "date",
    "broken": "smallint",
    "score": "integer",
    "segment": "text",
    "on_hold": "boolean",
    "stage": "text",
    "kept_days": "date[]",
    "paid_days": "date[]",
    "paid_minors": "bigint[]",
    "credited_days": "date[]",
    "credited_minors": "bigint[]",
}

_days = st.dates(date(2024, 1, 1), date(2028, 1, 1))
_minors = st.integers(-300_000, 300_000) | st.integers(-(2**62), 2**62)

#: Days about the edges of the windows, some of them still to come.
_entries = st.lists(
    st.tuples(
        st.sampled_from([-2, -1, 0, 1, 6, 7, 8, 29, 30, 31, 89, 90, 91, 364, 365, 366, 367, 399]).map(
            lambda ago: DAY - timedelta(days=ago)
        ),
        st.sampled_from([1, 30_000, 50_000, 2**62]),
    ),
    max_size=8,
).map(sorted)


def _in_columns(row: dict[str, Any]) -> dict[str, Any]:
    """Lay entries out as the book keeps them: days, amounts beside them, and null where there is nothing."""
    for days, minors, entries in (
        ("kept_days", None, row.pop("kept")),
        ("paid_days", "paid_minors", row.pop("paid")),
        ("credited_days", "credited_minors", row.pop("credited")),
    ):
        row[days] = [day for day, _minor in entries] or None
        if minors:
            row[minors] = [minor for _day, minor in entries] or None
    return row


accounts = st.fixed_dictionaries(
    {
        "currency": st.sampled_from(["GBP", "EUR", "JPY"]),
        "balance_minor": st.none() | _minors,
        "overdue_minor": st.none() | st.sampled_from([0, 50_000, 60_000]) | _minors,
        "oldest_due_on": st.none() | _days,
        "last_paid_on": st.none() | _days,
        "broken": st.none() | st.integers(-5, 5) | st.just(32_767),
        "score": st.none() | st.integers(-5, 5) | st.sampled_from([2**31 - 1, -(2**31)]),
        "segment": st.none() | st.sampled_from(SEGMENTS),
        "on_hold": st.none() | st.booleans(),
        "stage": st.none() | st.sampled_from(["early", "late", "legal"]),
        "kept": _entries,
        "paid": _entries,
        "credited": _entries,
    }
).map(_in_columns)


def facts_of(row: dict[str, Any]) -> dict[str, Any]:
    """Give the facts of an account, worked out beside SQL."""
    oldest = row["oldest_due_on"]
    return {
        **{name: row[name] for name in ("currency", "oldest_due_on", "last_paid_on", "broken", "score", "segment")},
        **{name: row[name] for name in ("on_hold", "stage")},
        "balance": row["balance_minor"],
        "overdue": row["overdue_minor"],
        "days_past_due": None if oldest is None else (DAY - oldest).days,
    }


def histories_of(row: dict[str, Any]) -> dict[str, list[tuple[date, int]]]:
    """Give the histories of an account as entries: day and amount."""
    paid = list(zip(row["paid_days"] or (), row["paid_minors"] or (), strict=True))
    credited = list(zip(row["credited_days"] or (), row["credited_minors"] or (), strict=True))
    return {
        "promises.kept": [(day, 0) for day in row["kept_days"] or ()],
        "payments.received": paid,
        "payments.all_ways": paid + credited,
    }


def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'


_number = st.integers(0, 6).map(str) | st.sampled_from(["0", "1.5", "99999999999999", "2147483647", "7 days"])
_money_literal = st.sampled_from(["£500", "£1,500.00", "€600", "500 GBP", "60000 JPY", "£0.01", "99999999999 EUR"])
_window = st.sampled_from(["1 day", "7 days", "30 days", "90 days", "365 days", f"{LONGEST_WINDOW} days"])
_history = st.sampled_from(["promises.kept", "kept", "payments.received", "received", "all_ways"])
_with_amounts = st.sampled_from(["received", "payments.received", "all_ways"])
_number_expression = st.recursive(
    _number
    | st.sampled_from(["broken", "score", "days_past_due", "(today - last_paid_on)"])
    | st.builds("count({}, {})".format, _history, _window),
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner) | st.builds("-{}".format, inner),
    max_leaves=4,
)
_money_expression = st.recursive(
    st.sampled_from(["balance", "overdue"]) | _money_literal | st.builds("sum({}, {})".format, _with_amounts, _window),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from("+-"), inner)
        | st.builds("({} * {})".format, inner, _number)
        | st.builds("-{}".format, inner)
    ),
    max_leaves=3,
)
_date_expression = st.builds(
    "{}{}".format,
    st.sampled_from(["today", "oldest_due_on", "last_paid_on", "2026-02-28"])
    | st.builds("{}({}, {})".format, st.sampled_from(["first", "last"]), _history, _window),
    st.sampled_from(["", " - 30 days", " + 1 day", " + 36525", " - 365"]),
)
_text = st.sampled_from(SEGMENTS).filter(lambda text: not ("'" in text and '"' in text)).map(_quoted)
_ordering = st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "==", "<>", "≥"])
_equality = st.sampled_from(["=", "!="])


def _set_of(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(values, min_size=1, max_size=4).map(lambda chosen: "{" + ", ".join(chosen) + "}")


_in = st.sampled_from(["in", "not in"])
_simple = st.one_of(
    st.builds("{} {} {}".format, _number_expression, _ordering, _number_expression),
    st.builds("{} {} {}".format, _money_expression, _ordering, _money_expression | st.just("0")),
    st.builds("{} {} {}".format, _date_expression, _ordering, _date_expression),
    st.builds("segment {} {}".format, _equality, _text),
    st.builds("on_hold {} {}".format, _equality, st.sampled_from(["true", "false", "on_hold"])),
    st.builds("{} {} {}".format, st.sampled_from(["broken", "score + 1"]), _in, _set_of(_number | st.just("-3"))),
    st.builds("{} {} {}".format, _money_expression, _in, _set_of(_money_literal | st.just("-£5"))),
    st.builds("segment {} {}".format, _in, _set_of(_text)),
    st.builds("oldest_due_on {} {}".format, _in, _set_of(st.just("2026-02-28"))),
    st.builds("stage {} {}".format, _in, _set_of(st.sampled_from(['"early"', "'late'"]))),
    st.builds("{} is {}".format, _money_expression | _number_expression, st.sampled_from(["known", "not known"])),
    st.sampled_from(["on_hold", "true", "false", "last_paid_on is unknown", "segment is not unknown"]),
)
conditions = st.recursive(
    _simple,
    lambda inner: (
        st.builds("({}) and ({})".format, inner, inner)
        | st.builds("({}) or ({})".format, inner, inner)
        | st.builds("not ({})".format, inner)
        | st.builds("({}) is {}".format, inner, st.sampled_from(["known", "unknown"]))
    ),
    max_leaves=6,
)
