"""The `do:` list of a step or an answer, read into orders.

Each item is a word (`lift_hold`), a word with a text (`email: first-reminder`, `cancel_tasks: follow_up`), or a word with keys
(`task: {kind: call, title: Call the customer, due: 2 business days}`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

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
    Service,
    Task,
)
from tallystick.strategy.rules.section import Section
from tallystick.strategy.rules.strict_yaml import Mapping, Scalar, Yaml
from tallystick.worklists.rules import Kind

MOST_ORDERS = 30

_DUE = re.compile(r"([0-9]{1,3}) business days?")
_WORD_OF = re.compile(r"[a-z0-9][a-z0-9_-]*")
#: Colleagues that follow from the account, and need no name.
_IMPLIED = (Audience.OWNER, Audience.ACCOUNT_MANAGER, Audience.TEAM)
_NAMELESS = (Audience.OWNER, Audience.ACCOUNT_MANAGER)


def read(section: Section) -> tuple[Order, ...]:
    """Read the orders of a step or an answer; what is mistaken becomes a problem of the section."""
    orders = []
    items = section.items("do")
    if len(items) > MOST_ORDERS:
        section.problem(_("there are more than {limit} orders.").format(limit=MOST_ORDERS), "do")
    for place, item in enumerate(items[:MOST_ORDERS], start=1):
        order = _order(section, item, place)
        if order is not None:
            orders.append(order)
    return tuple(orders)


def _order(section: Section, item: Yaml, place: int) -> Order | None:
    if isinstance(item, Scalar) and item.value == "lift_hold":
        return LiftHold(Reason.MANUAL)
    if not isinstance(item, Mapping) or len(item.entries) != 1:
        section.problem(_("order {place} is not one word with what belongs to it.").format(place=place), "do")
        return None
    order = section.child(item, "do", place)
    word = order.keys()[0]
    if word not in _READERS:
        order.problem(_("there is no order “{word}”."), word, word=word, existing=_READERS)
        return None
    return _READERS[word](order)


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


def _cancel_tasks(order: Section) -> Order:
    return CancelTasks(_kind(order, "cancel_tasks"))


def _kind(section: Section, key: str) -> Kind:
    return Kind(section.choice(key, [kind.value for kind in Kind], default=Kind.OTHER.value))


def _hold(order: Section) -> Order:
    hold = order.section("hold")
    hold.only(keys.HOLD, required=("days",))
    return Hold(_reason(hold, "reason"), hold.whole("days", default=1, least=1, most=3650))


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
    if audience in _IMPLIED and notice.flag(audience.value):
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
    "service": _service,
    "notify": _notice,
    "note": _note,
}

#: The words an order begins with.
ORDERS = tuple(_READERS)
