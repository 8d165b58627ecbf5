"""What a document orders that cannot be carried out here: a template that is not live, a team that does not exist."""

from __future__ import annotations

from tallystick.access import queries as access_queries
from tallystick.contact.queries import templates as template_queries
from tallystick.contact.rules.words import Channel, NoSuchTemplate
from tallystick.kernel.refusals import Refusal
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.orders import Message, Notice, Order, Overrun, Task
from tallystick.strategy.rules.program import Program


def obstacles(program: Program) -> list[Refusal]:
    """Give everything that keeps a document from being carried out, each once, in its order."""
    orders = dict.fromkeys(order for effect in program.effects for order in effect.orders)
    found = {str(refusal): refusal for order in orders if (refusal := _obstacle(order))}
    return list(found.values())


def check(program: Program) -> None:
    """Refuse a document that orders what cannot be carried out.

    :raises TemplateMissing, TeamMissing: the first of it
    """
    for refusal in obstacles(program):
        raise refusal


def _obstacle(order: Order) -> Refusal | None:
    match order:
        case Message():
            return _missing_template(order.template, order.channel)
        case Notice():
            return _missing_template(order.template, Channel.NOTICE)
        case Task():
            return _missing_team(order.team)
        case Overrun():
            return _missing_team(order.watch.team)
    return None


def _missing_team(name: str) -> Refusal | None:
    found = access_queries.teams().filter(name=name).count() if name else 1
    return None if found == 1 else lifecycle.TeamMissing(team=name, count=found)


def _missing_template(name: str, channel: Channel) -> Refusal | None:
    try:
        template_queries.voice(name=name, channel=channel)
    except NoSuchTemplate:
        return lifecycle.TemplateMissing(template=name, channel=channel.label)
    return None
