"""Trials through the web: registered, read, downloaded, and kept from whoever may not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy import trial_book
from tests.strategy.builders import BY, at
from tests.strategy.test_trials import _register
from tests.strategy.trial_book import DOCUMENT, START, TERMS

from tallystick.access.rules.grants import Reach
from tallystick.access.rules.rights import Role
from tallystick.kernel import clock, sql
from tallystick.strategy import actions
from tallystick.strategy.models import Trial

TYPED = {
    "title": "Call early",
    "candidate": "test|early-call|champion|challenger|reminding",
    "treats": "",
    "measure": "paid_in_full",
    "currency": "",
    "window_days": "10",
    "effect": "5",
    "expected": "30",
    "alpha": "5",
    "power": "80",
    "looks": "2",
    "starts_on": START.isoformat(),
}


@pytest.fixture
def published(calendar, db):
    return strategies.publish(DOCUMENT)


def test_a_trial_is_sized_then_registered_and_read(published, signed_in):
    manager = signed_in(Role.CREDIT_MANAGER)
    sized = manager.post(reverse("strategy:new_trial"), TYPED | {"size": "1"})
    assert sized.status_code == 200
    assert "champions and 1,3" in sized.content.decode()
    assert not Trial.objects.exists()

    shown = manager.post(reverse("strategy:new_trial"), TYPED, follow=True).content.decode()

    assert "Nothing can be said yet: 0 of 2,7" in shown
    assert "Call early" in manager.get(reverse("strategy:trials")).content.decode()
    wrong = manager.post(reverse("strategy:new_trial"), TYPED)
    assert wrong.status_code == 422
    assert "reads the same split" in wrong.content.decode()


def test_figures_between_looks_say_that_nothing_may_be_concluded_and_a_look_concludes(published, signed_in):
    trial = _register()
    trial_book.come(published, 1_600)
    trial_book.pay(champion=3_000, challenger=4_500)
    day = START + timedelta(days=10)
    clock.travel_to(at(day))
    manager = signed_in(Role.CREDIT_MANAGER)
    address = reverse("strategy:trial", args=[trial.pk])
    assert "no conclusion may be drawn" in manager.get(address).content.decode()

    shown = manager.post(reverse("strategy:look_at_trial", args=[trial.pk]), follow=True).content.decode()

    assert "“challenger” is better. Accounts paid in full: the challenger differs by +1" in shown
    told = manager.get(reverse("strategy:trial_json", args=[trial.pk])).json()
    assert told["looks"][0]["outcome"] == "better"
    assert 0.10 < told["measures"][0]["difference"] < 0.20
    table = manager.get(reverse("strategy:trial_csv", args=[trial.pk])).content.decode().splitlines()
    assert table[0].startswith("of,name,champion_units")
    assert len(table) == 1 + len(told["measures"]) + len(told["exploratory"])
    drafted = manager.post(reverse("strategy:draft_of_trial", args=[trial.pk]), follow=True).content.decode()
    assert "Draft" in drafted


def test_arms_that_are_filled_wrongly_are_told_loudly(published, signed_in):
    trial = _register()
    trial_book.come(published, 1_600)
    # A third of the challengers never owed anything as far as the ledger knows.
    sql.execute(
        """
        INSERT INTO ledger_entry
            (account_id, amount_minor, cause_id, posted_at, booked_on, cause_no, cause_kind, debit, credit, currency)
        SELECT account_id, 10000, account_id, %(at)s, %(start)s::date - 1, 0, 2, 30, 9, 'GBP' FROM strategy_decision
        WHERE facts ->> 'split.early_call' = 'challenger' AND account_id %% 3 = 0
        """,
        {"at": at(START), "start": START},
    )
    clock.travel_to(at(START + timedelta(days=3)))

    shown = signed_in(Role.CREDIT_MANAGER).get(reverse("strategy:trial", args=[trial.pk])).content.decode()

    assert "The arms are not filled by their shares." in shown
    assert "It owed nothing when it came" in shown


def test_who_may_only_read_registers_nothing_and_who_sees_some_clients_sees_no_trial_of_all(published, signed_in):
    trial = _register()
    leader = signed_in(Role.TEAM_LEADER)
    assert leader.get(reverse("strategy:trial", args=[trial.pk])).status_code == 200
    assert leader.post(reverse("strategy:new_trial"), TYPED).status_code == 403
    assert leader.post(reverse("strategy:end_trial", args=[trial.pk]), {"reason": "No."}).status_code == 403

    within = signed_in(Role.AUDITOR, reach=Reach(client_id=builders.client().pk))

    for name in ("trial", "trial_json", "trial_csv"):
        assert within.get(reverse(f"strategy:{name}", args=[trial.pk])).status_code == 404
    assert "Call early" not in within.get(reverse("strategy:trials")).content.decode()


def test_a_trial_that_a_person_ended_says_so(published, signed_in):
    trial = _register()
    manager = signed_in(Role.CREDIT_MANAGER)
    missing = manager.post(reverse("strategy:end_trial", args=[trial.pk]), {"reason": " "}, follow=True)
    assert "Ended by" not in missing.content.decode()

    shown = manager.post(reverse("strategy:end_trial", args=[trial.pk]), {"reason": "Wrong window."}, follow=True)

    assert "Wrong window. Nothing is concluded." in shown.content.decode()
    assert actions.take_looks(at=at(START), by=BY) == 0
    assert TERMS.title in manager.get(reverse("strategy:trials")).content.decode()
