"""Tell whoever keeps the law, by e-mail, what in it has to be looked at from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallystick.access import queries as access_queries
from tallystick.access.models import User
from tallystick.access.rules.rights import roles_with
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.jurisdictions.rules.review import Concern, Urgency
from tallystick.kernel.actor import Actor

#: What has a day on which it becomes due. The rest stands on the page of the law.
_DUE = frozenset({Urgency.OVERDUE, Urgency.UNCHECKED})
_MONDAY = 0


def tell_of_reviews(*, day: date, by: Actor) -> int:
    """Tell of what is due for review from a day on, and on Mondays of all that is; give how many people hear of it.

    A pack that names its owner, by user name or address, is that person's; every other one is of all who keep the law.
    """
    by.must_be_allowed_to("keep law")
    jurisdictions.refresh()
    due = _due(day)
    if day.weekday() != _MONDAY:
        due = [each for each in due if each not in _due(day - timedelta(days=1))]
    roles = roles_with("keep law")
    keepers = [
        user
        for user in access_queries.users()
        if user.email and any(grant.role in roles for grant in access_queries.held_by(user))
    ]
    told = 0
    for person in keepers:
        theirs = [each for each in due if _is_of(person, each.owner, keepers)]
        if theirs:
            with translation.override(person.language or settings.LANGUAGE_CODE):
                send_mail(*_letter(theirs), None, [person.email])
            told += 1
    return told


def _due(day: date) -> list[Concern]:
    return [each for each in jurisdictions.to_review(today=day) if each.urgency in _DUE]


def _is_of(person: User, owner: str, keepers: Sequence[User]) -> bool:
    names = {person.username, person.email}
    return owner in names or not any(owner in {each.username, each.email} for each in keepers)


def _letter(concerns: Sequence[Concern]) -> tuple[str, str]:
    count = len(concerns)
    subject = ngettext(
        "{count} thing in the law is to be looked at", "{count} things in the law are to be looked at", count
    )
    lines = [
        f"- {each.jurisdiction} {each.rule or each.title}: {each.urgency.label}, {each.review_by} ({each.source})"
        for each in concerns
    ]
    address = settings.SITE_URL + reverse("charges:law")
    text = _("Look whether this still holds, and bring in a pack where it does not:\n\n{lines}\n\n{address}\n")
    return subject.format(count=count), text.format(lines="\n".join(lines), address=address)
