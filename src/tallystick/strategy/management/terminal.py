"""What commands have in common: who does it, and how differences are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from tallystick.access import queries as access_queries
from tallystick.kernel.actor import Actor, system
from tallystick.strategy.rules.comparison import Part


def actor_named(person: str | None) -> Actor:
    """Give who does it by their user name; the system itself where none is named.

    :raises CommandError: there is no such user
    """
    if person is None:
        return system("command line")
    user = access_queries.find_user(person)
    if user is None:
        raise CommandError(_("There is no user {name}.").format(name=person))
    return access_queries.actor_for(user)


def lines_of(parts: Iterable[Part]) -> Iterator[str]:
    """Write the parts of two versions that differ, what differs in each below it."""
    for part in parts:
        yield part.title
        for each in part.differences:
            yield f"  {each.sign.label} {each.what} {each.title}".rstrip()
            for aspect in each.aspects:
                name = f"{aspect.name}: " if aspect.name else ""
                yield f"    {name}{aspect.before or '—'} → {aspect.after or '—'}"
