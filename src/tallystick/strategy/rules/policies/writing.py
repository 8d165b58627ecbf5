"""Policies as SQL text over a row of `book`, for a day: one CASE each, made of conditions that the one compiler writes.

What is unknown is never true, so an account always has a segment, a score and a row of a table, and an amount of another currency
than its own falls to `unknown` or `otherwise`.
"""

from __future__ import annotations

from datetime import date

from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules.policies import bands
from tallystick.strategy.rules.policies.document import Component, Policy, Row, Scorecard, Segments, Table
from tallystick.strategy.rules.tree import And, Literal, Node, Span
from tallystick.strategy.rules.types import Catalogue

_NOWHERE = Span(0, 0)


def value(policy: Policy, catalogue: Catalogue, day: date) -> str:
    """Write the value of a policy's word."""
    match policy:
        case Segments():
            cases = [
                (condition, compiler.quote_text(segment.id))
                for segment, condition in zip(policy.segments, segment_conditions(policy, catalogue, day), strict=True)
            ]
            return _first(cases, compiler.quote_text(policy.otherwise.id))
        case Scorecard():
            return "(" + " + ".join(contributions(policy, catalogue, day)) + ")"
        case Table():
            cases = [
                (condition, compiler.literal(row.then, catalogue, day))
                for row, condition in zip(policy.rows, row_conditions(policy, catalogue, day), strict=True)
            ]
            return _first(cases, compiler.literal(policy.otherwise, catalogue, day))


def segment_conditions(policy: Segments, catalogue: Catalogue, day: date) -> list[str]:
    """Write the condition of each segment that has one, whatever the ones above it take."""
    return [compiler.to_sql(each.when.tree, catalogue, day) if each.when else "TRUE" for each in policy.segments]


def contributions(policy: Scorecard, catalogue: Catalogue, day: date) -> list[str]:
    """Write what each component adds to the score."""
    return [contribution(each, each.of.tree, catalogue, day) for each in policy.components]


def contribution(component: Component, of: Node, catalogue: Catalogue, day: date) -> str:
    """Write what a component adds for a value of something: of what it looks at, or of what was stored of that."""
    numbers = [compiler.quote_number(band.contribution) for band in component.every]
    return _first(list(zip(_bands(component, of, catalogue, day), numbers, strict=False)), numbers[-1])


def band(component: Component, catalogue: Catalogue, day: date) -> str:
    """Write the place, from 0, of the band that a component falls into; the last is the one of what is not known."""
    conditions = _bands(component, component.of.tree, catalogue, day)
    return _first([(each, str(place)) for place, each in enumerate(conditions)], str(len(conditions)))


def row(policy: Table, catalogue: Catalogue, day: date) -> str:
    """Write the place, from 0, of the row that gives the outcome; one more than the last where none does."""
    conditions = row_conditions(policy, catalogue, day)
    return _first([(each, str(place)) for place, each in enumerate(conditions)], str(len(conditions)))


def matches(policy: Segments, catalogue: Catalogue, day: date) -> str:
    """Write which conditions of segments are true, as bits: the segment is the lowest, and no bit is set for all others."""
    conditions = segment_conditions(policy, catalogue, day)
    bits = (f"(CASE WHEN {each} THEN {1 << place}::bigint ELSE 0 END)" for place, each in enumerate(conditions))
    return "(" + (" + ".join(bits) or "0::bigint") + ")"


def row_conditions(policy: Table, catalogue: Catalogue, day: date) -> list[str]:
    """Write the condition of each row, whatever the ones above it take."""
    return [compiler.to_sql(row_condition(policy, each), catalogue, day) for each in policy.rows]


def row_condition(policy: Table, of: Row) -> Node:
    """Give a row of a table as a condition of the language."""
    parts = [bands.condition(test, column.of.tree) for column, test in zip(policy.columns, of.tests, strict=True)]
    asked = tuple(part for part in parts if part is not None)
    if not asked:
        return Literal(True, _NOWHERE)
    return asked[0] if len(asked) == 1 else And(asked, _NOWHERE)


def _bands(component: Component, of: Node, catalogue: Catalogue, day: date) -> list[str]:
    asked = (bands.condition(each.test, of) for each in component.bands)
    return [compiler.to_sql(each, catalogue, day) if each else "TRUE" for each in asked]


def _first(cases: list[tuple[str, str]], otherwise: str) -> str:
    """Write the value of the first condition that is true."""
    written = " ".join(f"WHEN {condition} THEN {then}" for condition, then in cases)
    return f"(CASE {written} ELSE {otherwise} END)" if cases else otherwise
