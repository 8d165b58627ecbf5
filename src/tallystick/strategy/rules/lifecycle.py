"""Where a version of a strategy or a policy is in its life, and what may be done with it then."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice
from tallystick.kernel.refusals import Refusal
from tallystick.strategy.rules.policies.document import Kind

#: The kind of a paper that is no policy.
STRATEGY = "strategy"
#: Kinds of papers.
KINDS = [(STRATEGY, _("Strategy")), *Kind.choices()]


class State(Choice):
    """Where a version is in its life."""

    DRAFT = "draft", _("Draft")
    #: A second person found it right. It decides nothing yet.
    APPROVED = "approved", _("Approved")
    #: A second person did not: another version has to be written.
    SENT_BACK = "sent_back", _("Sent back")
    PUBLISHED = "published", _("Published")
    #: Another version has been published; accounts move over to that.
    RETIRED = "retired", _("Replaced")


class ActKind(Choice):
    """What is done with a version."""

    DRAFTED = "drafted", _("Kept as a draft")
    REHEARSED = "rehearsed", _("Rehearsed")
    FORESEEN = "foreseen", _("Looked ahead")
    GOLDEN = "golden", _("Golden accounts changed")
    APPROVED = "approved", _("Approved")
    SENT_BACK = "sent_back", _("Sent back")
    PLANNED = "planned", _("Planned")
    CANCELLED = "cancelled", _("Plan cancelled")
    STOPPED = "stopped", _("Plan stopped")
    PUBLISHED = "published", _("Published")
    REPLACED = "replaced", _("Replaced")
    ROLLED_BACK = "rolled_back", _("Rolled back")


class PlanKind(Choice):
    """What is done when an instant has come."""

    PUBLISH = "publish", _("Publish")
    ROLL_BACK = "roll_back", _("Roll back")


class PlanState(Choice):
    """What became of a plan."""

    WAITING = "waiting", _("Waiting")
    KEPT = "kept", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    STOPPED = "stopped", _("Stopped")


#: States in which a version has never decided anything.
UNPUBLISHED = (State.DRAFT, State.APPROVED, State.SENT_BACK)


class NameDiffers(Refusal):
    """A version of another strategy or policy."""

    code = "strategy.name_differs"
    sentence = _("The document is named “{found}”; this is “{expected}”.")
    status = 422


class KindDiffers(Refusal):
    """A version of another kind: what a name means never changes its kind, nor a word the type of its value."""

    code = "strategy.kind_differs"
    sentence = _("The document is “{found}”; this is “{expected}”.")
    status = 422


class NotADraft(Refusal):
    """Only a draft is published."""

    code = "strategy.not_a_draft"
    sentence = _("Version {number} was published already.")


class NotApproved(Refusal):
    """Nobody else has found it right yet."""

    code = "strategy.not_approved"
    sentence = _("Version {number} has not been approved yet.")


class ApprovedOtherwise(Refusal):
    """What would be published is not what was approved."""

    code = "strategy.approved_otherwise"
    sentence = _("Version {number} is not what was approved: its document or its golden accounts have changed since.")


class NotToApprove(Refusal):
    """Only a draft is approved."""

    code = "strategy.not_to_approve"
    sentence = _("Version {number} is not a draft: there is nothing to approve.")


class NotToSendBack(Refusal):
    """Only what is not published yet can be sent back."""

    code = "strategy.not_to_send_back"
    sentence = _("Version {number} cannot be sent back: it is {state}.")


class OwnWork(Refusal):
    """Whoever wrote a version does not approve it."""

    code = "strategy.own_work"
    sentence = _("Somebody else has to approve version {number}: you wrote it, or changed its golden accounts.")
    status = 403


class ReasonMissing(Refusal):
    """A person has to say why."""

    code = "strategy.reason_missing"
    sentence = _("Say why: it stays with the version.")
    status = 422


class PlanInThePast(Refusal):
    """A plan is for an instant to come."""

    code = "strategy.plan_in_the_past"
    sentence = _("That instant has passed. Choose one to come.")
    status = 422


class PlannedAlready(Refusal):
    """One plan of a kind waits for a version at most."""

    code = "strategy.planned_already"
    sentence = _("That is planned for version {number} already. Cancel the plan first.")


class PlanEnded(Refusal):
    """A plan that no longer waits."""

    code = "strategy.plan_ended"
    sentence = _("The plan no longer waits: {state}.")


class PlannerMayNot(Refusal):
    """Whoever made a plan may no longer do what it says."""

    code = "strategy.planner_may_not"
    sentence = _("{person}, who planned it, may no longer publish strategies.")


class NotInForce(Refusal):
    """Only the published version is rolled back."""

    code = "strategy.not_in_force"
    sentence = _("Version {number} is not the published one: there is nothing to roll back.")


class NothingBefore(Refusal):
    """There is no version to go back to."""

    code = "strategy.nothing_before"
    sentence = _("No version of “{title}” was published before version {number}.")


class NotPublished(Refusal):
    """A strategy or a policy that nothing can be done by yet."""

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
    sentence = _("The book has been run for {last} already: a run for {day} can report, and not act.")


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


class StrategyExists(Refusal):
    """A strategy that is built from nothing has a name of its own."""

    code = "strategy.exists"
    sentence = _("There is a strategy named “{name}” already. Change that one, or choose another title.")


class CopyChanged(Refusal):
    """A form was opened before the last change of the working copy, in another window."""

    code = "strategy.copy_changed"
    sentence = _(
        "The document was changed in another window after this form was opened. What you filled in stands here; what the "
        "document says now stands beside it. Save again to keep yours."
    )


class NewerVersion(Refusal):
    """Somebody else kept a version since the working copy was begun."""

    code = "strategy.newer_version"
    sentence = _(
        "{by} has kept version {number} since you began. Nothing of it is lost, and nothing of yours: compare the two."
    )


class NothingChanged(Refusal):
    """A working copy that says what its version says is no other version."""

    code = "strategy.nothing_changed"
    sentence = _("Nothing was changed yet.")


class NothingToUndo(Refusal):
    """The working copy is as it was begun."""

    code = "strategy.nothing_to_undo"
    sentence = _("There is nothing to undo.")
