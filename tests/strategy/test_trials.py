"""Trials on a book: who takes part, what is summed, what a look keeps, and what nobody may do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import InternalError, ProgrammingError, transaction
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy import trial_book
from tests.strategy.builders import BY, DAY, at, run
from tests.strategy.reference import arm_of
from tests.strategy.trial_book import DOCUMENT, SHARES, START, TERMS

from tallystick.kernel import sql
from tallystick.kernel.actor import Scope
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.payments import actions as payment_actions
from tallystick.strategy import actions
from tallystick.strategy.models import Decision, Trial, TrialLook, Version
from tallystick.strategy.queries import trials, versions
from tallystick.strategy.rules.trials import terms
from tallystick.strategy.rules.trials.terms import Measure, Outcome


def _register(**changed):
    return actions.register_trial(replace(TERMS, **changed), at=at(DAY), by=BY)


def _pay(account, amount, day):
    return payment_actions.record_payment(
        account_id=account.pk,
        amount=Money.of(amount, "GBP"),
        booked_on=day,
        method="bank_transfer",
        source="test",
        source_key=f"{account.pk}-{day}-{amount}",
        at=at(day),
        by=BY,
    )


@pytest.fixture
def published(db):
    return strategies.publish(DOCUMENT)


def _owing(number, *, day=START, amount="100.00"):
    made = []
    for _number in range(number):
        account = builders.account()
        builders.invoice(account, amount, due_on=day - timedelta(days=40))
        made.append(account)
    strategies.refresh(*(account.pk for account in made), day=day)
    run(day)
    return made


def _arm(account):
    return arm_of("early-call", SHARES, account.pk)


def test_a_trial_is_kept_as_it_was_said_with_the_size_it_needs(published):
    trial = _register()

    # 30 % against 35 %, 5 %, power 80 %: 1,377 in each arm by the formula, 1.3 % more for two looks.
    assert trial.champion_units == trial.challenger_units
    assert 1_377 <= trial.champion_units <= 1_400
    assert (trial.registered_by, trial.past_units) == (BY.label, 0)
    for change in ("UPDATE strategy_trial SET title = ''", "DELETE FROM strategy_trial"):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            sql.execute(change)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"starts_on": DAY}, terms.StartPassed),
        ({"split": "tone"}, terms.UnknownSplit),
        ({"challenger": "other"}, terms.UnknownSplit),
        ({"challenger": "champion"}, terms.UnknownSplit),
        ({"state": "nowhere"}, terms.UnknownSplit),
        ({"state": "waiting"}, terms.EntryUnseen),
        ({"measure": Measure.DISPUTED}, terms.TermsImpossible),
        ({"measure": Measure.COLLECTED}, terms.TermsImpossible),
        ({"measure": Measure.COLLECTED, "currency": "GBP"}, terms.HistoryMissing),
        ({"expected": None}, terms.HistoryMissing),
        ({"effect": Decimal("0.8")}, terms.TermsImpossible),
        ({"looks": 0}, terms.TermsImpossible),
        ({"client": "NOBODY"}, NotFound),
    ],
)
def test_what_cannot_be_tried_is_refused(published, changed, refusal):
    with pytest.raises(refusal):
        _register(**changed)
    assert not Trial.objects.exists()


def test_a_split_has_one_trial_at_a_time(published):
    first = _register()
    with pytest.raises(terms.SplitOnTrial):
        _register()
    actions.end_trial(trial_id=first.pk, reason="Wrong window.", at=at(DAY), by=BY)

    assert _register(window_days=20).pk != first.pk
    with pytest.raises(terms.TrialEnded):
        actions.end_trial(trial_id=first.pk, reason="Again.", at=at(DAY), by=BY)


def test_rights_and_scopes_hold(published):
    own, other = builders.client(), builders.client()
    manager = builders.actor(builders.user(), "publish strategies", clients=frozenset({own.pk}))
    reader = builders.actor(builders.user(), "see strategies")
    with pytest.raises(NotPermitted):
        actions.register_trial(TERMS, at=at(DAY), by=reader)
    with pytest.raises(NotPermitted):
        actions.register_trial(TERMS, at=at(DAY), by=manager)
    with pytest.raises(NotFound):
        actions.register_trial(replace(TERMS, client=other.code), at=at(DAY), by=manager)
    trial = actions.register_trial(replace(TERMS, client=own.code), at=at(DAY), by=manager)

    assert trials.trials(scope=Scope(frozenset({own.pk}))) == [trial]
    assert trials.trials(scope=Scope(frozenset({other.pk}))) == []
    with pytest.raises(NotFound):
        trials.get_trial(trial.pk, scope=Scope(frozenset({other.pk})))


def test_what_came_of_each_account_is_summed_by_hand(published):
    trial = _register()
    accounts = _owing(40)
    arms = {arm: [each for each in accounts if _arm(each) == arm] for arm in SHARES}
    assert min(map(len, arms.values())) >= 2
    [first, second, *_more] = arms["champion"]
    _pay(first, "100.00", START + timedelta(days=9))
    # One day late, and a part of it in time.
    _pay(second, "60.00", START)
    _pay(second, "40.00", START + timedelta(days=10))

    early = trials.standing(trial, day=START + timedelta(days=9))
    seen = trials.standing(trial, day=START + timedelta(days=10))

    assert sum(early.waiting.values()) == 40
    assert early.arms(Measure.PAID_IN_FULL, trial).units == 0
    found = seen.arms(Measure.PAID_IN_FULL, trial)
    assert (found.champion.units, found.champion.y) == (len(arms["champion"]), 1)
    assert (found.challenger.units, found.challenger.y) == (len(arms["challenger"]), 0)
    assert seen.waiting == {}
    by_age = [part.value for part in seen.parts() if part.dimension == "age"]
    assert by_age == ["31"]


def test_money_is_summed_in_one_currency_against_what_was_owed(published):
    [account, other] = [each for each in _owing(40, day=DAY) if _arm(each) == "champion"][:2]
    registered = _register()
    trial = Trial(
        **{field: getattr(registered, field) for field in ("strategy", "split", "shares", "by_debtor", "state")},
        champion="champion",
        challenger="challenger",
        measure=Measure.COLLECTED,
        currency="GBP",
        window_days=5,
        starts_on=DAY,
    )
    payment = _pay(account, "70.00", DAY + timedelta(days=1))
    _pay(other, "30.00", DAY + timedelta(days=2))
    payment_actions.reverse_payment(
        payment_id=payment.pk,
        reason="bounced",
        booked_on=DAY + timedelta(days=3),
        at=at(DAY + timedelta(days=3)),
        by=BY,
    )

    found = trials.standing(trial, day=DAY + timedelta(days=5)).arms(Measure.COLLECTED, trial).champion

    assert (found.y, found.x) == (3_000, 10_000 * found.units)
    trial.currency = "EUR"
    assert trials.standing(trial, day=DAY + timedelta(days=5)).excluded["currency"] == 40


def test_accounts_that_had_come_before_or_changed_arm_are_left_out_and_counted(published):
    [before, *_others] = _owing(1, day=DAY)
    trial = _register()
    [changed, *rest] = _owing(3)
    _decide(published, before.pk, START)
    other = next(arm for arm in SHARES if arm != _arm(changed))
    _decide(published, changed.pk, START + timedelta(days=1), arm=other)

    seen = trials.standing(trial, day=START + timedelta(days=10))

    assert (seen.excluded["before"], seen.excluded["changed"]) == (1, 1)
    assert seen.arms(Measure.PAID_IN_FULL, trial).units == len(rest)


def _decide(version: Version, account_id: int, day, *, arm: str = "") -> None:
    """Keep a decision that an account came to the state of the trial."""
    [effect] = trials.entries(versions.program_of(version.document), "reminding")
    arm = arm or arm_of("early-call", SHARES, account_id)
    Decision.objects.create(
        id=sql.value("SELECT nextval('strategy_decision_id_seq')"),
        account_id=account_id,
        cause_id=0,
        decided_at=at(day),
        version_id=version.pk,
        due_on=day,
        effect=effect,
        from_place=0,
        to_place=1,
        facts={"split.early_call": arm},
    )


def test_a_look_is_taken_when_it_is_due_and_kept_for_ever(published):
    trial = _register()
    trial_book.come(published, 1_600)
    trial_book.pay(champion=3_000, challenger=4_500)
    with pytest.raises(terms.LookNotDue):
        actions.take_look(trial_id=trial.pk, at=at(START + timedelta(days=9)), by=BY)
    day = START + timedelta(days=10)

    assert actions.take_looks(at=at(day), by=BY) == 1
    assert actions.take_looks(at=at(day), by=BY) == 0

    [look] = TrialLook.objects.all()
    assert (look.number, look.day, look.outcome) == (1, day, Outcome.BETTER)
    assert look.bound > 2.5
    sql.execute("DELETE FROM accounts_account WHERE reference LIKE 'S%%'")
    kept = trials.Standing.kept(TrialLook.objects.get())
    assert kept.arms(Measure.PAID_IN_FULL, trial).units == 1_600
    assert trials.has_ended(trial)
    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        sql.execute("UPDATE strategy_trial_look SET outcome = 'nothing'")


def test_the_arm_that_was_found_better_takes_all_in_a_draft(published):
    trial = _register()
    with pytest.raises(terms.NoWinner):
        actions.draft_winner(trial_id=trial.pk, at=at(DAY), by=BY)
    trial_book.come(published, 1_600)
    trial_book.pay(champion=3_000, challenger=4_500)
    day = START + timedelta(days=10)
    actions.take_look(trial_id=trial.pk, at=at(day), by=BY)

    version = actions.draft_winner(trial_id=trial.pk, at=at(day), by=BY)

    assert version.state == "draft"
    assert "when: true" in version.document
    assert 'split.early_call = "challenger"' not in version.document
