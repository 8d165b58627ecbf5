"""How people have behaved: shares counted from the book's own history, each of so many cases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tallystick.contact.rules.words import RIGHT_PARTY, CallOutcome
from tallystick.kernel import sql
from tallystick.strategy.rules.foresight import assumptions as rules
from tallystick.strategy.rules.rehearsal import AGES

#: Cases of one kind that are looked at, the latest: more would say the same.
_MOST = 20_000


def counted(*, today: date) -> dict[str, tuple[int, int]]:
    """Give what was counted of the days before a day, by the names of what is assumed: of how many cases how many happened."""
    return {**_pays(today), **_done(today), **_results(today), **_kept(today)}


def _query(name: str) -> str:
    return sql.load("tallystick.strategy", "behaviour.sql", name)


def _since(today: date) -> date:
    return today - timedelta(days=rules.LOOKED_BACK)


def _pays(today: date) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for reach in rules.REACHES:
        reached = _query("calls" if reach == rules.CALL else "messages")
        params = {
            "reach": reach,
            "outcomes": sorted(word.value for word in RIGHT_PARTY - {CallOutcome.PROMISE}),
            "since": _since(today),
            # Of later ones nobody knows yet what follows.
            "until": today - timedelta(days=rules.FOLLOWS_DAYS),
            "within": rules.FOLLOWS_DAYS,
            "ages": list(AGES),
            "most": _MOST,
        }
        for row in sql.rows(sql.fill(_query("pays"), reached=reached), params):
            for how in ("full", "part"):
                found[f"pays.{reach}.{row['age']}.{how}"] = row["cases"], row[how]
    return found


def _done(today: date) -> dict[str, tuple[int, int]]:
    rows = sql.rows(_query("done"), {"today": today, "since": _since(today), "most": _MOST})
    return {f"done.{row['kind']}": (row["cases"], row["happened"]) for row in rows}


def _results(today: date) -> dict[str, tuple[int, int]]:
    rows: list[dict[str, Any]] = sql.rows(
        _query("results"), {"kinds": [kind.value for kind in rules.CALLS], "since": _since(today)}
    )
    return {f"result.{row['kind']}.{row['outcome']}": (row["cases"], row["happened"]) for row in rows}


def _kept(today: date) -> dict[str, tuple[int, int]]:
    row = sql.rows(_query("kept"), {"since": _since(today)})[0]
    return {"kept": (row["cases"], row["happened"])}
