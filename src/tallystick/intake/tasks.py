"""Background work: check a file, and load it with several hands."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tallystick.intake import actions
from tallystick.kernel import clock
from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import Refusal

#: A queue of its own, so that an operator can give imports their own workers.
_QUEUE = "intake"


def _behalf(label: str, user_id: int | None) -> Actor:
    """Give the actor for work that somebody started who was allowed to."""
    return Actor(label=label, user_id=user_id, is_system=True)


@app.task(name="intake.check_batch", queue=_QUEUE)
def check_batch(batch_id: int, label: str, user_id: int | None) -> None:
    """Check the lines of a batch. A file that cannot be read is noted on the batch, for people to see."""
    by = _behalf(label, user_id)
    try:
        actions.check_batch(batch_id=batch_id, at=clock.now(), by=by)
    except Refusal as refusal:
        actions.note_problem(batch_id=batch_id, problem=str(refusal), at=clock.now(), by=by)


@app.task(name="intake.load_batch", queue=_QUEUE)
def load_batch(batch_id: int, label: str, user_id: int | None) -> None:
    """Load chunks of a batch until none is left, and close it if it was the last. Several of these share one batch."""
    by = _behalf(label, user_id)
    while actions.commit_next_chunk(batch_id=batch_id, at=clock.now(), by=by):
        pass
    actions.finish_commit(batch_id=batch_id, at=clock.now(), by=by)
