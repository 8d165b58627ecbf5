"""The `do:` list of a step or an answer, read into orders.

Each item is a word (`lift_hold`), a word with a text (`email: first-reminder`, `service: suspend`), or a word with keys
(`task: {kind: call, title: Call the customer, due: 2 business days}`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from tallystick.holds.rules import Reason
from tallystick.strategy.rules.orders import (
    Channel,
    Colleague,
    Command,
    Hold,
    LiftHold,
    Message,
    Note,
    Notice,
    Order,
    Priority,
    Service,
    Task,
)
from tallystick.strategy.rules.section import Section
from tallystick.strategy.rules.strict_yaml import Mapping, Scalar, Yaml

MOST_ORDERS = 30

_DUE = re.compile(r"([0-9]{1,3}) business days?")
_REASONS = tuple(reason.value for reason in Reason)


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
        return LiftHold(Reason.MANUAL.value)
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
    return lambda order: Message(channel, order.text(channel.value))


def _task(order: Section) -> Order:
    task = order.section("task")
    task.only(("kind", "title", "team", "role", "due", "priority"), required=("kind", "title"))
    if task.has("team") and task.has("role"):
        task.problem(_("a task is for a team or for a role, not both."))
    written = task.text("due", default="0 business days")
    due = _DUE.fullmatch(written)
    if due is None:
        task.problem(_("write the day it is due like “2 business days”, not “{word}”."), "due", word=written)
    priorities = tuple(priority.value for priority in Priority)
    return Task(
        kind=task.text("kind"),
        title=task.text("title"),
        team=task.text("team"),
        role=task.text("role"),
        due_business_days=int(due.group(1)) if due else 0,
        priority=Priority(task.choice("priority", priorities, default=Priority.NORMAL.value)),
    )


def _hold(order: Section) -> Order:
    hold = order.section("hold")
    hold.only(("reason", "days"), required=("days",))
    reason = hold.choice("reason", _REASONS, default=Reason.MANUAL.value)
    return Hold(reason, hold.whole("days", default=1, least=1, most=3650))


def _lift_hold(order: Section) -> Order:
    return LiftHold(order.choice("lift_hold", _REASONS, default=Reason.MANUAL.value))


def _service(order: Section) -> Order:
    commands = tuple(command.value for command in Command)
    return Service(Command(order.choice("service", commands, default=Command.RESUME.value)))


def _notice(order: Section) -> Order:
    notice = order.section("notify")
    notice.only(("role", "email", "account_manager", "template"), required=("template",))
    named = [colleague for colleague in Colleague if notice.has(colleague.value)]
    template = notice.text("template")
    if len(named) != 1:
        notice.problem(_("a notice goes to one of: role, email, account_manager."))
        return Notice(Colleague.ACCOUNT_MANAGER, "", template)
    if named[0] is Colleague.ACCOUNT_MANAGER:
        if not notice.flag("account_manager"):
            notice.problem(_("write “account_manager: true”."), "account_manager")
        return Notice(Colleague.ACCOUNT_MANAGER, "", template)
    to = notice.text(named[0].value)
    if named[0] is Colleague.EMAIL and to and not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,190}", to):
        notice.problem(_("“{word}” is no e-mail address."), "email", word=to)
    return Notice(named[0], to, template)


def _note(order: Section) -> Order:
    return Note(order.text("note"))


_READERS: dict[str, Callable[[Section], Order]] = {
    "email": _message(Channel.EMAIL),
    "sms": _message(Channel.SMS),
    "letter": _message(Channel.LETTER),
    "task": _task,
    "hold": _hold,
    "lift_hold": _lift_hold,
    "service": _service,
    "notify": _notice,
    "note": _note,
}
