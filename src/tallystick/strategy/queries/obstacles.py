"""What a document orders that cannot be carried out here: a template that is not live, a team that does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.access import queries as access_queries
from tallystick.contact.queries import templates as template_queries
from tallystick.contact.rules.words import Channel, NoSuchTemplate
from tallystick.kernel.refusals import Refusal
from tallystick.strategy.rules import lifecycle
from tallystick.strategy.rules.document import Document
from tallystick.strategy.rules.orders import Message, Notice, Order, Task


def obstacles(document: Document) -> list[Refusal]:
    """Give everything that keeps a document from being carried out, each once, in its order."""
    found = {str(refusal): refusal for order in _orders(document) if (refusal := _obstacle(order))}
    return list(found.values())


def check(document: Document) -> None:
    """Refuse a document that orders what cannot be carried out.

    :raises TemplateMissing, TeamMissing: the first of it
    """
    for refusal in obstacles(document):
        raise refusal


def _orders(document: Document) -> Iterator[Order]:
    for state in document.states:
        for step in state.steps:
            yield from step.orders
        for answer in state.answers:
            yield from answer.orders
    for answer in document.answers:
        yield from answer.orders


def _obstacle(order: Order) -> Refusal | None:
    match order:
        case Message():
            return _missing_template(order.template, order.channel)
        case Notice():
            return _missing_template(order.template, Channel.NOTICE)
        case Task() if order.team:
            found = access_queries.teams().filter(name=order.team).count()
            return None if found == 1 else lifecycle.TeamMissing(team=order.team, count=found)
    return None


def _missing_template(name: str, channel: Channel) -> Refusal | None:
    try:
        template_queries.voice(name=name, channel=channel)
    except NoSuchTemplate:
        return lifecycle.TemplateMissing(template=name, channel=channel.label)
    return None
