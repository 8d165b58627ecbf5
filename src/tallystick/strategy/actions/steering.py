"""Steer a run: pause it, let it go on, run again what failed. What was done, and by whom, is kept."""

from __future__ import annotations

import logging
import traceback
from datetime import datetime
from pathlib import Path

import psycopg
from django.db import Error, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import Refusal
from tallystick.strategy.models import Run, RunAct, RunFailure
from tallystick.strategy.queries import runs
from tallystick.strategy.rules import progress
from tallystick.strategy.rules.progress import ActKind

_logger = logging.getLogger(__name__)

#: Errors that say nothing of the chunk: two transactions waited for each other, or one had looked too early.
_PASSING = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure, psycopg.errors.LockNotAvailable)


def note(run: Run, kind: ActKind, *, comment: str = "", at: datetime, by: Actor) -> None:
    """Keep that something was done with a run. It is part of the transaction that does it."""
    RunAct.objects.create(run=run, kind=kind, comment=comment, at=at, by=by.label)


@transaction.atomic
def pause_run(*, run_id: int, at: datetime, by: Actor) -> Run:
    """Have no chunk of a run begun until it is resumed; what is in hand is done to its end. Pausing twice is a no-op.

    :raises NotFound: there is no such run
    :raises RunOver: it is finished, or a later day was run
    """
    run = _steered(run_id, by)
    if run.paused_at is None:
        run.paused_at, run.paused_by = at, by.label
        run.save(update_fields=["paused_at", "paused_by"])
        note(run, ActKind.PAUSED, at=at, by=by)
    return run


@transaction.atomic
def resume_run(*, run_id: int, at: datetime, by: Actor) -> Run:
    """Let a paused run go on, once workers take it up. Resuming what is not paused is a no-op.

    :raises NotFound: there is no such run
    :raises RunOver: it is finished, or a later day was run
    """
    run = _steered(run_id, by)
    if run.paused_at is not None:
        run.paused_at, run.paused_by = None, ""
        run.save(update_fields=["paused_at", "paused_by"])
        note(run, ActKind.RESUMED, at=at, by=by)
    return run


@transaction.atomic
def retry_failed(*, run_id: int, at: datetime, by: Actor) -> int:
    """Let workers take the chunks again that failed, and no other that is done; give how many there are.

    :raises NotFound: there is no such run
    :raises RunOver: it is finished, or a later day was run
    :raises NothingFailed: no chunk has failed
    """
    run = _steered(run_id, by)
    failed = RunFailure.objects.filter(run=run, closed_at=None).update(closed_at=at)
    if not failed:
        raise progress.NothingFailed(day=run.day.isoformat())
    said = ngettext("{count} part", "{count} parts", failed).format(count=failed)
    note(run, ActKind.RETRIED, comment=said, at=at, by=by)
    return failed


def _steered(run_id: int, by: Actor) -> Run:
    by.must_be_allowed_to("run strategies")
    run = runs.lock_run(run_id)
    if run.finished_at is not None or runs.is_overtaken(run):
        raise progress.RunOver(day=run.day.isoformat())
    return run


def may_pass(error: Exception) -> bool:
    """Test if an error may be gone when the same is tried again."""
    return isinstance(error.__cause__, _PASSING)


@transaction.atomic
def keep_failure(*, run_id: int, chunk: int, worker: str, error: Exception, at: datetime) -> None:
    """Keep that a chunk failed, once its own transaction was taken back. The log says where in full, and no more of the book."""
    name, sentence = _named(error), _said(error)
    _logger.error(
        "Part %s of run %s failed: %s. %s\n%s",
        chunk,
        run_id,
        name,
        sentence,
        "".join(traceback.format_tb(error.__traceback__)),
    )
    RunFailure.objects.get_or_create(
        run_id=run_id,
        chunk=chunk,
        closed_at=None,
        defaults={"failed_at": at, "worker": worker, "error": name, "sentence": sentence},
    )


def _named(error: Exception) -> str:
    if isinstance(error, Refusal):
        return error.code
    return type(error.__cause__ or error).__name__


def _said(error: Exception) -> str:
    """Say what is known of an error, in a sentence without a value of the book: messages of errors can have names in them."""
    if isinstance(error, Refusal):
        return _("It was refused.")
    cause = error.__cause__
    if isinstance(error, Error) and isinstance(cause, psycopg.Error):
        told = cause.diag
        about = ", ".join(filter(None, (told.table_name, told.column_name, told.constraint_name)))
        said = _("The database refused it with code {code}.").format(code=cause.sqlstate or "—")
        return f"{said} {about}." if about else said
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return _("It went wrong in {place}, line {line}.").format(place=Path(frame.filename).name, line=frame.lineno)
