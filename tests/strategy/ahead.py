"""A small book for tests that look ahead: five debtors, what decides, and a version that writes sooner."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at

from tallystick.contact.actions.templates import load_templates
from tallystick.kernel import sql
from tallystick.parties import actions as party_actions
from tallystick.strategy import actions
from tallystick.strategy.models import Foresight, Version
from tallystick.strategy.rules.foresight import assumptions as assumed
from tallystick.strategy.rules.foresight.figures import Side

DAYS = 10
#: Nobody does anything: what is left is what the program does by itself.
STILL = {
    name: 0 for name in assumed.defaults() if name.split(".")[0] in ("done", "pays", "kept", "invoices", "disputes")
}

DOCUMENT = """
name: test
title: Test
start: waiting
states:
  waiting:
    leave:
      - when: days_past_due >= 3
        go: chasing
  chasing:
    steps:
      - id: write
        do: [letter: reminder_1]
      - id: call
        after: 3 business days
        do:
          - task: {kind: call, title: Call, limit: 2 business days}
          - note: called
    leave:
      - when: days_past_due >= 9
        go: last
  last:
    steps:
      - id: hold
        do: [pause: {days: 2}]
      - id: review
        after: 1 day
        do: [task: {kind: legal_review, title: Review}]
"""


#: Writes on the first day, and calls sooner.
CHANGED = DOCUMENT.replace("days_past_due >= 3", "days_past_due >= 1").replace("3 business days", "1 business days")


def book() -> list[int]:
    load_templates(at=at(DAY), by=BY)
    details = {
        "phone": "0113 496 0000",
        "email": "a@northgate.example",
        "lines": ["1 Mill Lane"],
        "imprint": "Northgate Ltd.",
    }
    portfolio = builders.portfolio(builders.client(details=details))
    made = []
    for number, late in enumerate((2, 5, 8, 0, -4)):
        account = builders.account(portfolio, name=f"Debtor {number}")
        party_actions.set_address(
            party_id=account.party_id,
            lines=["1 High Street"],
            town="Leeds",
            postcode="LS1 1AA",
            from_on=DAY,
            at=at(DAY),
            by=BY,
        )
        builders.invoice(account, due_on=DAY - timedelta(days=late))
        made.append(account.pk)
    strategies.publish(DOCUMENT)
    strategies.refresh(*made)
    return made


def acts(foresight: Foresight, side: Side) -> Counter[tuple[date, str]]:
    found: Counter[tuple[date, str]] = Counter()
    for count in foresight.counts.filter(side=side).exclude(what__in=("owing", "paid", "touched")):
        found[count.day, count.what] += count.number
    return found


def checksums() -> list[dict[str, object]]:
    tables = [
        row["name"]
        for row in sql.rows(
            """
            SELECT relname AS name FROM pg_class
            WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
              AND relname NOT LIKE 'strategy_foresight%%' AND relname <> 'strategy_act' ORDER BY relname
            """
        )
    ]
    proof = "SELECT count(*), sum(hashtextextended(t::text, 0)) AS proof FROM public.{table} AS t"
    return [{"table": name, **sql.rows(sql.fill(proof, table=name))[0]} for name in tables]


def draft(document: str = CHANGED) -> Version:
    return actions.draft(document=document, at=at(DAY), by=BY)


def foresee(
    version: Version | None = None, *, days: int = DAYS, asked: dict[str, object] | None = None, by=BY
) -> Foresight:
    version = version or draft()
    return actions.foresee(version_id=version.pk, today=DAY, days=days, asked=asked, at=at(DAY), by=by)
