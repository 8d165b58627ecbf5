"""What a text must say before it may be published, whatever else it says."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tallystick.contact.rules.words import Channel, Purpose

#: Words for what is owed: a demand names the sum, one way or another.
_AMOUNTS = (
    "account.remaining",
    "account.overdue",
    "{% table items",
    "{% table overdue_items",
)


def missing(*, channel: Channel, purpose: Purpose, subject: str, body: str) -> list[str]:
    """Give what a template leaves unsaid that it must say; nothing when it says it all.

    A demand in writing names the reference and the sum: what is asked for must be clear, and never misleading.
    Source: FCA Handbook CONC 7.9.2R, 3.3.1R (clear, fair and not misleading), taken as the house rule for every debtor.

    >>> [str(each) for each in missing(channel=Channel.SMS, purpose=Purpose.INFORMATION, subject="", body="Hello.")]
    []
    """
    unsaid = []
    if not body.strip():
        unsaid.append(_("it says nothing"))
    if channel != Channel.SMS and not subject.strip():
        unsaid.append(_("it has no subject"))
    if channel == Channel.SERVICE:
        unsaid.append(_("a service command has no template"))
    if (purpose == Purpose.INTERNAL) != (channel == Channel.NOTICE):
        unsaid.append(_("notices, and only they, are internal"))
    if purpose == Purpose.DEMAND and channel in {Channel.EMAIL, Channel.LETTER}:
        text = f"{subject}\n{body}"
        if "account.reference" not in text:
            unsaid.append(_("a demand names the reference (account.reference)"))
        if not any(amount in text for amount in _AMOUNTS):
            unsaid.append(_("a demand says what is owed (account.overdue, account.remaining or a table)"))
    return unsaid
