"""When a step's delay is over. Everything here is about one run day, so that SQL compares columns with constants.

An account made its last step, or entered its state, on the day an effect happens; the delay of the step it waits for next
then ends on a day that is known at once, and becomes `next_review_on`. Only a delay in business days since entering a
state cannot be told without the account: `next_review_on` is then the earliest day it can be, and `entered_by` decides.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from tallystick.kernel.calendars import add_business_days, is_business_day, subtract_business_days
from tallystick.strategy.rules.document import Due, Roll, Since, Step


@dataclass(frozen=True, slots=True)
class Review:
    """The first day on which looking at an account can matter: a day, or a number of days since it entered its state.

    Both None: nothing is waited for.
    """

    on: date | None = None
    days_since_entering: int | None = None


def review(step: Step | None, *, day: date, is_entering: bool, holidays: Collection[date]) -> Review:
    """Give when to look again at an account that waits for a step from a day on.

    `is_entering` tells that the account enters the state of the step on that day.

    >>> from tallystick.strategy.rules.document import Delay, Otherwise
    >>> step = Step("call", "Call", None, Delay(2, True), True, (), None, Otherwise.WAIT, frozenset())
    >>> review(step, day=date(2026, 3, 6), is_entering=False, holidays=()).on
    datetime.date(2026, 3, 10)
    """
    if step is None:
        return Review()
    if step.after.since is Since.ENTERING and not is_entering:
        return Review(days_since_entering=step.after.days)
    on = (
        add_business_days(day, step.after.days, holidays)
        if step.after.business
        else day + timedelta(days=step.after.days)
    )
    return Review(on=add_business_days(on, 0, holidays) if step.business_days_only else on)


def review_of_task(step: Step, *, day: date, holidays: Collection[date]) -> Review:
    """Give when the time limit of the task of a step comes that was made on a day."""
    if step.watch is None:
        return Review()
    return Review(on=add_business_days(day, step.watch.limit, holidays))


def entered_by(step: Step, *, day: date, holidays: Collection[date]) -> date | None:
    """Give the latest day of entering the state for which a step's delay is over on a day.

    None where the delay counts from the step before: `next_review_on` has decided that already.

    >>> from tallystick.strategy.rules.document import Delay, Otherwise
    >>> step = Step("call", "Call", None, Delay(2, True, Since.ENTERING), True, (), None, Otherwise.WAIT, frozenset())
    >>> entered_by(step, day=date(2026, 3, 10), holidays=())
    datetime.date(2026, 3, 6)
    """
    if step.after.since is not Since.ENTERING:
        return None
    entered = day - timedelta(days=step.after.days)
    if step.after.business:
        while add_business_days(entered, step.after.days, holidays) > day:
            entered -= timedelta(days=1)
    return entered


def day_by(at: Due, due_on: date, *, holidays: Collection[date]) -> date:
    """Give the day of a step by a due day.

    >>> day_by(Due(5, False, True, Roll.PREVIOUS), date(2026, 3, 6), holidays=())
    datetime.date(2026, 2, 27)
    """
    if at.business:
        move = subtract_business_days if at.is_before else add_business_days
        return move(due_on, at.days, holidays)
    day = due_on + timedelta(days=-at.days if at.is_before else at.days)
    if at.roll is Roll.NONE:
        return day
    return (add_business_days if at.roll is Roll.NEXT else subtract_business_days)(day, 0, holidays)


def due_by(at: Due, *, day: date, holidays: Collection[date]) -> date:
    """Give the latest due day for which the day of a step has come on a day.

    A later due day never has an earlier step, so that SQL compares a column with one constant.
    """
    due_on = day + timedelta(days=at.days if at.is_before else -at.days)
    while day_by(at, due_on, holidays=holidays) > day:
        due_on -= timedelta(days=1)
    while day_by(at, due_on + timedelta(days=1), holidays=holidays) <= day:
        due_on += timedelta(days=1)
    return due_on


def may_fire_on(step: Step, *, day: date, holidays: Collection[date]) -> bool:
    """Test if a step may fire on a day at all: those for business days wait for one."""
    return not step.business_days_only or is_business_day(day, holidays)
