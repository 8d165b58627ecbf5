"""Settle what files of a source listed as open and a later one, which lists everything open, is silent about."""

from __future__ import annotations

from datetime import datetime

from tallystick.accounts import actions as account_actions
from tallystick.intake import queries, rules
from tallystick.intake.models import Batch
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day


def forecast(batch: Batch) -> None:
    """Count what a batch would settle; nothing, while one of its refused lines might be about anything."""
    if not _is_meant(batch):
        return
    params = {"batch": batch.pk, "phase": rules.Phase.CHECKED}
    unclear = _query("unclear_lines", batch)
    if _holds(unclear):
        sql.execute(sql.fill(_query("note_unclear", batch), unclear=unclear), params)
        return
    _find_gone(batch)
    text = sql.fill(_query("forecast", batch), gone=_query("gone_rows", batch))
    sql.execute(text, {**params, "verdict": rules.Verdict.SETTLED})


def settle(batch: Batch, *, at: datetime, by: Actor) -> None:
    """Settle it, once all lines of the batch are loaded. The items are read again when nobody else can move them."""
    if not _is_meant(batch) or _holds(_query("unclear_lines", batch)):
        return
    _find_gone(batch)
    account_actions.lock_accounts(sql.Rows(_query("gone_accounts", batch), {}))
    account_actions.add_or_correct_items(
        sql.Rows(_query("gone_rows", batch), {}),
        today=local_day(at, batch.source.client.time_zone),
        origin=f"import {batch.pk}: {batch.file_name}",
        at=at,
        by=by,
    )
    tallied = {"batch": batch.pk, "phase": rules.Phase.COMMITTED, "verdict": rules.Verdict.SETTLED}
    sql.execute(sql.fill(_query("tally", batch), judged=queries.quoted(account_actions.JUDGED)), tallied)
    sql.execute(_query("forget_settled", batch), {"source": batch.source_id})


def _is_meant(batch: Batch) -> bool:
    assert batch.mapping is not None  # noqa: S101
    return rules.mapping_of(batch.mapping.document).settles_by_silence


def _find_gone(batch: Batch) -> None:
    sql.execute(_query("forget", batch))
    sql.execute(_query("name_items", batch), {"client": batch.source.client_id})
    sql.execute(_query("list_before", batch), {"source": batch.source_id})
    sql.execute(_query("analyze", batch))
    sql.execute(_query("find_gone", batch))


def _holds(select: str) -> bool:
    return bool(sql.value(sql.fill("SELECT EXISTS ({select})", select=select)))


def _query(name: str, batch: Batch) -> str:
    text = sql.load("tallystick.intake", "silence.sql", name)
    _staged, ready = queries.line_tables(batch.pk)
    return sql.fill(text, ready=queries.quoted(ready)) if "{ready}" in text else text
