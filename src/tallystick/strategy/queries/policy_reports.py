"""What policies make of the live book: accounts and money by segment, band and row, overlaps and gaps, and what a draft moves.

Each report is one scan of the book, within the clients that whoever asks may see. Closed and house accounts are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tallystick.accounts.models import Account
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor, Scope
from tallystick.kernel.money import Money
from tallystick.strategy.models import Version
from tallystick.strategy.queries import catalogue, policies
from tallystick.strategy.rules.policies import cases, reading, reading_tables, writing
from tallystick.strategy.rules.policies.document import Scorecard, Segments, Table
from tallystick.strategy.rules.policies.words import Word

#: Steps that the range of a score is shown in.
STEPS = 10
#: Books up to this size are counted whenever somebody looks; a larger one when somebody asks.
SMALL = 200_000
_LISTED = 50
_MOST_CASES = 8

_OF_SCOPE = """
    book.is_open AND NOT book.is_house AND (%(clients)s::bigint[] IS NULL OR book.client_id = ANY(%(clients)s::bigint[]))
"""


@dataclass(frozen=True, slots=True)
class Count:
    """Accounts, and what they owe by currency."""

    accounts: int
    owed: tuple[Money, ...]


NOBODY = Count(0, ())


@dataclass(frozen=True, slots=True)
class Overlap:
    """Accounts that two segments would take; they are in the first."""

    first: int
    second: int
    count: Count


@dataclass(frozen=True, slots=True)
class Report:
    """Counts by part and place: a scorecard has a part for each component and one for the steps of the score, others have one."""

    counts: dict[tuple[int, int], Count]
    overlaps: tuple[Overlap, ...] = ()
    #: Accounts that more than one segment would take.
    several: Count = NOBODY

    def of(self, part: int, place: int) -> Count:
        """Give the count of a place of a part."""
        return self.counts.get((part, place), NOBODY)


def is_small() -> bool:
    """Test if the book is so small that counting it takes no time to speak of."""
    rows = sql.value(
        """
        SELECT sum(greatest(leaf.reltuples, 0)) FROM pg_inherits
        JOIN pg_class AS leaf ON leaf.oid = inhrelid WHERE inhparent = 'strategy_book'::regclass
        """
    )
    return int(rows or 0) <= SMALL


def report(version: Version, *, day: date, by: Actor) -> Report:
    """Count the book by a version, published or not."""
    by.must_be_allowed_to("see strategies")
    word = policies.word(version)
    if isinstance(word.policy, Segments):
        return _segments(word, word.policy, day=day, scope=by.scope)
    cuts = f"ARRAY[{', '.join(_cuts(word, day))}]"
    rows = sql.rows(
        f"""
        SELECT cut.part - 1 AS part, cut.place, {_currency(word, day)} AS currency, count(*) AS accounts,
               sum({_balance(word, day)})::bigint AS owed
        FROM strategy_book AS book CROSS JOIN LATERAL unnest({word.asking(cuts, day)}) WITH ORDINALITY AS cut(place, part)
        WHERE {_OF_SCOPE} GROUP BY 1, 2, 3 ORDER BY 3
        """,  # noqa: S608
        {"clients": by.scope.as_list()},
    )
    parts: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        parts[row["part"], row["place"]].append(row)
    return Report({place: _count(those) for place, those in parts.items()})


def _segments(word: Word, policy: Segments, *, day: date, scope: Scope) -> Report:
    """Count by which conditions are true: the segment is the first of them, and two of them are an overlap."""
    matches = word.asking(writing.matches(policy, word.beside(), day), day)
    rows = sql.rows(
        f"""
        SELECT {matches} AS matches, {_currency(word, day)} AS currency, count(*) AS accounts,
               sum({_balance(word, day)})::bigint AS owed
        FROM strategy_book AS book WHERE {_OF_SCOPE} GROUP BY 1, 2 ORDER BY 2
        """,  # noqa: S608
        {"clients": scope.as_list()},
    )
    firsts: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    pairs: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    several = []
    for row in rows:
        true = [place for place in range(len(policy.segments)) if row["matches"] >> place & 1]
        firsts[0, true[0] if true else len(policy.segments)].append(row)
        if len(true) > 1:
            several.append(row)
        for number, first in enumerate(true):
            for second in true[number + 1 :]:
                pairs[first, second].append(row)
    overlaps = (Overlap(*pair, _count(those)) for pair, those in sorted(pairs.items()))
    return Report({place: _count(those) for place, those in firsts.items()}, tuple(overlaps), _count(several))


def _count(rows: Iterable[dict[str, Any]]) -> Count:
    accounts = 0
    owed: dict[str, int] = defaultdict(int)
    for row in rows:
        accounts += row["accounts"]
        owed[row["currency"]] += row["owed"] or 0
    return Count(accounts, tuple(Money(minor, currency) for currency, minor in sorted(owed.items())))


def _cuts(word: Word, day: date) -> list[str]:
    """Write the place of an account in each part of a policy."""
    beside = word.beside()
    match word.policy:
        case Segments() as policy:
            cases_ = writing.segment_conditions(policy, beside, day)
            placed = " ".join(f"WHEN {each} THEN {place}" for place, each in enumerate(cases_))
            return [f"(CASE {placed} ELSE {len(cases_)} END)" if cases_ else "0"]
        case Scorecard() as policy:
            bands = [writing.band(component, beside, day) for component in policy.components]
            return [*bands, _step(policy, writing.value(policy, beside, day))]
        case Table() as policy:
            return [writing.row(policy, beside, day)]


def _step(policy: Scorecard, score: str) -> str:
    span = policy.most - policy.least
    if not span:
        return "0"
    return f"least(floor(({score} - ({policy.least})) * {STEPS} / {span})::integer, {STEPS - 1})"


def steps(policy: Scorecard) -> list[tuple[Decimal, Decimal]]:
    """Give the ends of the steps that the range of a score is shown in."""
    width = (policy.most - policy.least) / STEPS
    return [(policy.least + width * place, policy.least + width * (place + 1)) for place in range(STEPS)]


def _currency(word: Word, day: date) -> str:
    return catalogue.expression(word.catalogue.currency, day)


def _balance(word: Word, day: date) -> str:
    return catalogue.expression(word.catalogue.facts["accounts.balance"], day)


# ------------------------------------------------------------------------------------------------------------ accounts


@dataclass(frozen=True, slots=True)
class Listed:
    """An account of a place, with what it owes."""

    account: Account
    owed: Money


def accounts_at(version: Version, *, part: int, place: int, day: date, by: Actor) -> list[Listed]:
    """Give the accounts of a place of a part of a policy, those that owe most first, and so many at most.

    :raises NotPermitted: the actor may not see accounts
    """
    word = policies.word(version)
    cuts = _cuts(word, day)
    if not 0 <= part < len(cuts):
        return []
    return _listed(word, f"{word.asking(cuts[part], day)} = %(wanted)s", place, day=day, by=by)


def accounts_in_both(version: Version, *, first: int, second: int, day: date, by: Actor) -> list[Listed]:
    """Give the accounts that two segments would take, those that owe most first, and so many at most.

    :raises NotPermitted: the actor may not see accounts
    """
    word = policies.word(version)
    if not isinstance(word.policy, Segments) or not {first, second} <= set(range(len(word.policy.segments))):
        return []
    matches = word.asking(writing.matches(word.policy, word.beside(), day), day)
    return _listed(word, f"{matches} & %(wanted)s = %(wanted)s", 1 << first | 1 << second, day=day, by=by)


def _listed(word: Word, condition: str, wanted: int, *, day: date, by: Actor) -> list[Listed]:
    by.must_be_allowed_to("see accounts")
    rows = sql.rows(
        f"""
        SELECT book.account_id, {_balance(word, day)} AS owed
        FROM strategy_book AS book WHERE {_OF_SCOPE} AND {condition}
        ORDER BY 2 DESC, 1 LIMIT %(limit)s
        """,  # noqa: S608
        {"clients": by.scope.as_list(), "wanted": wanted, "limit": _LISTED},
    )
    found = Account.objects.select_related("party", "client").in_bulk([row["account_id"] for row in rows])
    accounts = [(found[row["account_id"]], row["owed"]) for row in rows if row["account_id"] in found]
    return [Listed(account, Money(int(owed), account.currency)) for account, owed in accounts]


# ------------------------------------------------------------------------------------------------------------- changes


@dataclass(frozen=True, slots=True)
class Move:
    """Accounts whose value is another by a draft than by the published version."""

    before: str
    after: str
    accounts: int


def moves(version: Version, published: Version, *, day: date, by: Actor) -> list[Move]:
    """Give how many accounts a draft would give another value than the published version, the most first."""
    by.must_be_allowed_to("see strategies")
    new, old = (policies.word(each).expression(day) for each in (version, published))
    rows = sql.rows(
        f"""
        SELECT value.before, value.after, count(*) AS accounts
        FROM strategy_book AS book
        CROSS JOIN LATERAL (SELECT ({old})::text AS before, ({new})::text AS after OFFSET 0) AS value
        WHERE {_OF_SCOPE} AND value.before IS DISTINCT FROM value.after
        GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT %(limit)s
        """,  # noqa: S608
        {"clients": by.scope.as_list(), "limit": _LISTED},
    )
    return [Move(row["before"] or "", row["after"] or "", row["accounts"]) for row in rows]


@dataclass(frozen=True, slots=True)
class Missing:
    """Cases of a table that no row is about, in words for each column; and how many more there are."""

    cases: tuple[tuple[str, ...], ...]
    more: int


def missing_cases(version: Version) -> Missing | None:
    """Give the cases of a table that fall to `otherwise`; None where they are too many to be told, or where it is no table."""
    policy = policies.kept(version)
    if not isinstance(policy, Table):
        return None
    axes = reading_tables.axes(policy, reading.Asking(catalogue.catalogue_of_the_past(), ""))
    left = cases.missing(axes, policy.rows)
    if left is None:
        return None
    told = tuple(tuple(axis.said(bits) for axis, bits in zip(axes, box, strict=True)) for box in left[:_MOST_CASES])
    return Missing(told, len(left) - len(told))
