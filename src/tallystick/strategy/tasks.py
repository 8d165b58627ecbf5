"""Background work: events are answered, the book is run every night, and accounts move to the version that treats them."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tallystick.kernel import clock
from tallystick.kernel.actor import system
from tallystick.kernel.calendars import local_day
from tallystick.strategy import actions
from tallystick.strategy.actions.deferring import NIGHT
from tallystick.strategy.queries import runs

#: A server that goes away takes with it what was being answered: it is begun again.
_AGAIN = RetryStrategy(max_attempts=5, wait=1, exponential_wait=2, retry_exceptions={OperationalError})


@app.task(name="strategy.answer_events", retry=_AGAIN)
def answer_events() -> None:
    """Answer the events that wait."""
    actions.answer_events(at=clock.now(), by=system("an event"))


@app.periodic(cron="* * * * *", periodic_id="strategy.answer_left_events")
@app.task(name="strategy.answer_left_events", queueing_lock="strategy.answer_left_events")
def answer_left_events(timestamp: int) -> None:
    """Answer what a job that failed left behind, and what workers told one by one."""
    actions.answer_events(at=clock.now(), by=system("an event"))


@app.periodic(cron="20 2 * * *", periodic_id="strategy.run_tonight")
@app.task(name="strategy.run_tonight", queueing_lock="strategy.run_tonight")
def run_tonight(timestamp: int) -> None:
    """Run the book for today, once everything that waits has been answered."""
    _run_today()


@app.periodic(cron="50 2-23 * * *", periodic_id="strategy.run_left")
@app.task(name="strategy.run_left", queueing_lock="strategy.run_left")
def run_left(timestamp: int) -> None:
    """Make up for a night in which the machine was off, or go on with a run that a job which failed left behind."""
    if runs.is_left(local_day(clock.now(), settings.TIME_ZONE)):
        _run_today()


def _run_today() -> None:
    at, by = clock.now(), system("nightly run")
    actions.answer_events(to_the_last=True, at=at, by=by)
    run = actions.start_run(day=local_day(at, settings.TIME_ZONE), at=at, by=by)
    actions.defer_run(run_id=run.pk)


@app.task(name="strategy.work_run", queue=NIGHT)
def work_run(run_id: int) -> None:
    """Do chunks of a run until none is left."""
    at, by = clock.now(), system("nightly run")
    actions.work_run(run_id=run_id, at=at, by=by)
    if actions.finish_run(run_id=run_id, at=at, by=by) and not runs.get_run(run_id).only_reports:
        actions.tidy_book()
        actions.defer_scoring(day=runs.get_run(run_id).day)
        actions.take_looks(at=at, by=by)
        # By the clock and not by when the work began: shares hold from the day after they are set.
        actions.learn(at=clock.now(), by=by)


@app.periodic(cron="*/5 * * * *", periodic_id="strategy.renew_facts")
@app.task(name="strategy.renew_facts", queue=NIGHT, queueing_lock="strategy.renew_facts", lock="strategy.renew_facts")
def renew_facts(timestamp: int) -> None:
    """Rebuild a book that was computed by other facts than this program's."""
    actions.renew_facts(day=local_day(clock.now(), settings.TIME_ZONE), by=system("an upgrade"))


@app.task(name="strategy.keep_scores", queue=NIGHT)
def keep_scores(day: str) -> None:
    """Keep the scores that a night, or another scorecard, has changed."""
    actions.keep_scores(day=date.fromisoformat(day), at=clock.now(), by=system("nightly run"))


@app.task(name="strategy.work_rehearsal", queue=NIGHT)
def work_rehearsal(rehearsal_id: int) -> None:
    """Do parts of a rehearsal until none is left."""
    at, by = clock.now(), system("a rehearsal")
    actions.work_rehearsal(rehearsal_id=rehearsal_id, at=at, by=by)
    actions.finish_rehearsal(rehearsal_id=rehearsal_id, at=at, by=by)


@app.task(name="strategy.work_foresight", queue=NIGHT)
def work_foresight(foresight_id: int) -> None:
    """Do parts of a foresight until none is left."""
    at, by = clock.now(), system("a foresight")
    actions.work_foresight(foresight_id=foresight_id, at=at, by=by)
    actions.finish_foresight(foresight_id=foresight_id, at=at, by=by)


@app.task(name="strategy.settle", queue=NIGHT)
def settle(day: str) -> None:
    """Bring every account to the version that treats it, after one was published or assigned."""
    actions.settle(day=date.fromisoformat(day), at=clock.now(), by=system("a published strategy"))


@app.periodic(cron="* * * * *", periodic_id="strategy.keep_plans")
@app.task(name="strategy.keep_plans", queueing_lock="strategy.keep_plans")
def keep_plans(timestamp: int) -> None:
    """Publish and roll back what was planned for an instant that has come."""
    actions.keep_plans(at=clock.now(), by=system("a plan"))


@app.periodic(cron="30 3 * * *", periodic_id="strategy.tidy_copies")
@app.task(name="strategy.tidy_copies", queueing_lock="strategy.tidy_copies")
def tidy_copies(timestamp: int) -> None:
    """Set working copies aside that nobody touched for long."""
    actions.tidy_copies(at=clock.now())


@app.task(name="strategy.tell_of_held_back")
def tell_of_held_back(shares_id: int) -> None:
    """Tell the people concerned that an arm of a split that learns is held back."""
    actions.tell_of_held_back(shares_id=shares_id, by=system("nightly run"))


@app.task(name="strategy.tell_of_stopped")
def tell_of_stopped(plan_id: int) -> None:
    """Tell the people concerned that what they planned was stopped."""
    actions.tell_of_stopped(plan_id=plan_id, by=system("a plan"))


@app.task(name="strategy.tell_of_trial")
def tell_of_trial(look_id: int) -> None:
    """Tell whoever registered a trial that a look ended it."""
    actions.tell_of_trial(look_id=look_id, by=system("a trial"))
