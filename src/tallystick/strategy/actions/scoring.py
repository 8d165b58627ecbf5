"""Keep scores: what each published scorecard says of an account is stored with what it is made of, whenever that has changed."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.strategy.actions import weighing
from tallystick.strategy.models import Version
from tallystick.strategy.queries import book, scores
from tallystick.strategy.rules.policies.words import Word


def keep_scores(*, day: date, at: datetime, by: Actor) -> int:
    """Score every open account by each published scorecard, leaf by leaf, each in a transaction; give how many scores were kept.

    A score is kept where none was, or where a component adds something else than when it was kept last: once a day and version at
    most. Doing it again changes nothing. A score that lasts costs a look. Work comes forward by scores that rank it.
    """
    by.must_be_allowed_to("run strategies")
    scorecards = scores.published_scorecards()
    ranking = weighing.ranking_scores(day=day)
    kept = 0
    for leaf in (leaf for chunk in book.chunks(book.chunk_count()) for leaf in chunk):
        kept += sum(_keep(version, word, leaf, day=day, at=at) for version, word in scorecards)
        weighing.weigh_leaf(leaf, ranking, by=by)
    return kept


@transaction.atomic
def _keep(version: Version, word: Word, leaf: str, *, day: date, at: datetime) -> int:
    return sql.execute(
        f"""
        INSERT INTO strategy_score (
            account_id, policy_id, version_id, scored_on, scored_at, score, currency, contributions, inputs
        )
        SELECT account_id, %(policy)s, %(version)s, %(day)s, %(at)s, score, currency, contributions, inputs
        FROM ({scores.changed(word, leaf, day=day)}) AS changed
        ON CONFLICT DO NOTHING
        """,  # noqa: S608
        {"policy": version.paper_id, "version": version.pk, "day": day, "at": at},
    )
