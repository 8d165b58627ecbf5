"""Scores that were kept: how they are worked out for a leaf of the book, and worked out again from what was stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tallystick.kernel import sql
from tallystick.kernel.facts import Fact, FactType
from tallystick.strategy.models import Score, Version
from tallystick.strategy.queries import book, catalogue, policies, versions
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules.lifecycle import UNPUBLISHED
from tallystick.strategy.rules.policies import writing
from tallystick.strategy.rules.policies.document import Component, Kind, Scorecard
from tallystick.strategy.rules.policies.words import Word
from tallystick.strategy.rules.tree import Name, Span
from tallystick.strategy.rules.types import CURRENCY_FACT, Catalogue

_STORED = {FactType.NUMBER: "numeric", FactType.MONEY: "numeric", FactType.TEXT: "text", FactType.BOOLEAN: "boolean"}
_ANY_DAY = date(2026, 1, 1)


def published_scorecards() -> list[tuple[Version, Word]]:
    """Give the published scorecards, each with its word."""
    words = catalogue.words()
    found = ((version, policies.word_of(version.paper)) for version in policies.published_versions(Kind.SCORECARD))
    return [(version, words[name]) for version, name in found if name in words]


def changed(word: Word, leaf: str, *, day: date) -> str:
    """Write the query that gives the scores of a leaf by a scorecard that are new, or made otherwise than the ones kept last.

    The sum, and what the components looked at, are read only of those. The parameter is `policy`.
    """
    currency = catalogue.expression(word.catalogue.currency, day)
    return f"""
        SELECT book.account_id, (SELECT sum(value::numeric) FROM jsonb_each_text(fresh.contributions)) AS score,
               {currency} AS currency, fresh.contributions, {word.inputs(day)} AS inputs
        FROM {leaf} AS book
        CROSS JOIN LATERAL (SELECT {word.contributions(day)} AS contributions OFFSET 0) AS fresh
        LEFT JOIN LATERAL (
            SELECT kept.contributions FROM strategy_score AS kept
            WHERE kept.account_id = book.account_id AND kept.policy_id = %(policy)s
            ORDER BY kept.scored_on DESC, kept.version_id DESC LIMIT 1
        ) AS latest ON true
        WHERE book.is_open AND NOT book.is_house AND latest.contributions IS DISTINCT FROM fresh.contributions
    """  # noqa: S608


@dataclass(frozen=True, slots=True)
class Part:
    """What a component added to a score."""

    title: str
    contribution: Decimal


@dataclass(frozen=True, slots=True)
class Kept:
    """A score of the past, with what it was made of."""

    title: str
    version: Version
    scored_on: date
    score: Decimal
    unit: str
    parts: tuple[Part, ...]


def scores_of(account_id: int, *, limit: int = 20) -> list[Kept]:
    """Give the latest scores that were kept of an account, newest first."""
    stored = list(
        Score.objects.filter(account_id=account_id).order_by("-scored_on", "-version_id", "policy_id")[:limit]
    )
    return _all_kept(stored)


def scores_on(account_id: int, day: date) -> list[Kept]:
    """Give the score that each scorecard had given an account by a day, the last that was kept up to it, by title.

    Nothing is worked out afresh: it is by the version, and of the facts, of the day on which it was kept.
    """
    stored = Score.objects.filter(account_id=account_id, scored_on__lte=day)
    latest = stored.order_by("policy_id", "-scored_on", "-version_id").distinct("policy_id")
    return sorted(_all_kept(list(latest)), key=lambda each: each.title)


def _all_kept(stored: list[Score]) -> list[Kept]:
    by = versions.all_of_policies().in_bulk({score.version_id for score in stored})
    return [_kept(score, by[score.version_id]) for score in stored if score.version_id in by]


def _kept(score: Score, version: Version) -> Kept:
    policy = policies.kept(version)
    assert isinstance(policy, Scorecard)  # noqa: S101
    return Kept(
        title=policy.title,
        version=version,
        scored_on=score.scored_on,
        score=score.score,
        unit=policy.unit,
        parts=tuple(parts(policy, score.contributions)),
    )


def parts(policy: Scorecard, contributions: dict[str, object]) -> Iterator[Part]:
    """Give what each component added, in the order of the scorecard."""
    for component in policy.components:
        if component.id in contributions:
            yield Part(component.title, Decimal(str(contributions[component.id])))


# ------------------------------------------------------------------------------------------------------- worked out again


def unlike_inputs(reaches: Iterator[book.Reach]) -> Iterator[sql.Rows]:
    """Work every kept score out again, from the inputs stored with it, by the very text that scores the book."""
    scorecards = [
        (version.pk, policy)
        for version in versions.all_of_policies()
        .exclude(state__in=UNPUBLISHED)
        .filter(paper__kind=Kind.SCORECARD)
        .order_by("pk")
        if policies.is_readable(version) and isinstance(policy := policies.kept(version), Scorecard)
    ]
    if not scorecards:
        return
    cases = " ".join(f"WHEN {version_id} THEN {_again(policy)}" for version_id, policy in scorecards)
    for reach in reaches:
        yield sql.Rows(
            f"""
            SELECT kept.account_id, CASE
                WHEN kept.contributions IS DISTINCT FROM again.contributions
                    THEN 'the score of ' || kept.scored_on || ' is not what its inputs give'
                ELSE 'the contributions of ' || kept.scored_on || ' do not sum to the score' END AS what
            FROM strategy_score AS kept
            CROSS JOIN LATERAL (SELECT CASE kept.version_id {cases} END AS contributions OFFSET 0) AS again
            WHERE {reach.on("kept.account_id")} AND (
                kept.contributions IS DISTINCT FROM again.contributions
                OR kept.score IS DISTINCT FROM (SELECT sum(value::numeric) FROM jsonb_each_text(kept.contributions))
            )
            """,  # noqa: S608
            reach.params,
        )


def _again(policy: Scorecard) -> str:
    stored = [Fact(CURRENCY_FACT, FactType.TEXT, "", "", "kept.currency")]
    stored += (_stored(place, component) for place, component in enumerate(policy.components))
    words = Catalogue.of(stored)
    pairs = []
    for place, component in enumerate(policy.components):
        written = writing.contribution(component, Name(f"input_{place}", Span(0, 0)), words, _ANY_DAY)
        pairs.append(f"{compiler.quote_text(component.id)}, {written}")
    return f"jsonb_build_object({', '.join(pairs)})"


def _stored(place: int, component: Component) -> Fact:
    read = f"(kept.inputs ->> {compiler.quote_text(component.id)})::{_STORED[component.type]}"
    return Fact(f"input_{place}", component.type, "", "", read)
