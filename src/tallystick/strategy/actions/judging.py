"""Judge a version before it decides: can its orders be carried out, and do its golden accounts fare as expected?"""

from __future__ import annotations

from datetime import datetime

from tallystick.strategy.models import Version
from tallystick.strategy.queries import obstacles, versions


def check(version: Version, *, at: datetime) -> None:
    """Refuse a version that orders what cannot be carried out.

    :raises TemplateMissing, TeamMissing: the first of it
    """
    obstacles.check(versions.program_of(version.document).document)
