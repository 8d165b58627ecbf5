"""What must be true of splits that learn: shares deal everybody out, hold from a day to come, stay where frozen, and decided."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings

from tallystick.kernel import sql
from tallystick.kernel.invariants import Invariant
from tallystick.strategy.models import Version
from tallystick.strategy.queries import trials, versions
from tallystick.strategy.rules import lifecycle, own_words, reading
from tallystick.strategy.rules.evidence import CHANCES


def _unsound(at: datetime) -> Iterator[sql.Rows]:
    """Find shares that should not have been set, or not as they were."""
    yield sql.Rows(sql.load("tallystick.strategy", "learning.sql", "unsound"), {"zone": settings.TIME_ZONE})


def _other_chances(at: datetime) -> Iterator[sql.Rows]:
    """Find decisions that kept other chances than the shares of the day on which the account came to the state."""
    kept = versions.all_of_strategies().exclude(state__in=lifecycle.UNPUBLISHED).order_by("pk")
    learners: list[dict[str, Any]] = []
    for version in kept:
        # What cannot be read any more is named by an invariant of its own.
        with suppress(reading.DocumentMistaken):
            learners += _learners(version)
    if learners:
        yield sql.Rows(
            sql.load("tallystick.strategy", "learning.sql", "other_chances"),
            {"learners": json.dumps(learners), "behind": CHANCES},
        )


def _learners(version: Version) -> Iterator[dict[str, Any]]:
    program = versions.program_of(version.document)
    for split in program.document.splits:
        if split.learns:
            yield {
                "version_id": version.pk,
                "word": own_words.name_of_split(split.id),
                "strategy": version.paper.name,
                "split": split.id,
                "terms": split.terms,
                "shares": dict(split.shares),
                "coming": trials.entries(program, split.learns.state),
            }


INVARIANTS = (
    Invariant(
        name="learned shares are sound",
        sentence="Shares that were learned sum to a hundred, held from a day to come, and were not set while it was frozen.",
        checked="SELECT count(*) FROM strategy_learned_shares",
        breaches=_unsound,
        remedy="Freeze the split, and find out who wrote to the table; the program only adds rows to it.",
    ),
    Invariant(
        name="chances are those of the day",
        sentence="The chances kept with a decision are the shares of its split on the day the account came to the state.",
        checked="SELECT count(*) FROM strategy_decision",
        breaches=_other_chances,
        remedy="Freeze the split: what its page says of its arms counts these accounts by the wrong weight.",
    ),
)
