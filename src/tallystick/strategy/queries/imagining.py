"""Where accounts would stand if a version were the published one, and what would happen to them: as SQL, without a row changed.

A row of the book is imagined twice: as the next run finds it, and moved over to the version as publishing would move it. Each
gets the number of the effect that its statement says, in one scan. Texts nest by subqueries named `book`, for that is what all
expressions of the house speak of; `OFFSET 0` keeps PostgreSQL from writing out an inner expression wherever it is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from tallystick.kernel import sql
from tallystick.kernel.facts import Key
from tallystick.strategy.models import Version
from tallystick.strategy.queries import catalogue, versions
from tallystick.strategy.queries.afresh import afresh, stale_columns
from tallystick.strategy.queries.versions import Enrolment
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules import lifecycle, rehearsal, timing
from tallystick.strategy.rules.program import Place
from tallystick.strategy.rules.statement import Published, Statement

#: Columns that strategy itself moves, by which a row is imagined elsewhere.
MOVED = ("version_id", "place", "state_entered_on", "next_review_on", "stepped_on")
#: What the counts need of every row.
_COUNTED = (
    "account_id",
    "client_id",
    "portfolio_id",
    "currency",
    "open_minor",
    "is_company",
    "is_open",
    "oldest_due_on",
)
_READ = re.compile(r"\bbook\.([a-z_0-9]+)")


@dataclass(frozen=True, slots=True)
class Side:
    """One of two ways: the statement of its versions, and places and effects under one number each."""

    statement: Statement

    def stand(self, place: str, version: str = "book.version_id") -> str:
        """Write the number of a place among those of all versions of this side."""
        cases = " ".join(f"WHEN {each.version_id} THEN {base}" for each, base in self._bases())
        return f"(CASE {version} {cases} END + {place})" if cases else "NULL::integer"

    def stands(self) -> list[tuple[Published, Place]]:
        """Give all places with their versions, by their numbers."""
        return [(each, place) for each, _base in self._bases() for place in each.program.places]

    def _bases(self) -> Iterator[tuple[Published, int]]:
        base = 0
        for each in self.statement.versions:
            yield each.version, base
            base += len(each.version.program.places)

    def after(self, column: str, number: str, *, day: str) -> str:
        """Write what a column of the place is after an effect: just what `actions.deciding` makes of it."""
        text = self.statement
        entered = f"CASE WHEN {text.entering}[{number}] THEN {day} ELSE book.state_entered_on END"
        match column:
            case "place":
                return f"coalesce({text.to_places}[{number}], book.place)"
            case "state_entered_on":
                return entered
            case "next_review_on":
                review = f"coalesce({text.review_days}[{number}], ({entered}) + {text.review_delays}[{number}])"
                return f"CASE WHEN {text.to_places}[{number}] IS NULL THEN book.next_review_on ELSE {review} END"
            case "stepped_on":
                return f"CASE WHEN {text.stepping}[{number}] THEN {day} ELSE book.stepped_on END"
        return f"book.{column}"


class Imagined:
    """A version on a day, beside what decides now."""

    def __init__(self, version: Version, day: date) -> None:
        self.day = day
        self.version = version
        self.quoted_day = compiler.quote_day(day)
        live = list(versions.live().exclude(pk=version.pk))
        own = [each for each in live if each.paper_id == version.paper_id]
        #: Its strategy decides for nobody yet: its accounts come from other strategies, or from none.
        self.is_first = not own and version.state != lifecycle.State.PUBLISHED
        before = live if self.is_first else [*own, *([version] if version.state in _DECIDES else [])]
        self._published = versions.published(version.pk, version.document, day)
        self._own = [each.pk for each in own]
        self._old = {each.pk: versions.program_of(each.document) for each in own}
        words = catalogue.catalogue()
        self.before = Side(Statement([versions.published(each.pk, each.document, day) for each in before], words, day))
        self.after = Side(Statement([self._published], words, day))
        self._enrolments_now = versions.enrolments(day=day)
        self._enrolments_then = versions.enrolments(day=day, instead=version)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of the book that anything here reads."""
        stored = {
            row["name"]
            for row in sql.rows(
                "SELECT attname AS name FROM pg_attribute WHERE attrelid = 'strategy_book'::regclass AND attnum > 0"
            )
        }
        return tuple(sorted((self._read | {*self._stale_on, *Key}) & stored))

    @cached_property
    def _read(self) -> frozenset[str]:
        statements = (self.before.statement, self.after.statement)
        texts = [self.care, *(text for each in statements for text in (each.timed, each.steps))]
        # Delays stand still while an account is paused.
        named = {name for text in texts for name in _READ.findall(text)}
        return frozenset({*named, *_COUNTED, *MOVED, "is_house", "holds_paused_days"})

    @cached_property
    def _stale_on(self) -> list[str]:
        """The columns that say on which day anything that is read here changes by itself."""
        return stale_columns(self._read)

    @cached_property
    def care(self) -> str:
        """Why an account needs care, as bits of `Harm`."""
        facts = catalogue.catalogue().facts
        asked = {harm: catalogue.expression(facts[name], self.day) for harm, name in rehearsal.CARE_FACTS.items()}
        asked[rehearsal.Harm.DISPUTED] = "book.disputes_open > 0"
        bits = " | ".join(f"CASE WHEN {condition} THEN {harm:d} ELSE 0 END" for harm, condition in asked.items())
        # Most accounts need none, which the few conditions tell that the others are special cases of.
        any_care = " OR ".join(asked[harm] for harm in rehearsal.ANY_CARE)
        return f"CASE WHEN {any_care} THEN {bits} ELSE 0 END"

    def rows(self, tables: Iterable[str], where: str = "") -> str:
        """Write the rows of some tables, with the columns that anything here reads. Even a condition like `true` costs time."""
        return " UNION ALL ".join(
            f"SELECT {', '.join(self.columns)} FROM {table} AS book {f'WHERE {where}' if where else ''}"  # noqa: S608
            for table in tables
        )

    def place_of(self, version: Published, place: Place) -> Place | None:
        """Give what becomes of a place by the move-over at publication; None for the place of another strategy."""
        if version.version_id == self.version.pk:
            return place
        program = self._old.get(version.version_id)
        return program.matching(place, self._published.program) if program else None

    @property
    def counted(self) -> str:
        """Write what accounts are told apart by in the counts, and whether they owe."""
        late = f"({self.quoted_day} - book.oldest_due_on)"
        return f"""
            book.is_open AND book.open_minor > 0 AS owes,
            coalesce(width_bucket({late}, {array("integer", rehearsal.AGES)}), 0)::smallint AS age,
            ({self.care})::smallint AS care
        """

    @property
    def is_stale(self) -> str:
        """Write that the day has changed a stored fact of a row, of those that are read."""
        columns = ", ".join(f"book.{name}" for name in self._stale_on) or "NULL::date"
        return f"(least({columns}) <= {self.quoted_day}) IS TRUE"

    def renewed(self, rows: str) -> str:
        """Write some rows as the day finds them, just what is read of them: as a night renews them."""
        fresh = afresh(self.quoted_day, columns=self.columns)
        selected = ", ".join(f"{fresh.values.get(name, f'base.{name}')} AS {name}" for name in self.columns)
        return f"WITH base AS MATERIALIZED ({rows}) SELECT {selected} FROM base {fresh.joins}"  # noqa: S608

    def treated(self, rows: str, *more: str) -> str:
        """Write those of some rows that the version would treat, as the next run finds them; `more` are expressions over them.

        Who has no strategy is enrolled, as the run does before it decides.
        """
        kept = ", ".join(f"book.{name}" for name in self.columns if name not in MOVED)
        begun = self._begun(
            self._enrolments_now,
            _rank(self._enrolments_now),
            "book.version_id IS NULL",
            {name: f"book.{name}" for name in MOVED},
        )
        found = f"SELECT {kept}, {begun}, book.version_id IS NULL AS begins FROM ({rows}) AS book OFFSET 0"  # noqa: S608
        if self.is_first:
            chosen = array("integer", [each.version_id for each in self._enrolments_then])
            condition = f"{chosen}[{_rank(self._enrolments_then)}] = {self.version.pk}"
        else:
            condition = self._is_own
        return f"SELECT {', '.join(['book.*', *more])} FROM ({found}) AS book WHERE {condition} OFFSET 0"  # noqa: S608

    @property
    def _is_own(self) -> str:
        return f"book.version_id = ANY ({array('integer', [*self._own, self.version.pk])})"

    @property
    def may_be_treated(self) -> str:
        """Write that the version may treat a row: it is of its strategy, or of none yet."""
        return f"({self._is_own} OR (book.version_id IS NULL AND book.is_open AND NOT book.is_house))"

    def moved_over(self, treated: str, *carried: str) -> str:
        """Write the rows as they stand once the version is published and accounts have moved over; `carried` goes along."""
        kept = ", ".join(f"book.{name}" for name in self.columns if name not in MOVED)
        places = self._places()
        begun = self._begun(
            self._enrolments_then, _rank(self._enrolments_then), "TRUE" if self.is_first else "book.begins", places
        )
        return f"SELECT {', '.join([kept, begun, *carried])} FROM ({treated}) AS book OFFSET 0"  # noqa: S608

    def _begun(self, enrolments: Sequence[Enrolment], rank: str, begins: str, otherwise: dict[str, str]) -> str:
        """Write where a row stands: at the start of its strategy if it begins it, else as it is said."""
        starts = {
            "version_id": f"{array('integer', [each.version_id for each in enrolments])}[{rank}]",
            "place": f"{array('smallint', [each.place for each in enrolments])}[{rank}]",
            "next_review_on": f"{array('date', [each.review_on for each in enrolments])}[{rank}]",
            "state_entered_on": self.quoted_day,
            "stepped_on": "book.stepped_on",
        }
        return ", ".join(
            f"CASE WHEN {begins} THEN {starts[name]} ELSE {otherwise[name]} END AS {name}" for name in MOVED
        )

    def _places(self) -> dict[str, str]:
        """Write what becomes of the place of a row by the move-over at publication."""
        new = self._published.program
        start = timing.review(new.start.step, day=self.day, is_entering=True, holidays=self._published.holidays)
        place, entered, waits = {}, {}, {}
        for version_id, program in self._old.items():
            there = [program.matching(each, new) for each in program.places]
            place[version_id] = array("smallint", [each.number for each in there])
            waits[version_id] = array("boolean", [each.step is not None for each in there])
            entered[version_id] = array(
                "boolean", [was.state.id != now.state.id for was, now in zip(program.places, there, strict=True)]
            )
        is_entered = _by_version(entered, "FALSE")
        review = "NULL::date" if start.on is None else compiler.quote_day(start.on)
        return {
            "version_id": f"{self.version.pk}",
            "place": _by_version(place, "book.place"),
            "state_entered_on": f"CASE WHEN {is_entered} THEN {self.quoted_day} ELSE book.state_entered_on END",
            "next_review_on": f"CASE WHEN {is_entered} THEN {review} WHEN {_by_version(waits, 'TRUE')}"
            " THEN book.next_review_on END",
            "stepped_on": "book.stepped_on",
        }


#: States in which a version decides already.
_DECIDES = (lifecycle.State.PUBLISHED, lifecycle.State.RETIRED)


def _by_version(arrays: dict[int, str], otherwise: str) -> str:
    """Write what stands in the array of a row's version, by its place."""
    cases = " ".join(f"WHEN {version_id} THEN {array}[book.place + 1]" for version_id, array in arrays.items())
    return f"(CASE book.version_id {cases} ELSE {otherwise} END)" if cases else otherwise


def _rank(enrolments: Iterable[Enrolment]) -> str:
    """Write which of some enrolments is a row's; unknown for a closed account, a house account, or where none is."""
    listed = list(enumerate(enrolments, start=1))
    choices = []
    for column, of in (("portfolio_id", lambda each: each.portfolio_id), ("client_id", _client_alone)):
        having = [(rank, of(each)) for rank, each in listed if of(each) is not None]
        if having:
            ids, ranks = array("integer", [key for _r, key in having]), array("integer", [rank for rank, _k in having])
            choices.append(f"{ranks}[array_position({ids}, book.{column})]")
    choices += [str(rank) for rank, each in listed if each.client_id is None][:1]
    if not choices:
        return "NULL::integer"
    return f"(CASE WHEN book.is_open AND NOT book.is_house THEN coalesce({', '.join(choices)}) END)"


def _client_alone(each: Enrolment) -> int | None:
    return None if each.portfolio_id is not None else each.client_id


def array(type_: str, values: Iterable[object]) -> str:
    """Write an array of numbers, days or truths as a constant."""
    return "('{" + ",".join("NULL" if value is None else str(value) for value in values) + f"}}'::{type_}[])"
