"""Count attempts to log in: see `rules.throttling`."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from tallystick.access.rules import throttling
from tallystick.access.rules.throttling import Counted, TooManyAttempts, wait
from tallystick.kernel import sql


def _query(name: str) -> str:
    return sql.load("tallystick.access", "throttle.sql", name)


def _key(counted: str) -> str:
    """Give the key of a bucket: a keyed digest, so that the table names neither people nor addresses."""
    return salted_hmac("tallystick.access.throttle", counted, algorithm="sha256").hexdigest()


def take_attempt(*, counted: Counted, at: datetime) -> None:
    """Count one attempt under each of the names, or refuse it and count nothing.

    Statements of their own rather than one transaction: what is counted stays counted whatever the caller does next.

    :raises TooManyAttempts: a bucket is full
    """
    taken: dict[str, throttling.Limit] = {}
    for name, limit in counted.items():
        params = {"key": _key(name), "at": at, "interval": limit.interval, "room": limit.room}
        if sql.value(_query("take"), params) is None:
            give_back_attempt(counted=taken)
            full = sql.value(_query("forgotten_at"), {"key": _key(name)})
            raise TooManyAttempts(minutes=math.ceil(wait(full, limit, at) / timedelta(minutes=1)))
        taken[name] = limit


def give_back_attempt(*, counted: Counted) -> None:
    """Uncount one attempt under each of the names: it succeeded, so it was no guess."""
    for name, limit in counted.items():
        sql.execute(_query("give_back"), {"key": _key(name), "interval": limit.interval})


def forget_account(*, username: str) -> None:
    """Empty the buckets of strangers who tried to log in to an account, and of its second factor."""
    for name in (*throttling.strangers(username), *throttling.second_factor(username)):
        sql.execute(_query("empty"), {"key": _key(name)})


def forget_attempts(*, at: datetime) -> int:
    """Drop the buckets that are empty, and give how many there were."""
    return sql.execute(_query("forget"), {"at": at})
