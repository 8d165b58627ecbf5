"""What intake announces, beside what the rooms say of what it brought them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DebtorCorrected:
    """A file brought other particulars of the debtor, or other ways to reach them. `origin` names the file's import."""

    account_id: int
    origin: str
