"""Read promises, and judge them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from tallystick.kernel import sql
from tallystick.kernel.invariants import Invariant
from tallystick.kernel.refusals import NotFound
from tallystick.ledger.rules import Cause, Head
from tallystick.promises import rules
from tallystick.promises.models import Promise


def judgement_query(name: str) -> str:
    """Give a query of `sql/judgement.sql` with its common part, which counts the money, filled in."""
    text = sql.load("tallystick.promises", "judgement.sql", name)
    if "{counted}" not in text:
        return text
    counted = sql.fill(
        sql.load("tallystick.promises", "judgement.sql", "counted"),
        payment=str(Cause.PAYMENT.value),
        reversal=str(Cause.REVERSAL.value),
        on_account=str(Head.ON_ACCOUNT.value),
    )
    return sql.fill(text, counted=counted)


def promises(account_id: int) -> QuerySet[Promise]:
    """Give all promises of an account, the newest first."""
    return Promise.objects.filter(account_id=account_id).order_by("-pk")


def find_open_promise(account_id: int) -> Promise | None:
    """Give the open promise of an account, or None."""
    return Promise.objects.filter(account_id=account_id, state=rules.State.OPEN).order_by("pk").first()


def open_promises(account_ids: Sequence[int]) -> dict[int, Promise]:
    """Give the open promises of some accounts, by account."""
    found = Promise.objects.filter(account_id__in=account_ids, state=rules.State.OPEN).order_by("pk")
    return {promise.account_id: promise for promise in found}


def all_promises(account_ids: Sequence[int]) -> list[Promise]:
    """Give all promises of some accounts, the ended ones too, by account and day."""
    return list(Promise.objects.filter(account_id__in=account_ids).order_by("account_id", "made_on", "pk"))


def lock_promise(promise_id: int, *, account_id: int) -> Promise:
    """Lock a promise of an account and give it.

    :raises NotFound: the account has no such promise
    """
    found = Promise.objects.select_for_update().filter(pk=promise_id, account_id=account_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="promise", reference=promise_id)
    return found


INVARIANTS = (
    Invariant(
        name="promises are judged by their money",
        sentence="The state of every promise is what a fresh judgement of the money that counts towards it gives.",
        checked="SELECT count(*) FROM promises_promise WHERE state IN ('open', 'kept', 'partly_kept', 'broken')",
        breaches=judgement_query("breaches"),
    ),
    Invariant(
        name="one promise is open",
        sentence="No account has two open promises.",
        checked="SELECT count(*) FROM promises_promise WHERE state = 'open'",
        breaches="""
        SELECT account_id, count(*) || ' promises are open' AS what
        FROM promises_promise
        WHERE state = 'open'
        GROUP BY account_id
        HAVING count(*) > 1
        """,
    ),
)
