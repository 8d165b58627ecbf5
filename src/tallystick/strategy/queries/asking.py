"""Why, asked for any day: as it stands today, as it will be if nothing happens, or as it was when the run of the day looked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from django.utils.translation import gettext as _

from tallystick.kernel import sql
from tallystick.strategy.models import Run
from tallystick.strategy.queries import ahead, catalogue, past, versions
from tallystick.strategy.queries.decided import Past, decided_on, history
from tallystick.strategy.queries.why import Seen, Verdict, Why, explain, why
from tallystick.strategy.rules import plain


class When(Enum):
    """How the day that is asked for lies to today."""

    NOW = "now"
    AHEAD = "ahead"
    THEN = "then"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of an account on a day."""

    day: date
    today: date
    when: When
    #: None where no strategy treated it on the day, or nobody can say.
    why: Why | None
    #: What was decided on the day itself.
    decided: tuple[Past, ...]
    #: What was decided up to the day, newest first.
    past: tuple[Past, ...]
    #: In words, on what the answer rests, and what it does not know.
    rests_on: str
    #: What comes before the day that is asked for, by itself.
    before: Verdict | None = None
    run: Run | None = None


def ask(account_id: int, *, day: date, today: date, limit: int = 100) -> Answer:
    """Explain an account on any day."""
    if day > today:
        return _ahead(account_id, day=day, today=today, limit=limit)
    if day < today:
        return _then(account_id, day=day, today=today, limit=limit)
    found = history(account_id, limit=limit)
    explained = why(account_id, day=day, past=0)
    on_day = tuple(each for each in found if each.due_on == day)
    return Answer(day, today, When.NOW, explained, on_day, tuple(found), rests_on="")


def _ahead(account_id: int, *, day: date, today: date, limit: int) -> Answer:
    """Take the account's facts as they will be on the day, from the place where it stands."""
    found = tuple(history(account_id, limit=limit))
    now = why(account_id, day=today, past=0)
    rows = _places(account_id)
    if now is None or not rows:
        return Answer(day, today, When.AHEAD, None, (), found, rests_on="")
    source = f"FROM ({ahead.row_on('%(day)s::date')}) AS book"
    seen = Seen(account_id, day, **rows[0], source=source, params={"reach_id": account_id, "day": day}, is_now=False)
    before = next((each for each in now.verdicts if each.effect.only_moves and each.stopped_by is None), now.coming)
    before = before or next((each for each in now.verdicts if each.stopped_by is None), None)
    if before is not None and (before.comes_on or today) >= day:
        before = None
    said = _("As things stand today: nothing is paid, promised, said or changed until then.")
    if before is not None:
        said += " " + _("But “{title}” comes first, on {day}, and what follows from it is not foreseen here.").format(
            title=before.effect.title, day=plain.value_aloud(before.comes_on or today)
        )
    return Answer(day, today, When.AHEAD, explain(seen), (), found, rests_on=said, before=before)


def _then(account_id: int, *, day: date, today: date, limit: int) -> Answer:
    """Take the row of the account as it was when the run of the day looked at it, or at the end of a day without a run."""
    decided = decided_on(account_id, day)
    found = tuple(each for each in history(account_id, until=day, limit=limit))
    run = Run.objects.filter(day=day, only_reports=False).order_by("pk").first()
    moment = past.moment_of(account_id, day)
    rows = _places(account_id)

    def answer(why_: Why | None, said: str) -> Answer:
        return Answer(day, today, When.THEN, why_, decided, found, rests_on=said, run=run)

    if moment is None:
        return answer(None, _("The past was not kept yet on that day: only what was decided is known."))
    undone = past.undone(account_id, moment)
    place = {**rows[0], **{name: undone[name] for name in past.PLACE if name in undone}} if rows else {}
    entered = place and _day(place["state_entered_on"])
    if not place or place["version_id"] is None:
        return answer(None, _("No strategy treated this account then."))
    if not entered:
        return answer(None, _("Where it stood then was not kept yet: only what was decided is known."))
    if entered > day:
        return answer(None, _("The strategy did not know this account yet."))
    seen = Seen(
        account_id,
        day,
        place["version_id"],
        place["place"],
        entered,
        _day(place["next_review_on"]),
        source=_ROW_OF_PAST,
        params={"reach_id": account_id, "was": json.dumps(undone)},
        last=moment.last,
        is_now=False,
        policies=catalogue.key_of(moment.policies),
    )
    if moment.is_run:
        said = _("As the run of that day found it: what it knew, and what it decided.")
    else:
        said = _("There was no run on that day. This is what was known at its end.")
    return answer(explain(seen), f"{said} {_replaced(moment)}".rstrip())


def _replaced(moment: past.Moment) -> str:
    """Say which policies were others then than they are."""
    others = set(moment.policies) - set(catalogue.published_ids())
    if not others:
        return ""
    named = versions.all_of_policies().filter(pk__in=others).order_by("paper__title")
    return _("Policies were as published then: {policies}.").format(policies=", ".join(map(str, named)))


_ROW_OF_PAST = """
FROM strategy_book AS kept CROSS JOIN LATERAL jsonb_populate_record(kept, %(was)s::jsonb) AS book
WHERE kept.account_id = %(reach_id)s
"""


def _places(account_id: int) -> list[dict[str, Any]]:
    return sql.rows(
        "SELECT version_id, place, state_entered_on, next_review_on FROM strategy_book WHERE account_id = %s",
        [account_id],
    )


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value if isinstance(value, date) else None
