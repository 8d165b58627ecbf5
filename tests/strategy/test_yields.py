"""What steps bring: rates by hand on a book that lived, an idle step and a good one in a large book, and the draft of a trial."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at, run
from tests.strategy.test_trials import _pay

from tallystick.access.rules.grants import Reach
from tallystick.access.rules.rights import Role
from tallystick.kernel import clock, sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.strategy import actions
from tallystick.strategy.models import Version
from tallystick.strategy.queries import versions, yields
from tallystick.strategy.rules.editing.leaving_out import StepNotLeftOut
from tallystick.strategy.rules.yields import Rate, Verdict, Yield

DOCUMENT = """
name: test
title: Test
start: waiting
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
        after: 10 days
        do: [task: {kind: call, title: Call}]
      - id: again
        title: Call again
        after: 4 days
        do: [task: {kind: call, title: Call again}]
      - id: noted
        after: 30 days
        do: [note: Called twice]
"""


@pytest.fixture
def published(db):
    return strategies.publish(DOCUMENT)


def _owing():
    account = builders.account()
    builders.invoice(account, "100.00", due_on=DAY - timedelta(days=3))
    return account


def _found(published: Version, *, days: int = 40, scope: Scope = Scope()):  # noqa: B008
    return yields.yields(published.paper, day=DAY + timedelta(days=days), scope=scope)


def test_days_at_risk_and_first_payments_are_as_worked_out_by_hand(published):
    early, later, _never, part = accounts = [_owing() for _number in range(4)]
    paying = {5: (early, "100.00"), 12: (later, "100.00"), 1: (part, "10.00")}
    strategies.refresh(*(account.pk for account in accounts))
    for number in range(16):
        day = DAY + timedelta(days=number)
        if number in paying:
            account, amount = paying[number]
            _pay(account, amount, day)
            strategies.refresh(account.pk, day=day)
        run(day)

    call, again = (line.found for line in _found(published).lines)

    # The call comes on day 10, so that days 3 to 9 count before it. Who paid on day 5 was at risk on three of them, the others on
    # all seven; part of a debt paid on day 1 lies before them. After the call, who paid on day 12 was at risk for three days, the
    # other two for four, until the second call.
    assert call == Yield(waited=4, given=3, before=Rate(1, 3 + 3 * 7), after=Rate(1, 3 + 2 * 4))
    # Who paid on day 12 waited for the second call on days 10, 11 and 12.
    assert again == Yield(waited=3, given=2, before=Rate(1, 3 + 2 * 4), after=Rate(0, 2 * 7))
    assert call.verdict is Verdict.FEW


def test_a_note_is_no_step_that_brings_anything_and_a_step_nobody_waits_for_says_so(published):
    found = _found(published)

    assert [line.step for line in found.lines] == ["call", "again"]
    assert {line.found.verdict for line in found.lines} == {Verdict.AT_ONCE}
    assert found.suggestion is None
    assert found.advice == ""


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (Rate(700, 70_000), Rate(700, 70_000), Verdict.NOTHING),
        (Rate(70, 7_000), Rate(70, 7_000), Verdict.OPEN),
        (Rate(700, 70_000), Rate(900, 70_000), Verdict.BRINGS),
        (Rate(900, 70_000), Rate(300, 70_000), Verdict.NOTHING),
        (Rate(9, 700), Rate(9, 700), Verdict.FEW),
        (Rate(40, 700), Rate(0, 700), Verdict.NOTHING),
        (Rate(0, 0), Rate(90, 700), Verdict.AT_ONCE),
        (Rate(90, 700), Rate(0, 0), Verdict.FEW),
    ],
)
def test_a_step_is_called_idle_only_where_an_effect_worth_having_is_ruled_out(before, after, verdict):
    assert Yield(1000, 900, before, after).verdict is verdict


_BOOK = """
WITH account AS (
    INSERT INTO accounts_account
        (client_id, portfolio_id, party_id, reference, currency, state, close_reason, opened_on, is_house)
    SELECT %(client)s, %(portfolio)s, %(party)s, 'S' || number, 'GBP', 'open', '', %(start)s::date - 60, false
    FROM generate_series(1, %(count)s) AS number RETURNING id, reference
), lot AS (
    -- The first day on which an account pays, of twenty: two of a hundred do each day, from the call on %(times)s times as many.
    SELECT id, (
        SELECT min(day) FROM generate_series(0, 20) AS day
        WHERE mod(('x' || substring(md5(reference || ':' || day) FROM 1 FOR 7))::bit(28)::bigint, 10000)
            < 200 * CASE WHEN day < 10 THEN 1 ELSE %(times)s END
    ) AS paid FROM account
), paid AS (
    INSERT INTO ledger_entry
        (account_id, amount_minor, cause_id, posted_at, booked_on, cause_no, cause_kind, debit, credit, currency)
    SELECT id, 10000, id, %(at)s, %(start)s::date + paid, 0, 2, 30, 9, 'GBP' FROM lot WHERE paid IS NOT NULL
)
INSERT INTO strategy_decision (account_id, decided_at, version_id, due_on, effect, from_place, to_place, facts,
    from_entered_on, from_review_on)
SELECT id, %(at)s, %(version)s, %(start)s::date + CASE WHEN paid < 10 THEN paid ELSE 10 END,
    CASE WHEN paid < 10 THEN %(leave)s ELSE %(call)s END, %(place)s, CASE WHEN paid < 10 THEN 0 ELSE %(place)s + 1 END, '{}',
    %(start)s, %(start)s::date + 10
FROM lot
"""


@pytest.mark.parametrize(("times", "verdict"), [(1, Verdict.NOTHING), (2, Verdict.BRINGS)])
def test_a_call_without_effect_is_flagged_although_those_who_paid_never_got_it_and_a_good_one_is_not(
    published, times, verdict
):
    account, program = builders.account(), versions.program_of(published.document)
    place = program.first_place("reminding").number
    sql.execute(
        _BOOK,
        {
            "client": account.client_id,
            "portfolio": account.portfolio_id,
            "party": account.party_id,
            "count": 5_000,
            "start": DAY,
            "at": at(DAY),
            "times": times,
            "version": published.pk,
            "leave": next(each.number for each in program.effects if each.title == "→ Waiting"),
            "call": next(each.number for each in program.effects if each.step and each.step.id == "call"),
            "place": place,
        },
    )
    sql.execute("ANALYZE accounts_account, ledger_entry, strategy_decision")

    found = _found(published)

    line = found.lines[0]
    assert line.found.verdict is verdict
    assert line.found.waited == 5_000
    low, high = line.found.interval
    assert low < times < high
    assert (found.suggestion is line) == (verdict is Verdict.NOTHING)
    assert ("A trial would tell" in found.advice) == (verdict is Verdict.NOTHING)


def test_the_draft_of_a_trial_passes_the_step_over_for_half_and_changes_nothing_else(published):
    made = actions.draft_without(strategy="test", state="reminding", step="call", at=at(DAY), by=BY)

    document = versions.program_of(made.document).document
    [split] = document.splits
    assert (split.id, split.shares, split.by_debtor) == ("call-left-out", (("with", 50), ("without", 50)), False)
    step = document.state("reminding").steps[0]
    assert (step.when.text, step.may_be_skipped) == ('split.call_left_out = "with"', True)
    assert (
        document.state("reminding").steps[1:]
        == versions.program_of(published.document).document.state("reminding").steps[1:]
    )


@pytest.mark.parametrize(
    ("written", "why"),
    [("after: 10 days\n        go: waiting", "leads to another state"), ("when: overdue > £50", "wait until")],
)
def test_a_step_whose_leaving_out_would_change_more_is_not_left_out(db, written, why):
    strategies.publish(DOCUMENT.replace("after: 10 days", written))

    with pytest.raises(StepNotLeftOut, match=why):
        actions.draft_without(strategy="test", state="reminding", step="call", at=at(DAY), by=BY)


def test_a_step_that_is_not_there_is_not_left_out_and_only_who_publishes_drafts(published):
    with pytest.raises(NotFound):
        actions.draft_without(strategy="test", state="reminding", step="shout", at=at(DAY), by=BY)
    with pytest.raises(NotPermitted):
        actions.draft_without(
            strategy="test",
            state="reminding",
            step="call",
            at=at(DAY),
            by=builders.actor(builders.user(), "see strategies"),
        )


def test_the_page_shows_each_step_of_the_clients_in_reach_and_drafts_the_trial(published, signed_in):
    account = _owing()
    strategies.refresh(account.pk)
    for number in range(11):
        run(DAY + timedelta(days=number))
    clock.travel_to(at(DAY + timedelta(days=40)))
    page = reverse("strategy:yields", args=["test"])

    manager = signed_in(Role.CREDIT_MANAGER)
    assert manager.get(reverse("strategy:yields_json", args=["test"])).json()["steps"][0]["waited"] == 1
    assert "Call again" in manager.get(page).content.decode()
    leave_out = reverse("strategy:leave_out", args=["test", "reminding", "call"])
    assert "register a trial of its split" in manager.post(leave_out, follow=True).content.decode()

    elsewhere = builders.client().pk
    auditor = signed_in(Role.AUDITOR, Reach(client_id=elsewhere))
    assert auditor.get(reverse("strategy:yields_json", args=["test"])).json()["steps"][0]["waited"] == 0
    assert auditor.post(leave_out).status_code == 403
    clock.travel_to(None)
