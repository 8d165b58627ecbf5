"""Agree with a client on interest."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from tallystick.accounts import queries as account_queries
from tallystick.charges.models import Agreement
from tallystick.charges.queries import agreements as queries
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotFound


@transaction.atomic
def set_agreement(
    *,
    client_id: int,
    portfolio_id: int | None = None,
    from_on: date,
    document: dict[str, Any],
    at: datetime,
    by: Actor,
) -> Agreement:
    """Set what is agreed about interest for items whose interest begins on a day or later, on a portfolio or on all.

    What stood is kept, and no longer holds for these days. Interest that was charged by it is proven afresh by the next
    accrual, and the difference charged or taken back.

    :raises NotFound: there is no such client within the actor's scope, or it has no such portfolio
    :raises AgreementNotReadable: the document is not well formed
    """
    by.must_be_allowed_to("set charges")
    client = account_queries.lock_client(client_id, scope=by.scope)
    if portfolio_id is not None and not client.portfolios.filter(pk=portfolio_id).exists():
        raise NotFound(what="portfolio", reference=portfolio_id)
    jurisdictions.refresh()
    queries.read(document, jurisdiction=client.calendar)
    agreement = Agreement.objects.create(
        client_id=client_id,
        portfolio_id=portfolio_id,
        number=Agreement.objects.filter(client_id=client_id).count() + 1,
        from_on=from_on,
        document=document,
        set_at=at,
        set_by=by.label,
        set_by_id=by.user_id,
    )
    sql.execute(
        sql.load("tallystick.charges", "accrual.sql", "prove_client_again"), {"client": client_id, "from_on": from_on}
    )
    return agreement
