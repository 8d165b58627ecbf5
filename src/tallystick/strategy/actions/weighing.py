"""Have the work of accounts come forward in worklists by their scores, where a published scorecard says that it ranks work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.strategy.queries import catalogue
from tallystick.strategy.queries.book import BOOK
from tallystick.strategy.rules.policies.document import Scorecard
from tallystick.worklists import actions as worklists

#: Accounts of which nothing waits to be done have nothing to weigh.
_HAS_WORK = """EXISTS (
    SELECT FROM worklists_work_item AS work WHERE work.account_id = book.account_id AND work.state = 'open'
)"""


def weigh(account_ids: Sequence[int], *, day: date, by: Actor) -> int:
    """Weigh the work of some accounts whose facts have changed; give how much of it has other points than before."""
    scores = ranking_scores(day=day)
    if not scores:
        return 0
    return _weigh(BOOK, "book.account_id = ANY(%(account_ids)s)", {"account_ids": list(account_ids)}, scores, by=by)


def weigh_leaf(leaf: str, scores: Sequence[str], *, by: Actor) -> int:
    """Weigh all work of a leaf of the book by the scores that rank work. Where none does any more, the points go."""
    return _weigh(leaf, _HAS_WORK, {}, scores, by=by)


def _weigh(table: str, which: str, params: dict[str, object], scores: Sequence[str], *, by: Actor) -> int:
    points = " + ".join(scores) or "0"
    rows = sql.Rows(
        f"""
        SELECT book.account_id, least(greatest(round({points}), 0), 100)::smallint AS points
        FROM {table} AS book WHERE {which}
        """,  # noqa: S608
        params,
    )
    return worklists.weigh_tasks(rows, by=by)


def ranking_scores(*, day: date) -> list[str]:
    """Write the scores that rank work, by the scorecards published now."""
    words = catalogue.words().values()
    ranking = [word for word in words if isinstance(word.policy, Scorecard) and word.policy.ranks_work]
    return [catalogue.expression(word, day) for word in ranking]
