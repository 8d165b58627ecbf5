"""When a step comes, as a form asks it: what it is counted from, how many days, and of which kind."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.strategy.rules.editing.changes import Section

_DELAY = re.compile(r"([0-9]+) (business )?days?( since entering)?")
_DUE = re.compile(r"([0-9]+) (business )?days? (before|after) due")
_DAYS = re.compile(r"([0-9]+) business days?")


class CountedFrom(Choice):
    """What the day of a step is counted from."""

    NOTHING = "nothing", _("at once, as soon as it is its turn")
    STEP = "step", _("days after the step before, or after entering the state")
    ENTERING = "entering", _("days after entering the state, whatever came between")
    BEFORE_DUE = "before_due", _("days before the due day of the oldest open item")
    AFTER_DUE = "after_due", _("days after that due day")


@dataclass(frozen=True, slots=True)
class Moment:
    """When a step comes."""

    counted_from: CountedFrom = CountedFrom.NOTHING
    days: int = 0
    is_business: bool = False


def moment_of(step: Section) -> Moment:
    """Read when a step comes.

    >>> moment_of({"at": "3 business days before due"})
    Moment(counted_from=<CountedFrom.BEFORE_DUE: 'before_due'>, days=3, is_business=True)
    """
    if found := _DUE.fullmatch(" ".join(str(step.get("at", "")).split())):
        days, business, where = found.groups()
        counted = CountedFrom.BEFORE_DUE if where == "before" else CountedFrom.AFTER_DUE
        return Moment(counted, int(days), bool(business))
    if found := _DELAY.fullmatch(" ".join(str(step.get("after", "")).split())):
        days, business, entering = found.groups()
        counted = CountedFrom.ENTERING if entering else CountedFrom.STEP
        return Moment(counted, int(days), bool(business))
    return Moment()


def written(moment: Moment, before: Section) -> Section:
    """Write when a step comes, as `merged` takes it; as it was written before where it means the same.

    >>> written(Moment(CountedFrom.STEP, 1, True), {})
    {'after': '1 business day', 'at': None}
    """
    if moment_of(before) == moment:
        return {}
    said = f"{moment.days} {'business ' if moment.is_business else ''}{'day' if moment.days == 1 else 'days'}"
    match moment.counted_from:
        case CountedFrom.NOTHING:
            return {"after": None, "at": None}
        case CountedFrom.STEP:
            return {"after": said, "at": None}
        case CountedFrom.ENTERING:
            return {"after": f"{said} since entering", "at": None}
        case CountedFrom.BEFORE_DUE:
            return {"after": None, "at": f"{said} before due"}
        case CountedFrom.AFTER_DUE:
            return {"after": None, "at": f"{said} after due"}


def business_days_of(text: object) -> int | None:
    """Read a number of business days.

    >>> business_days_of("2 business days"), business_days_of(None)
    (2, None)
    """
    found = _DAYS.fullmatch(" ".join(str(text).split()))
    return int(found.group(1)) if found else None


def business_days(days: int | None) -> str | None:
    """Write a number of business days.

    >>> business_days(1), business_days(None)
    ('1 business day', None)
    """
    return None if days is None else f"{days} business {'day' if days == 1 else 'days'}"
