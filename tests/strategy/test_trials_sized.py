"""What a trial is sized by: what the book did in the last days, with both numbers said, or that it did too little."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy import trial_book
from tests.strategy.builders import BY, DAY, at
from tests.strategy.trial_book import BY_DEBTOR, DOCUMENT, TERMS

from tallystick.access.rules.rights import Role
from tallystick.kernel import clock, sql
from tallystick.kernel.refusals import NotPermitted
from tallystick.strategy import actions
from tallystick.strategy.queries import trial_history_aloud
from tallystick.strategy.rules.trials import terms
from tallystick.strategy.rules.trials.terms import Measure

BEFORE = DOCUMENT.replace("splits:\n  early-call:\n    shares: {champion: 50, challenger: 50}\n", "").replace(
    '        when: split.early_call = "challenger"\n        otherwise: skip\n', ""
)
UNSEEN = replace(TERMS, expected=None, effect=Decimal("0.10"))
ASKED = {
    "candidate": "test|early-call|champion|challenger|reminding",
    "treats": "",
    "measure": "paid_in_full",
    "currency": "",
    "window_days": "10",
}

pytestmark = pytest.mark.django_db


def _lived(document: str = DOCUMENT, *, debtors: int = 200, big: int = 1, pays: int = 2_500) -> None:
    """Have debtors come to the state in a version without the split, fifty days ago, before one with it is published."""
    begun = DAY - timedelta(days=50)
    version = strategies.publish(BEFORE, day=begun)
    trial_book.come(version, debtors, big=big, start=begun + timedelta(days=10), over_days=10)
    trial_book.pay(champion=pays, challenger=pays)
    strategies.publish(document)


_PAID = """
SELECT count(*) FILTER (WHERE cause_kind = 2)::integer AS paid, count(DISTINCT account_id)::integer AS every FROM ledger_entry
"""


def _paid() -> tuple[int, int]:
    [row] = sql.rows(_PAID)
    return row["paid"], row["every"]


def test_what_the_book_did_before_there_was_a_split_is_the_base_rate_and_both_numbers_are_said(calendar):
    _lived()
    paid, every = _paid()
    assert (every, 30 <= paid <= 70) == (200, True)

    found = actions.look_back(UNSEEN, today=DAY, by=BY)
    trial = actions.register_trial(UNSEEN, at=at(DAY), by=BY)

    assert (found.sums.y, found.sums.units, found.came, found.days) == (paid, 200, 200, 50)
    assert trial.baseline == paid / 200
    assert trial.variance == pytest.approx(paid / 200 * (1 - paid / 200) * 200 / 199)
    assert (trial.past_units, trial.inflow) == (200, 4.0)
    share = paid / 2
    assert trial_history_aloud.said(found) == [
        f"In the 50 days since 11 January 2026: {paid} of 200 accounts were paid in full within 10 days, {share:g} %.",
        "200 came to this state in 50 days, 4 a day.",
    ]


def test_money_is_told_by_what_was_owed_and_contacts_by_how_many_each(calendar):
    _lived()
    paid, _every = _paid()

    of_money = actions.look_back(replace(UNSEEN, measure=Measure.COLLECTED, currency="GBP"), today=DAY, by=BY)
    of_contacts = actions.look_back(replace(UNSEEN, measure=Measure.CONTACTS), today=DAY, by=BY)

    assert (
        f"£{paid * 100:,}.00 of the £20,000.00 owed by 200 accounts were collected"
        in trial_history_aloud.said(of_money)[0]
    )
    assert not of_contacts.is_known
    assert "Nothing varied" in trial_history_aloud.said(of_contacts)[0]
    assert (
        "0 messages and calls within 10 days to 200 accounts, 0 for each account"
        in trial_history_aloud.said(of_contacts)[0]
    )


def test_debtors_with_many_accounts_make_a_trial_larger_whatever_share_is_expected(calendar):
    _lived(BY_DEBTOR, big=8)

    found = actions.look_back(UNSEEN, today=DAY, by=BY)
    seen = actions.size_trial(UNSEEN, today=DAY, by=BY)
    expected = actions.size_trial(replace(UNSEEN, expected=Decimal("0.4")), today=DAY, by=BY)

    assert (found.sums.units, found.sums.x) == (200, 180 + 20 * 8)
    assert "340 accounts of 200 debtors were paid in full" in trial_history_aloud.said(found)[0]
    assert found.crowding > 1.5
    assert expected.variance == pytest.approx(0.24 * found.crowding)
    assert seen.variance == found.sums.spread
    alone = actions.size_trial(replace(UNSEEN, expected=Decimal("0.4")), today=DAY - timedelta(days=41), by=BY)
    assert alone.variance == 0.24, "nothing was known by then"


def test_where_too_few_have_come_it_says_so_and_what_to_do(calendar):
    _lived(debtors=29)

    told = trial_history_aloud.said(actions.look_back(UNSEEN, today=DAY, by=BY))

    assert told[:2] == [
        "Too little is known: 29 have come and been watched for 10 days, and 30 are needed.",
        "Say below what share you expect of the champion.",
    ]
    money = actions.look_back(replace(UNSEEN, measure=Measure.COLLECTED, currency="GBP"), today=DAY, by=BY)
    assert "compare by a share of accounts" in trial_history_aloud.said(money)[1]
    with pytest.raises(terms.HistoryMissing):
        actions.register_trial(UNSEEN, at=at(DAY), by=BY)


def test_only_whoever_may_register_asks_the_past_and_only_of_what_they_see(calendar):
    strategies.publish(DOCUMENT)
    with pytest.raises(NotPermitted):
        actions.look_back(UNSEEN, today=DAY, by=builders.actor(builders.user(), "see strategies"))
    own = builders.client()
    within = builders.actor(builders.user(), "publish strategies", clients=frozenset({own.pk}))
    with pytest.raises(NotPermitted):
        actions.look_back(UNSEEN, today=DAY, by=within)
    assert actions.look_back(replace(UNSEEN, client=own.code), today=DAY, by=within).came == 0


def test_the_form_says_it_before_anybody_types_a_share(calendar, signed_in):
    _lived()
    clock.travel_to(at(DAY))
    manager = signed_in(Role.CREDIT_MANAGER)
    page = manager.get(reverse("strategy:new_trial")).content.decode()
    assert f'hx-get="{reverse("strategy:past_of_trial")}"' in page

    told = manager.get(reverse("strategy:past_of_trial"), ASKED)

    assert f"{_paid()[0]} of 200 accounts were paid in full within 10 days" in told.content.decode()
    assert "Money is compared in one currency" in _past(manager, measure="collected")
    assert _past(manager, window_days="").strip() == ""
    assert _past(manager, candidate="test|other|a|b|c").strip() == ""
    assert signed_in(Role.TEAM_LEADER).get(reverse("strategy:past_of_trial"), ASKED).status_code == 403


def _past(manager, **changed) -> str:
    return manager.get(reverse("strategy:past_of_trial"), ASKED | changed).content.decode()
