"""Write the audit trail."""

from __future__ import annotations

from datetime import datetime

from tallystick.access.models import AuditEvent
from tallystick.access.rules.trail import NOTHING, About, What


def record(
    *,
    user_id: int | None,
    what: What,
    about: About = NOTHING,
    route: str = "",
    method: str = "",
    status: int | None = None,
    client_address: str | None = None,
    request_id: str = "",
    at: datetime,
) -> None:
    """Add one event to the audit trail: one INSERT, no transaction of its own.

    Called by the doors for what people see and do through them. There is no right to be recorded, and no way not to be.
    """
    AuditEvent.objects.create(
        at=at,
        user_id=user_id,
        what=what,
        route=route,
        object_kind=about.kind,
        object_id=about.id,
        account_id=about.account_id,
        client_address=client_address,
        method=method,
        status=status,
        request_id=request_id,
    )
