"""Background work: large uploads are taken back with several hands."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tallystick.desk import actions
from tallystick.kernel import clock
from tallystick.kernel.actor import Actor

#: A database that was away comes back; what was begun is rolled back, and begun again.
_AGAIN = RetryStrategy(max_attempts=5, wait=5, exponential_wait=3, retry_exceptions={InterfaceError, OperationalError})


@app.task(name="desk.take_upload_back", queue="intake", retry=_AGAIN)
def take_upload_back(batch_id: int, label: str, user_id: int | None) -> None:
    """Take chunks of an upload back until none is left, and close it if it was the last. Several of these share one."""
    by = Actor(label=label, user_id=user_id, is_system=True)
    while actions.take_next_chunk_back(batch_id=batch_id, at=clock.now(), by=by):
        pass
    actions.finish_upload(batch_id=batch_id, at=clock.now(), by=by)
