"""A version's page: what was done with it and by whom, the one next thing to do, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tallystick.kernel.actor import Actor
from tallystick.strategy.models import Act, Plan, Version
from tallystick.strategy.queries import life, obstacles, policies, rehearsals, trials, versions
from tallystick.strategy.queries.rehearsals import Summary
from tallystick.strategy.rules.lifecycle import UNPUBLISHED, ActKind, PlanKind, PlanState, State
from tallystick.strategy.rules.next_thing import NextThing, Standing, next_thing

_ICONS = {
    ActKind.DRAFTED: "pencil",
    ActKind.REHEARSED: "flask-conical",
    ActKind.FORESEEN: "telescope",
    ActKind.GOLDEN: "star",
    ActKind.APPROVED: "check",
    ActKind.SENT_BACK: "undo-2",
    ActKind.PLANNED: "calendar-clock",
    ActKind.CANCELLED: "calendar-x",
    ActKind.STOPPED: "circle-alert",
    ActKind.PUBLISHED: "rocket",
    ActKind.REPLACED: "archive",
    ActKind.ROLLED_BACK: "rotate-ccw",
}
#: What was done about a golden account.
_GOLDEN = {
    "kept": gettext_lazy("Golden account kept: {name}"),
    "changed": gettext_lazy("Golden account changed: {name}"),
    "accepted": gettext_lazy("Another outcome accepted: {name}"),
    "removed": gettext_lazy("Golden account removed: {name}"),
}
#: Acts that are shown at once.
_RECENT = 5
_TONES = {
    ActKind.REHEARSED: "quiet",
    ActKind.FORESEEN: "quiet",
    ActKind.GOLDEN: "quiet",
    ActKind.APPROVED: "ok",
    ActKind.PUBLISHED: "ok",
    ActKind.SENT_BACK: "warn",
    ActKind.STOPPED: "bad",
    ActKind.ROLLED_BACK: "warn",
}


@dataclass(frozen=True, slots=True)
class Told:
    """An act, as a line of a timeline."""

    at: datetime
    text: str
    detail: str
    by: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Story:
    """The life of a version, for whoever looks at it."""

    version: Version
    next: NextThing
    #: What keeps it from being published, each in a sentence.
    missing: list[str]
    events: list[Told]
    waiting: list[Plan]
    #: The last plan, where it was stopped and nothing came of the version since.
    stopped: Plan | None
    #: The version that would be published again if this one were rolled back, now or once it is published as planned.
    before: Version | None
    may_send_back: bool
    may_plan: bool

    #: The last rehearsal of the version as it is, and what it comes to.
    rehearsal: Summary | None = None

    @property
    def recent(self) -> list[Told]:
        """The latest of what was done."""
        return self.events[:_RECENT]

    @property
    def earlier(self) -> list[Told]:
        """What was done before that."""
        return self.events[_RECENT:]


def story(version: Version, *, differing: int = 0, is_assigned: bool = True, by: Actor) -> Story:
    """Tell the life of a version; `differing` golden accounts fare otherwise than expected."""
    state = State(version.state)
    missing = _missing(version, differing) if state in UNPUBLISHED else []
    plans = list(life.plans(version))
    waiting = sorted((plan for plan in plans if plan.state == PlanState.WAITING), key=lambda plan: plan.due_at)
    last = max(plans, key=lambda plan: plan.made_at, default=None)
    stopped = last if last and last.state == PlanState.STOPPED and state in (State.APPROVED, State.PUBLISHED) else None
    may_write = by.may("publish strategies")
    return Story(
        version=version,
        next=next_thing(
            Standing(
                state=state,
                is_strategy=version.paper.is_strategy,
                is_obstructed=bool(missing),
                is_planned=any(plan.kind == PlanKind.PUBLISH for plan in waiting),
                is_assigned=is_assigned,
                is_own=life.is_writer(version, by),
                may_write=may_write,
                may_approve=by.may("approve strategies"),
                may_approve_own=settings.STRATEGY_SELF_APPROVAL,
            )
        ),
        missing=missing,
        events=[_told(act) for act in life.acts(version)],
        waiting=waiting,
        stopped=stopped,
        before=_before(version, waiting) if may_write else None,
        rehearsal=rehearsals.summary(version) if version.paper.is_strategy else None,
        may_send_back=by.may("approve strategies") and state in (State.DRAFT, State.APPROVED),
        may_plan=may_write and state is State.APPROVED and not missing and not waiting,
    )


def _before(version: Version, waiting: list[Plan]) -> Version | None:
    if version.state == State.PUBLISHED:
        return life.published_before(version)
    if [plan.kind for plan in waiting] == [PlanKind.PUBLISH]:
        return version.paper.versions.filter(state=State.PUBLISHED).order_by("pk").first()
    return None


def _missing(version: Version, differing: int) -> list[str]:
    if version.paper.is_strategy:
        refusals = [*obstacles.obstacles(versions.program_of(version.document)), *trials.brought_back(version)]
    else:
        refusals = policies.obstacles(version)
    missing = [str(refusal) for refusal in refusals]
    if differing:
        missing.append(
            ngettext(
                "{n} golden account fares otherwise than expected.",
                "{n} golden accounts fare otherwise than expected.",
                differing,
            ).format(n=differing)
        )
    return missing


def _told(act: Act) -> Told:
    kind = ActKind(act.kind)
    text, detail = _words(kind, act.details)
    return Told(
        at=act.at,
        text=text,
        detail=" ".join(filter(None, (detail, act.comment))),
        by=act.by,
        icon=_ICONS[kind],
        tone=_TONES.get(kind, ""),
    )


def _words(kind: ActKind, details: dict[str, Any]) -> tuple[str, str]:
    match kind:
        case ActKind.APPROVED if details.get("is_own"):
            return str(kind.label), _("By the one who wrote it: no second person has looked at it.")
        case ActKind.APPROVED if details.get("rehearsal"):
            return str(kind.label), _("The figures of a rehearsal were signed.") if details.get("figures") else ""
        case ActKind.REHEARSED if "differing" in details:
            differing = details["differing"]
            said = ngettext(
                "{n} account would fare otherwise.", "{n} accounts would fare otherwise.", differing
            ).format(n=differing)
            return str(kind.label), said
        case ActKind.PLANNED | ActKind.CANCELLED | ActKind.STOPPED:
            return f"{kind.label}: {PlanKind(details['what']).label}", ""
        case ActKind.PUBLISHED if details.get("restores"):
            return str(kind.label), _("Version {number} again.").format(number=details["restores"])
        case ActKind.REPLACED if details.get("number"):
            return str(kind.label), _("By version {number}.").format(number=details["number"])
        case ActKind.ROLLED_BACK:
            return str(kind.label), _("To version {number}.").format(number=details["to"])
        case ActKind.GOLDEN:
            return _GOLDEN[details["what"]].format(name=details["name"]), ""
    return str(kind.label), ""
