"""Throttling of log-ins: guessing is slow for strangers, and nobody can lock another out.

Attempts are counted in three places, each a bucket that fills by one with each attempt and leaks at a steady rate:

- the **address** they come from, whoever they name;
- the **account** they name, when the browser is a stranger to it;
- the **account in a known browser**: one that has logged in to the account before, and carries a signed cookie that
  says so. It has a bucket of its own, so that strangers who keep guessing never keep out the person who is at home.

A refused attempt fills nothing: waiting always helps, and waiting longer than the bucket leaks is never needed.
Source for known browsers: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.utils.translation import gettext_lazy as _

from tallystick.kernel.refusals import Refusal


class TooManyAttempts(Refusal):
    """There were too many attempts to log in from here or as this person."""

    code = "access.too_many_attempts"
    sentence = _("Too many attempts to log in. Wait {minutes} minutes, or log in from a browser you have used before.")
    status = 429


@dataclass(frozen=True, slots=True)
class Limit:
    """So many attempts at once, then one more after each interval."""

    burst: int
    interval: timedelta

    @property
    def room(self) -> timedelta:
        """How far ahead of the present the bucket's forgetting may lie."""
        return self.burst * self.interval


#: An office behind one address: logging in well gives the attempt back, so only failures fill it.
ADDRESS = Limit(burst=50, interval=timedelta(seconds=20))
#: 10 guesses, then 96 a day. Source: NIST SP 800-63B revision 4, 3.2.2, which stops at 100 failures in a row; the house
#: slows down instead of stopping, since a lock is a way to keep somebody else out.
ACCOUNT = Limit(burst=10, interval=timedelta(minutes=15))
KNOWN_BROWSER = Limit(burst=10, interval=timedelta(minutes=5))
#: Codes of the second factor, for somebody who knew the password.
SECOND_FACTOR = Limit(burst=5, interval=timedelta(minutes=15))

#: What attempts are counted under: a name such as "account ann.archer", and its limit.
Counted = Mapping[str, Limit]


def strangers(username: str) -> Counted:
    """Give where attempts on an account from a browser it does not know are counted.

    >>> list(strangers("Ann.Archer "))
    ['account ann.archer']
    """
    return {f"account {username.strip().lower()}": ACCOUNT}


def first_factor(*, username: str, address: str | None, browser: str | None) -> Counted:
    """Give where an attempt with a password is counted.

    `browser` is the mark of a browser known to the account, None for a stranger. `address` is None where a connection
    has none (a local socket).

    >>> list(first_factor(username="ann", address="203.0.113.7", browser=None))
    ['address 203.0.113.7', 'account ann']
    >>> list(first_factor(username="ann", address="203.0.113.7", browser="4f2a"))
    ['address 203.0.113.7', 'account ann in browser 4f2a']
    """
    by_address = {} if address is None else {f"address {counted_address(address)}": ADDRESS}
    if browser is None:
        return {**by_address, **strangers(username)}
    return {**by_address, f"account {username.strip().lower()} in browser {browser}": KNOWN_BROWSER}


def second_factor(username: str) -> Counted:
    """Give where attempts with a code of the second factor are counted.

    >>> list(second_factor("ann"))
    ['second factor ann']
    """
    return {f"second factor {username.strip().lower()}": SECOND_FACTOR}


def after_attempt(forgotten_at: datetime | None, limit: Limit, at: datetime) -> datetime | None:
    """Give when a bucket will have forgotten, one attempt later; None when the attempt is refused.

    `forgotten_at` is None, or in the past, for an empty bucket.

    Twin: `throttle.sql`, query `take`.

    >>> from datetime import UTC
    >>> noon, limit = datetime(2026, 3, 2, 12, tzinfo=UTC), Limit(burst=2, interval=timedelta(minutes=1))
    >>> first = after_attempt(None, limit, noon)
    >>> second = after_attempt(first, limit, noon)
    >>> second.time(), after_attempt(second, limit, noon)
    (datetime.time(12, 2), None)
    >>> after_attempt(second, limit, noon + timedelta(minutes=1)).time()
    datetime.time(12, 3)
    """
    later = max(forgotten_at or at, at) + limit.interval
    return later if later <= at + limit.room else None


def wait(forgotten_at: datetime, limit: Limit, at: datetime) -> timedelta:
    """Give how long until one more attempt fits; zero when it fits now."""
    return max(forgotten_at + limit.interval - limit.room - at, timedelta())


def counted_address(address: str) -> str:
    """Give the address that attempts are counted under: an IPv6 network of a household is one address.

    >>> counted_address("203.0.113.7"), counted_address("2001:db8:1:2:3::4")
    ('203.0.113.7', '2001:db8:1:2::/64')
    """
    parsed = ip_address(address)
    return str(ip_network(f"{address}/64", strict=False)) if parsed.version == 6 else str(parsed)
