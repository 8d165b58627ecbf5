"""A made-up book for trials: thousands of accounts, some with one debtor, that come to a split and pay or dispute by lot.

Ids are given, and every lot is drawn from them, so that a test of chance finds the same whenever it is played.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from tests import builders
from tests.strategy.builders import DAY, at

from tallystick.kernel import sql
from tallystick.strategy import actions
from tallystick.strategy.models import Version
from tallystick.strategy.queries import trials, versions
from tallystick.strategy.rules.trials.terms import Measure

DOCUMENT = """
name: test
title: Test
start: waiting
splits:
  early-call:
    shares: {champion: 50, challenger: 50}
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
      - id: call
        when: split.early_call = "challenger"
        otherwise: skip
        do: [note: call]
"""
BY_DEBTOR = DOCUMENT.replace("    shares:", "    by: debtor\n    shares:")
SHARES = {"champion": 50, "challenger": 50}
TERMS = actions.TrialTerms(
    title="Call early",
    strategy="test",
    split="early-call",
    champion="champion",
    challenger="challenger",
    state="reminding",
    measure=Measure.PAID_IN_FULL,
    window_days=10,
    effect=Decimal("0.05"),
    starts_on=DAY + timedelta(days=1),
    expected=Decimal("0.30"),
    looks=2,
)
START = TERMS.starts_on
#: The first id that is given: above whatever a sequence has come to.
_FIRST = 50_000_000

_COMING = """
WITH debtor AS (
    INSERT INTO parties_party (id, kind, name, name_key, company_number, language, country, created_at)
    SELECT %(first)s + number, 'person', 'Debtor ' || number, 'debtor ' || number, '', 'en', 'GB', %(at)s
    FROM generate_series(1, %(debtors)s) AS number RETURNING id
), account AS (
    INSERT INTO accounts_account
        (id, client_id, portfolio_id, party_id, reference, currency, state, close_reason, opened_on, is_house)
    SELECT %(first)s + (debtor.id - %(first)s) * 100 + number, %(client)s, %(portfolio)s, debtor.id,
        'S' || debtor.id || '-' || number, 'GBP', 'open', '', %(start)s::date - 60, false
    FROM debtor
    CROSS JOIN generate_series(1, CASE WHEN mod(debtor.id, 10) = 0 THEN %(big)s ELSE 1 END) AS number
    RETURNING id, party_id
), came AS (
    SELECT id, party_id, %(start)s::date + mod(party_id, %(days)s)::integer AS due_on FROM account
), owed AS (
    INSERT INTO ledger_entry
        (account_id, amount_minor, cause_id, posted_at, booked_on, cause_no, cause_kind, debit, credit, currency)
    SELECT id, 10000, id, %(at)s, %(start)s::date - 50, 0, 1, 1, 20, 'GBP' FROM account
)
INSERT INTO strategy_decision (account_id, decided_at, version_id, due_on, effect, from_place, to_place, facts)
SELECT id, due_on + time '09:00', %(version)s, due_on, %(effect)s, 0, 1, CASE WHEN %(has_split)s THEN
    jsonb_build_object('split.early_call', CASE WHEN mod(('x' || encode(substring(
        sha256(('early-call:' || CASE WHEN %(by_debtor)s THEN party_id ELSE id END)::bytea) FROM 1 FOR 4
    ), 'hex'))::bit(32)::bigint, 100) < 50 THEN 'champion' ELSE 'challenger' END) ELSE '{}' END
FROM came
"""
_LOT = "mod(('x' || substring(md5(%(seed)s || account.party_id) FROM 1 FOR 7))::bit(28)::bigint, 10000)"
_OF_ARM = "CASE decision.facts ->> 'split.early_call' WHEN 'challenger' THEN %(challenger)s ELSE %(champion)s END"
_DRAWN = f"""
FROM strategy_decision AS decision JOIN accounts_account AS account ON account.id = decision.account_id
WHERE {_LOT} < {_OF_ARM}
"""
_PAYING = f"""
INSERT INTO ledger_entry (account_id, amount_minor, cause_id, posted_at, booked_on, cause_no, cause_kind, debit, credit, currency)
SELECT account_id, 10000, account_id, decision.due_on + time '09:00', decision.due_on + 2, 0, 2, 30, 9, 'GBP' {_DRAWN}
"""
_DISPUTING = f"""
INSERT INTO disputes_dispute (account_id, amount_minor, credited_minor, currency, reason, note, raised_on, raised_at, raised_by,
    state, resolution, resolved_by)
SELECT account_id, 10000, 0, 'GBP', 'price', '', decision.due_on + 3, decision.due_on + time '09:00', 'test', 'open', '', ''
{_DRAWN}
"""


def come(version: Version, debtors: int, *, big: int = 1, over_days: int = 1, start=START, first: int = _FIRST) -> None:
    """Have debtors who owe £100 an account come to the state of the trial, every tenth of them with so many accounts.

    They come on the day the trial starts, or over some days from then on.
    """
    account = builders.account()
    program = versions.program_of(version.document)
    [effect] = trials.entries(program, "reminding")
    splits = program.document.splits
    sql.execute(
        _COMING,
        {
            "client": account.client_id,
            "portfolio": account.portfolio_id,
            "first": first,
            "debtors": debtors,
            "big": big,
            "days": over_days,
            "start": start,
            "at": at(start),
            "version": version.pk,
            "effect": effect,
            "has_split": bool(splits),
            "by_debtor": bool(splits) and splits[0].by_debtor,
        },
    )
    # Nobody has counted what was filled in just now, and a plan for empty tables takes minutes.
    sql.execute("ANALYZE accounts_account, ledger_entry, strategy_decision")


def pay(*, champion: int, challenger: int, seed: int = 0) -> None:
    """Have debtors pay all they owe two days after they came, by lot: so many of ten thousand in each arm."""
    sql.execute(_PAYING, {"seed": f"pays {seed} ", "champion": champion, "challenger": challenger})


def dispute(*, champion: int, challenger: int, seed: int = 0) -> None:
    """Have debtors dispute what they owe three days after they came, by lot: so many of ten thousand in each arm."""
    sql.execute(_DISPUTING, {"seed": f"disputes {seed} ", "champion": champion, "challenger": challenger})


class _TakenBack(Exception):
    """Undo what was played."""


@contextmanager
def taken_back():
    """Undo all that happens within, so that the same book can be played again."""
    try:
        with transaction.atomic():
            yield
            raise _TakenBack
    except _TakenBack:
        pass
