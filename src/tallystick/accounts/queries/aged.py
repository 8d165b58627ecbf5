"""The ageing of the book on any day, from what is kept by due day; and the accounts behind a bucket."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tallystick.accounts import rules
from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.invariants import Invariant

_EVERYTHING = Scope()


def _query(name: str, **parts: str) -> str:
    return sql.fill(sql.load("tallystick.accounts", "ageing.sql", name), **parts)


def _by_bucket() -> str:
    """Look at nothing but accounts of which something was booked after the day: all others are as they are kept."""
    later = _query("movements", whose="SELECT DISTINCT account_id FROM since", within="IN")
    return _query("by_bucket", movements=later)


def _behind(name: str) -> str:
    """Look at every account but those of the house."""
    owing = _query("movements", whose="SELECT id AS account_id FROM accounts_account WHERE is_house", within="NOT IN")
    return _query(name, movements=owing)


def items_as_of(account_id: int, *, on: date, known_at: datetime | None = None) -> list[dict[str, Any]]:
    """Give what was open on each item of an account at the end of a day, from the ledger, as known at an instant or now."""
    return sql.rows(_query("items_as_of"), {"account": account_id, "on": on, "known_at": known_at})


def ageing(
    *,
    on: date,
    known_at: datetime | None = None,
    held_on: date | None = None,
    scope: Scope = _EVERYTHING,
    client_id: int | None = None,
) -> list[dict[str, Any]]:
    """Give the balance of the book by currency, client and `rules.Bucket` at the end of a day, in minor units.

    It is what stands now, which `tallystick check` holds against the ledger, less what the ledger says was booked after the day.
    So a day of the past shows what was booked by then, and with `known_at` what was known then: Σ buckets = balance, always.
    Unallocated money has a bucket of its own. `held_minor` of it is on hold or disputed on `held_on`, today or later: items do
    not keep what was on hold before.
    """
    asked = {"on": on, "known_at": known_at, "held_on": held_on, "clients": scope.as_list(), "client": client_id}
    return sql.rows(_by_bucket(), asked)


def accounts_in_bucket(
    *,
    bucket: rules.Bucket | None,
    currency: str,
    on: date,
    known_at: datetime | None = None,
    held_on: date | None = None,
    scope: Scope = _EVERYTHING,
    client_id: int | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """Give the accounts that stand in a bucket at the end of a day, the largest balance first, and what of it is held.

    Without a bucket, those of whose items something is on hold or disputed, whatever their age: the most on hold first.
    """
    return sql.rows(
        _behind("accounts_in_bucket" if bucket else "accounts_held"),
        {
            "bucket": bucket.value if bucket else None,
            "currency": currency,
            "on": on,
            "known_at": known_at,
            "held_on": held_on,
            "clients": scope.as_list(),
            "client": client_id,
            "limit": limit,
            "offset": offset,
        },
    )


INVARIANTS = (
    Invariant(
        name="what is owed by day is what accounts owe",
        sentence="What is kept by due day, for the ageing of the book, adds up to the open items and the money on account.",
        checked="SELECT (SELECT count(*) FROM accounts_item) + (SELECT count(*) FROM accounts_account)",
        breaches=_query("owed_otherwise", owed=_query("owed_by_day")),
    ),
)
