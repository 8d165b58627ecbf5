"""How people have behaved: shares counted from the book's own history, each of so many cases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tallystick.contact.rules.words import RIGHT_PARTY, TO_DEBTOR, TRY_AGAIN, CallOutcome
from tallystick.kernel import sql
from tallystick.strategy.rules.foresight import assumptions as rules
from tallystick.strategy.rules.rehearsal import AGES

#: Cases of one kind that are looked at, the latest: more would say the same.
_MOST = 20_000
#: Accounts of which every week is looked at, about, taken by lot.
_LOT = 2_500


def counted(*, today: date) -> dict[str, tuple[int, int]]:
    """Give what was counted of the days before a day, by the names of what is assumed: of how many cases how many happened."""
    asked = _asked(today)
    return {**_pays(asked), **_done(asked), **_results(asked), **_simple(asked), **_disputes(asked)}


def _query(name: str) -> str:
    text = sql.load("tallystick.strategy", "behaviour.sql", name)
    return sql.fill(text, lot=sql.load("tallystick.strategy", "behaviour.sql", "lot")) if "{lot}" in text else text


def _asked(today: date) -> dict[str, Any]:
    """Give what queries ask with."""
    return {
        "today": today,
        "since": today - timedelta(days=rules.LOOKED_BACK),
        # Of later ones nobody knows yet what follows.
        "until": today - timedelta(days=rules.FOLLOWS_DAYS),
        "within": rules.FOLLOWS_DAYS,
        "follows": rules.FOLLOWS_DAYS,
        "week": rules.WEEK,
        "as_before": rules.AS_BEFORE,
        "again_days": rules.AGAIN_DAYS,
        "channels": [channel.value for channel in TO_DEBTOR],
        "outcomes": sorted(word.value for word in RIGHT_PARTY - {CallOutcome.PROMISE}),
        "unreached": sorted(word.value for word in TRY_AGAIN),
        "kinds": [kind.value for kind in rules.CALLS],
        "ages": list(AGES),
        "most": _MOST,
        "parts": max(1, int(sql.value("SELECT count(*) FROM strategy_book")) // _LOT),
    }


def _pays(asked: dict[str, Any]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for reach in (*rules.REACHES, rules.ALONE):
        reached = _query({rules.CALL: "calls", rules.ALONE: "alone"}.get(reach, "messages"))
        for row in sql.rows(sql.fill(_query("pays"), reached=reached), {**asked, "reach": reach}):
            for how in ("full", "part"):
                found[f"pays.{reach}.{row['age']}.{how}"] = row["cases"], row[how]
    return found


def _done(asked: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {f"done.{row['kind']}": (row["cases"], row["happened"]) for row in sql.rows(_query("done"), asked)}


def _results(asked: dict[str, Any]) -> dict[str, tuple[int, int]]:
    rows: list[dict[str, Any]] = sql.rows(_query("results"), asked)
    return {f"result.{row['kind']}.{row['outcome']}": (row["cases"], row["happened"]) for row in rows}


def _simple(asked: dict[str, Any]) -> dict[str, tuple[int, int]]:
    rows = {name: sql.rows(_query(name), asked)[0] for name in ("kept", "again", "invoices")}
    return {name: (row["cases"], row["happened"]) for name, row in rows.items()}


def _disputes(asked: dict[str, Any]) -> dict[str, tuple[int, int]]:
    [raised], [solved] = sql.rows(_query("disputes"), asked), sql.rows(_query("solved"), asked)
    return {
        "disputes.raised": (raised["cases"], raised["happened"]),
        "disputes.solved": (solved["cases"], solved["happened"]),
        "disputes.upheld": (solved["happened"], solved["upheld"]),
    }
