"""The `do:` list of a step or an answer, read into orders.

Each item is a word (`lift_hold`), a word with a text (`email: first-reminder`, `cancel_tasks: follow_up`), or a word with keys
(`task: {kind: call, title: Call the customer, due: 2 business days}`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from tallystick.access.rules.rights import Role
from tallystick.contact.rules.words import TO_DEBTOR, Audience, Channel, Command, To
from tallystick.holds.rules import Reason
from tallystick.strategy.rules import keys
from tallystick.strategy.rules.orders import (
    PRIORITIES,
    CancelTasks,
    Hold,
    LiftHold,
    Message,
    Note,
    Notice,
    Order,
    Pause,
    Service,
    Task,
    Watch,
)
from tallystick.strategy.rules.section import Section
from tallystick.strategy.rules.strict_yaml import Mapping, Scalar, Yaml
from tallystick.worklists.rules import RESULTS, Kind

MOST_ORDERS = 30


@dataclass(frozen=True, slots=True)
class Watched:
    """What a step lends to the task that is watched over: its mark, if it goes to a state, and how the id of a state is read."""

    mark: str
    goes: bool
    state_id: Callable[[Section, str], str]


#: Orders that are one word, and the reason of the holds that they lift.
_ALONE = {"lift_hold": Reason.MANUAL, "release": Reason.PAUSE}

_DUE = re.compile(r"([0-9]{1,3}) business days?")
_WORD_OF = re.compile(r"[a-z0-9][a-z0-9_-]*")
#: Colleagues that follow from the account, and need no name.
_IMPLIED = (Audience.OWNER, Audience.ACCOUNT_MANAGER, Audience.TEAM)
_NAMELESS = (Audience.OWNER, Audience.ACCOUNT_MANAGER)


def read(section: Section, watched: Watched | None = None) -> tuple[Order, ...]:
    """Read the orders of a step, an answer or an escalation; what is mistaken becomes a problem of the section.

    The tasks of a step may be watched over.
    """
    orders: list[Order] = []
    items = section.items("do")
    if len(items) > MOST_ORDERS:
        section.problem(_("there are more than {limit} orders.").format(limit=MOST_ORDERS), "do")
    for place, item in enumerate(items[:MOST_ORDERS], start=1):
        order = _order(section, item, place, watched)
        if order is not None:
            orders.append(order)
    return tuple(orders)


def _order(section: Section, item: Yaml, place: int, watched: Watched | None) -> Order | None:
    if isinstance(item, Scalar) and item.value in _ALONE:
        return LiftHold(_ALONE[item.value])
    if not isinstance(item, Mapping) or len(item.entries) != 1:
        section.problem(_("order {place} is not one word with what belongs to it.").format(place=place), "do")
        return None
    order = section.child(item, "do", place)
    word = order.keys()[0]
    if word not in _READERS:
        order.problem(_("there is no order “{word}”."), word, word=word, existing=_READERS)
        return None
    made = _READERS[word](order)
    return replace(made, watch=_watch(order.section("task"), watched)) if isinstance(made, Task) else made


def _message(channel: Channel) -> Callable[[Section], Order]:
    return lambda order: Message(channel, _template(order, channel.value))


def _template(section: Section, key: str) -> str:
    name = section.text(key)
    if name and not _WORD_OF.fullmatch(name):
        section.problem(_("“{word}” is not the name of a template."), key, word=name)
    return name


def _task(order: Section) -> Order:
    task = order.section("task")
    task.only(keys.TASK, required=("kind", "title"))
    written = task.text("due", default="0 business days")
    due = _DUE.fullmatch(written)
    if due is None:
        task.problem(_("write the day it is due like “2 business days”, not “{word}”."), "due", word=written)
    return Task(
        kind=_kind(task, "kind"),
        title=task.text("title"),
        team=task.text("team"),
        to_owner=task.flag("owner"),
        due_business_days=int(due.group(1)) if due else 0,
        priority=PRIORITIES[task.choice("priority", tuple(PRIORITIES), default="normal")],
        note=task.text("note"),
    )


def _watch(task: Section, watched: Watched | None) -> Watch | None:
    given = [key for key in ("limit", "wait", "results", "escalate") if task.has(key)]
    if not given:
        return None
    if watched is None:
        task.problem(_("only a task of a step has a limit: go to a state whose step asks for it."), given[0])
        return None
    if not task.has("limit"):
        task.problem(_("who waits for a task, or escalates it, needs a limit."), given[0])
    is_awaited = task.flag("wait")
    if watched.goes and not is_awaited:
        task.problem(_("the step leaves the state at once, so nobody sees the limit come; have it wait."), "limit")
    escalate = task.section("escalate")
    escalate.only(keys.ESCALATE)
    if escalate.has("wait") and not is_awaited:
        escalate.problem(_("only an account that waits can wait on."), "wait")
    if escalate.has("wait") and escalate.has("go"):
        escalate.problem(_("an account that goes to a state does not wait on."), "wait")
    return Watch(
        mark=watched.mark,
        limit=_limit(task),
        is_awaited=is_awaited,
        results=_results(task, watched) if is_awaited else _no_results(task),
        priority=PRIORITIES[escalate.choice("priority", tuple(PRIORITIES), default="normal")]
        if escalate.has("priority")
        else None,
        team=escalate.text("team"),
        to_owner=escalate.flag("owner"),
        orders=read(escalate),
        go=watched.state_id(escalate, "go") if escalate.has("go") else None,
        keeps_waiting=escalate.flag("wait"),
    )


def _limit(task: Section) -> int:
    written = task.text("limit")
    found = _DUE.fullmatch(written)
    if task.has("limit") and (found is None or int(found.group(1)) < 1):
        task.problem(_("write a limit like “3 business days”, not “{word}”."), "limit", word=written)
    return int(found.group(1)) if found else 1


def _results(task: Section, watched: Watched) -> tuple[tuple[str, str], ...]:
    results = task.section("results")
    words = results.keys()
    for word in words:
        if word not in RESULTS:
            results.problem(_("nothing comes of a task that is called “{word}”."), word, word=word, existing=RESULTS)
    return tuple((word, watched.state_id(results, word)) for word in words)


def _no_results(task: Section) -> tuple[tuple[str, str], ...]:
    if task.has("results"):
        task.problem(_("only an account that waits goes on by what came of the task."), "results")
    return ()


def _cancel_tasks(order: Section) -> Order:
    return CancelTasks(_kind(order, "cancel_tasks"))


def _kind(section: Section, key: str) -> Kind:
    return Kind(section.choice(key, [kind.value for kind in Kind], default=Kind.OTHER.value))


def _hold(order: Section) -> Order:
    hold = order.section("hold")
    hold.only(keys.HOLD, required=("days",))
    return Hold(_reason(hold, "reason"), hold.whole("days", default=1, least=1, most=3650))


def _pause(order: Section) -> Order:
    pause = order.section("pause")
    pause.only(keys.PAUSE)
    if pause.has("days") == pause.has("until"):
        pause.problem(_("a pause has a number of days, or a day until which it lasts."))
        return Pause()
    if pause.has("days"):
        return Pause(days=pause.whole("days", default=1, least=1, most=3650))
    written = pause.text("until")
    if written == "released":
        return Pause()
    try:
        return Pause(until=date.fromisoformat(written))
    except ValueError:
        pause.problem(_("write a day like “2026-12-28”, or “released”, not “{word}”."), "until", word=written)
        return Pause()


def _release(order: Section) -> Order:
    order.problem(_("“release” stands alone."), "release")
    return LiftHold(Reason.PAUSE)


def _lift_hold(order: Section) -> Order:
    return LiftHold(_reason(order, "lift_hold"))


def _reason(section: Section, key: str) -> Reason:
    return Reason(section.choice(key, [reason.value for reason in Reason], default=Reason.MANUAL.value))


def _service(order: Section) -> Order:
    commands = [command.value for command in Command]
    return Service(Command(order.choice("service", commands, default=Command.RESUME.value)))


def _notice(order: Section) -> Order:
    notice = order.section("notify")
    known = [audience.value for audience in Audience]
    notice.only(keys.NOTICE, required=("template",))
    given = [audience for audience in Audience if notice.has(audience.value)]
    if len(given) != 1:
        notice.problem(_("a notice goes to one of: {known}.").format(known=", ".join(known)))
        return Notice(To(Audience.ACCOUNT_MANAGER), _template(notice, "template"))
    return Notice(_to(notice, given[0]), _template(notice, "template"))


def _to(notice: Section, audience: Audience) -> To:
    if audience in _IMPLIED and notice.is_true(audience.value):
        return To(audience)
    if audience in _NAMELESS:
        notice.problem(_("write “{word}: true”."), audience.value, word=audience.value)
        return To(audience)
    name = notice.text(audience.value)
    if audience is Audience.ROLE:
        notice.choice(audience.value, [role.value for role in Role], default="")
    return To(audience, name) if name else To(Audience.ACCOUNT_MANAGER)


def _note(order: Section) -> Order:
    return Note(order.text("note"))


_READERS: dict[str, Callable[[Section], Order]] = {
    **{channel.value: _message(channel) for channel in TO_DEBTOR},
    "task": _task,
    "cancel_tasks": _cancel_tasks,
    "hold": _hold,
    "lift_hold": _lift_hold,
    "pause": _pause,
    "release": _release,
    "service": _service,
    "notify": _notice,
    "note": _note,
}

#: The words an order begins with.
ORDERS = tuple(_READERS)
