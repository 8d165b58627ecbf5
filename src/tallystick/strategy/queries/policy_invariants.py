"""What must be true of policies: every version is understood, and every score that was kept is what its inputs give."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tallystick.kernel import sql
from tallystick.kernel.invariants import Invariant
from tallystick.strategy.queries import book, catalogue, policies, scores, versions
from tallystick.strategy.rules import lifecycle


def _policies_mistaken(at: datetime) -> Iterator[sql.Rows]:
    """Find versions of policies that this program cannot read any more, and published ones that make no word."""
    words = {(word.version, word.document) for word in catalogue.words().values()}
    lost = [
        str(version)
        for version in versions.all_of_policies().exclude(state__in=lifecycle.UNPUBLISHED).order_by("pk")
        if not policies.is_readable(version)
        or (version.state == lifecycle.State.PUBLISHED and (version.number, version.document) not in words)
    ]
    yield sql.Rows(
        "SELECT NULL::bigint AS account_id, name || ' cannot be understood' AS what FROM unnest(%(lost)s::text[]) AS name",
        {"lost": lost},
    )


def _unlike_inputs(at: datetime) -> Iterator[sql.Rows]:
    """Work the scores that were kept out again."""
    return scores.unlike_inputs(book.reaches())


INVARIANTS = (
    Invariant(
        name="every policy is understood",
        sentence="Every version of a policy that was ever published can be read, and every published one is a word.",
        checked=(
            "SELECT count(*) FROM strategy_version AS version JOIN strategy_paper AS paper ON paper.id = version.paper_id"
            " WHERE version.state IN ('published', 'retired') AND paper.kind <> 'strategy'"
        ),
        breaches=_policies_mistaken,
        remedy=(
            "Use the program that published it, publish a version that does not speak of what is gone, then go on with this one."
        ),
    ),
    Invariant(
        name="scores are what their inputs give",
        sentence="Every score that was kept is what its scorecard gives for the inputs stored with it, and its parts sum to it.",
        checked="SELECT count(*) FROM strategy_score",
        breaches=_unlike_inputs,
    ),
)
