"""Golden accounts: cases that are kept with a version, and what is expected of it for them."""

from __future__ import annotations

from tallystick.strategy.models import GoldenAccount, Version
from tallystick.strategy.queries import life


def copy_golden(before: Version, version: Version) -> None:
    """Have a new version judged by the cases of the one before, with what was expected of that."""
    copies = []
    for golden in life.golden_accounts(before):
        golden.pk, golden.version = None, version
        copies.append(golden)
    GoldenAccount.objects.bulk_create(copies)
