"""Background work: check a file, and load it with several hands."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tallystick.intake import actions, rules
from tallystick.kernel import clock
from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import Refusal

#: A queue of its own, so that an operator can give imports their own workers.
_QUEUE = "intake"


#: A database that was away comes back; what was begun is rolled back, and begun again.
_AGAIN = RetryStrategy(max_attempts=5, wait=5, exponential_wait=3, retry_exceptions={InterfaceError, OperationalError})


def _behalf(label: str, user_id: int | None) -> Actor:
    """Give the actor for work that somebody started who was allowed to."""
    return Actor(label=label, user_id=user_id, is_system=True)


@app.task(name="intake.check_batch", queue=_QUEUE, retry=_AGAIN)
def check_batch(batch_id: int, label: str, user_id: int | None) -> None:
    """Check the lines of a batch. A file that cannot be read is noted on the batch, for people to see."""
    by = _behalf(label, user_id)
    try:
        actions.check_batch(batch_id=batch_id, at=clock.now(), by=by)
    except Refusal as refusal:
        actions.note_problem(batch_id=batch_id, problem=str(refusal), at=clock.now(), by=by)


@app.task(name="intake.load_batch", queue=_QUEUE, retry=_AGAIN)
def load_batch(batch_id: int, label: str, user_id: int | None) -> None:
    """Load chunks of a batch until none is left, and close it if it was the last. Several of these share one batch.

    A receipt that does not add up is a defect: the job fails, and the batch says why it is not called loaded.
    """
    by = _behalf(label, user_id)
    while actions.commit_next_chunk(batch_id=batch_id, at=clock.now(), by=by):
        pass
    try:
        actions.finish_commit(batch_id=batch_id, at=clock.now(), by=by)
    except rules.NotProven as defect:
        problem = _("The receipt does not add up, so it is not given: {defect}. Tell your administrator.")
        actions.note_problem(batch_id=batch_id, problem=problem.format(defect=defect), at=clock.now(), by=by)
        raise
