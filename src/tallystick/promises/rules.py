"""When a promise may be taken, when it is kept, and when it is broken."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.choices import Choice


class State(Choice):
    """Where a promise is in its life."""

    OPEN = "open", _("Open")
    KEPT = "kept", _("Kept")
    PARTLY_KEPT = "partly_kept", _("Kept in part")
    BROKEN = "broken", _("Broken")
    REPLACED = "replaced", _("Replaced")
    WITHDRAWN = "withdrawn", _("Withdrawn")
