"""Where a version of a strategy is in its life, and what may be done with it then."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal


class State(Choice):
    """Where a version is in its life."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    #: Another version has been published; accounts move over to that.
    RETIRED = "retired", _("Replaced")


class NameDiffers(Refusal):
    """A version of another strategy."""

    code = "strategy.name_differs"
    sentence = _("The document is named “{found}”; this is the strategy “{expected}”.")
    status = 422


class NotADraft(Refusal):
    """Only a draft is published."""

    code = "strategy.not_a_draft"
    sentence = _("Version {number} was published already.")


class NotPublished(Refusal):
    """A strategy that nothing can be done by yet."""

    code = "strategy.not_published"
    sentence = _("“{title}” has no published version yet.")


class TemplateMissing(Refusal):
    """A document orders a message for which there is no template."""

    code = "strategy.template_missing"
    sentence = _("There is no live template “{template}” for {channel}.")
    status = 422


class TeamMissing(Refusal):
    """A document gives work to a team that does not exist, or to one of several of the name."""

    code = "strategy.team_missing"
    sentence = _("There are {count} teams named “{team}”; a task needs exactly one.")
    status = 422


class RunTooEarly(Refusal):
    """The book has been run for a later day already."""

    code = "strategy.run_too_early"
    sentence = _("The book has been run for {last} already; it cannot be run for {day}.")


class CalendarEnds(Refusal):
    """Nobody knows the holidays of the day."""

    code = "strategy.calendar_ends"
    sentence = _("The calendar {calendar} does not know {day}. It needs the holidays of that year.")


def check_run_day(*, day: date, last: date | None) -> None:
    """Refuse a run for a day before the last.

    :raises RunTooEarly: the book has moved past that day
    """
    if last is not None and day < last:
        raise RunTooEarly(day=day.isoformat(), last=last.isoformat())
