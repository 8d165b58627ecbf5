"""When a message is tried again, and what becomes of one whose fate is unknown."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

#: Waits between attempts grow to this one and stay there.
LONGEST_WAIT = timedelta(hours=2)
#: After so many attempts a message has failed: with the waits below, a provider may be away for a day and a half.
MOST_ATTEMPTS = 24
#: A message that has been in hand for so long was in the hands of a worker that died.
IN_HAND = timedelta(minutes=15)


def wait_after(attempts: int) -> timedelta:
    """Give how long to wait after so many attempts, the first one counted: a minute, doubled each time, two hours at most.

    >>> [str(wait_after(attempts)) for attempts in (1, 2, 5, 8, 20)]
    ['0:01:00', '0:02:00', '0:16:00', '2:00:00', '2:00:00']
    """
    return min(timedelta(minutes=1 << min(attempts - 1, 10)), LONGEST_WAIT)


def next_attempt(attempts: int, *, at: datetime) -> datetime | None:
    """Give when to try again after so many failed attempts; None when that was the last one."""
    return None if attempts >= MOST_ATTEMPTS else at + wait_after(attempts)


class Recovery(StrEnum):
    """What is done with a message that a dead worker left behind."""

    TRY_AGAIN = "try_again"
    ASK_A_PERSON = "ask_a_person"


def recovery(*, handed_over: bool, repeats_safely: bool) -> Recovery:
    """Say what is done with a message that a dead worker left in hand.

    A message that was not handed to its provider yet is simply tried again. One that was may have arrived, and nobody can
    say: where the receiver knows a message by its key and drops the second (webhooks, print folders), it is tried again;
    where it does not (SMTP, most SMS gateways), a debtor would hear twice, so it is shown to a person as of unknown fate
    and never sent by itself. At most once to people, at least once to machines.

    >>> recovery(handed_over=True, repeats_safely=False)
    <Recovery.ASK_A_PERSON: 'ask_a_person'>
    """
    return Recovery.ASK_A_PERSON if handed_over and not repeats_safely else Recovery.TRY_AGAIN
