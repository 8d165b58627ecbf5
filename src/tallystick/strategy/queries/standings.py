"""What the published policies say of one account now: its segments, its scores with what they are made of, its outcomes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from tallystick.kernel import sql
from tallystick.strategy.models import Version
from tallystick.strategy.queries import catalogue, decided, policies, scores, versions
from tallystick.strategy.queries.scores import Part
from tallystick.strategy.rules.lifecycle import State
from tallystick.strategy.rules.policies.document import Scorecard, Segments
from tallystick.strategy.rules.policies.words import Word


@dataclass(frozen=True, slots=True)
class Standing:
    """What a policy says of an account: the value in words, and the parts of a score."""

    title: str
    said: str
    parts: tuple[Part, ...]
    version: Version


def standings(account_id: int, *, day: date) -> list[Standing]:
    """Give what each published policy says of an account on a day, by title; nothing of an account that is not in the book."""
    published = versions.all_of_policies().filter(state=State.PUBLISHED).order_by("paper__title")
    words = catalogue.words()
    asked = [(version, words[name]) for version in published if (name := policies.word_of(version.paper)) in words]
    if not asked:
        return []
    read = [catalogue.expression(word, day) for _version, word in asked]
    made = [word.contributions(day) for _version, word in asked]
    currency = catalogue.expression(catalogue.catalogue().currency, day)
    with sql.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join([*read, *made, currency])} FROM strategy_book AS book WHERE account_id = {account_id:d}"  # noqa: S608
        )
        found = cursor.fetchone()
    if found is None:
        return []
    values = zip(asked, found, found[len(asked) :], strict=False)
    return [_standing(version, word, value, parts, found[-1]) for (version, word), value, parts in values]


def _standing(version: Version, word: Word, value: Any, parts: str | None, currency: str) -> Standing:
    said = decided.value_said(word, value, currency)
    made: tuple[Part, ...] = ()
    if isinstance(word.policy, Segments):
        said = next(each.title for each in word.policy.every if each.id == value)
    elif isinstance(word.policy, Scorecard) and parts is not None:
        made = tuple(scores.parts(word.policy, json.loads(parts)))
    return Standing(word.policy.title, said, made, version)
