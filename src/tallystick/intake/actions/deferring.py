"""Have workers check and load in the background: a batch moves on in the transaction that defers its jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app as jobs

from tallystick.intake import queries, rules
from tallystick.intake.actions.checking import start_check
from tallystick.intake.actions.committing import start_commit
from tallystick.kernel.actor import Actor

#: Workers that load one batch at most; each takes chunks until none is left.
WORKERS = 4


@transaction.atomic
def check_in_background(*, batch_id: int, at: datetime, by: Actor) -> None:
    """Have a worker check a batch.

    :raises MappingChosenLater, BatchStateUnfit, BatchBusy: see `start_check`
    """
    start_check(batch_id=batch_id, at=at, by=by)
    jobs.configure_task("intake.check_batch").defer(batch_id=batch_id, label=by.label, user_id=by.user_id)


@transaction.atomic
def check_as_remembered(*, batch_id: int, at: datetime, by: Actor) -> bool:
    """Have a worker check a new batch as its source remembers; False where nothing is remembered, or where it does not fit."""
    by.must_be_allowed_to("import receivables")
    batch = queries.lock_batch(batch_id, scope=by.scope)
    saved = batch.source.mapping
    if saved is None or not set(rules.mapping_of(saved.document).columns()) <= set(batch.headings):
        return False
    batch.mapping = saved
    batch.save(update_fields=["mapping"])
    check_in_background(batch_id=batch_id, at=at, by=by)
    return True


@transaction.atomic
def load_in_background(*, batch_id: int, at: datetime, by: Actor) -> None:
    """Have workers load a batch, or go on with one that was left: a job too many finds nothing to do.

    :raises BatchStateUnfit: see `start_commit`
    """
    start_commit(batch_id=batch_id, at=at, by=by)
    done, chunks = queries.progress(batch_id)
    loading: dict[str, Any] = {"batch_id": batch_id, "label": by.label, "user_id": by.user_id}
    wanted = max(1, min(WORKERS, chunks - done))
    jobs.configure_task("intake.load_batch").batch_defer(*[loading] * wanted)
