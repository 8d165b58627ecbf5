"""What work people are given, and in which order it is taken."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice


class Kind(Choice):
    """What is to be done."""

    CALL = "call", _("Call")
    CALLBACK = "callback", _("Call back")
    FOLLOW_UP = "follow_up", _("Follow up")
    REVIEW = "review", _("Review")
    LEGAL_REVIEW = "legal_review", _("Review before legal steps")
    RELEASE = "release", _("Approve and release")
    TRACE = "trace", _("Find the debtor")
    OTHER = "other", _("Other")


class State(Choice):
    """Where a piece of work is in its life."""

    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
