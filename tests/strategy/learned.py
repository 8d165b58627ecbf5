"""A split that learns, accounts of it, and what came of them."""

from __future__ import annotations

from datetime import timedelta

from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at, run

from tallystick.kernel import sql
from tallystick.kernel.money import Money
from tallystick.payments import actions as payment_actions
from tallystick.strategy.models import Decision, LearnedShares
from tallystick.strategy.queries import (
    catalogue,
    trials,
    versions,
)
from tallystick.strategy.rules import own_words

DOCUMENT = """
name: test
title: Test
start: waiting
splits:
  tone:
    shares: {soft: 50, firm: 50}
    learns: {state: reminding, measure: paid_in_full, within: 14 days, at_least: 10}
never_when:
  held: holds.active
states:
  waiting:
    leave:
      - when: overdue > 0
        go: reminding
  reminding:
    leave:
      - when: overdue <= 0
        go: waiting
    steps:
      - id: softly
        when: split.tone = "soft"
        otherwise: skip
        do: [note: softly]
      - id: firmly
        when: split.tone = "firm"
        otherwise: skip
        do: [note: firmly]
      - id: again
        after: 3 days
        when: split.tone = "firm"
        otherwise: skip
        do: [note: again]
"""
EVEN = {"soft": 50, "firm": 50}
WITHIN = timedelta(days=14)


def split_of(version):
    [split] = versions.program_of(version.document).document.splits
    return split


def set_shares(version, shares, since):
    """Set shares from a day on, as the nightly run would."""
    return LearnedShares.objects.create(
        strategy="test",
        split="tone",
        terms=split_of(version).terms,
        week=since,
        since=since,
        shares=shares,
        found=[],
        set_at=at(since),
        set_by="test",
    )


def owing(number, *, day=DAY):
    made = []
    for _number in range(number):
        account = builders.account()
        builders.invoice(account, "100.00", due_on=day - timedelta(days=40))
        made.append(account)
    strategies.refresh(*(account.pk for account in made), day=day)
    run(day)
    return made


def kept(account):
    return [
        (decision.facts["split.tone"], decision.facts["split.tone chances"])
        for decision in Decision.objects.filter(account_id=account.pk).order_by("id")
    ]


def pay(account, day, amount="100.00"):
    payment_actions.record_payment(
        account_id=account.pk,
        amount=Money.of(amount, "GBP"),
        booked_on=day,
        method="bank_transfer",
        source="test",
        source_key=f"{account.pk}-{day}-{amount}",
        at=at(day),
        by=BY,
    )


def come(version, account, day, arm, chances):
    """Keep a decision by which an account came to the state, in an arm that it had by a chance."""
    [effect] = trials.entries(versions.program_of(version.document), "reminding")
    Decision.objects.create(
        id=sql.value("SELECT nextval('strategy_decision_id_seq')"),
        account_id=account.pk,
        cause_id=0,
        decided_at=at(day),
        version_id=version.pk,
        due_on=day,
        effect=effect,
        from_place=0,
        to_place=1,
        facts={"split.tone": arm, "split.tone chances": chances},
    )


WEEK = """
WITH account AS (
    INSERT INTO accounts_account
        (client_id, portfolio_id, party_id, reference, currency, state, close_reason, opened_on, is_house)
    SELECT %(client)s, %(portfolio)s, %(party)s, 'S' || %(week)s || '-' || number, 'GBP', 'open', '', %(day)s::date - 60, false
    FROM generate_series(1, %(count)s) AS number RETURNING id
), owed AS (
    INSERT INTO ledger_entry
        (account_id, amount_minor, cause_id, posted_at, booked_on, cause_no, cause_kind, debit, credit, currency)
    SELECT id, 10000, id, %(at)s, %(day)s::date - 50, 0, 1, 1, 20, 'GBP' FROM account
), dealt AS (
    SELECT book.account_id, {arm} AS arm, {chances} AS chances
    FROM (SELECT id AS account_id, id AS party_id, %(day)s::date AS state_entered_on FROM account) AS book
), decided AS (
    INSERT INTO strategy_decision (account_id, decided_at, version_id, due_on, effect, from_place, to_place, facts)
    SELECT account_id, %(at)s, %(version)s, %(day)s, %(effect)s, 0, 1,
        jsonb_build_object('split.tone', arm, 'split.tone chances', chances)
    FROM dealt
)
INSERT INTO ledger_entry (account_id, amount_minor, cause_id, posted_at, booked_on, cause_no, cause_kind, debit, credit, currency)
SELECT account_id, 10000, account_id, %(at)s, %(day)s::date + 2, 0, 2, 30, 9, 'GBP' FROM dealt
WHERE mod(('x' || substring(md5(%(seed)s || account_id) FROM 1 FOR 7))::bit(28)::bigint, 100)
    < CASE arm WHEN 'firm' THEN %(firm)s ELSE %(soft)s END
"""


def synthetic(version, week, count, *, firm, soft, seed=""):
    """Have hundreds of accounts that owe £100 come in a week, dealt out by the very SQL that decides; a part of each arm pays."""
    account = builders.account()
    program = versions.program_of(version.document)
    [effect] = trials.entries(program, "reminding")
    fact = own_words.words(program.document, catalogue.rooms_catalogue()).facts["split.tone"]
    day = DAY + timedelta(days=7 * week)
    text = WEEK.replace("{arm}", fact.sql).replace("{chances}", fact.chances)
    sql.execute(
        text,
        {
            "client": account.client_id,
            "portfolio": account.portfolio_id,
            "party": account.party_id,
            "count": count,
            "week": week,
            "day": day,
            "at": at(day),
            "version": version.pk,
            "effect": effect,
            "seed": seed,
            "firm": firm,
            "soft": soft,
        },
    )
    # Nobody has counted what was filled in just now, and a plan for empty tables takes minutes.
    sql.execute("ANALYZE accounts_account, ledger_entry, strategy_decision")
