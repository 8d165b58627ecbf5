"""Which agreement an item bears interest by, what cannot be agreed, and who may."""

from datetime import date

import pytest
from tests import builders
from tests.charges.book import DUE, EIGHT, accrue, agree, at, charged, debt

from tallystick.charges import actions
from tallystick.charges.models import Line
from tallystick.charges.rules.agreements import AgreementNotReadable
from tallystick.kernel.refusals import NotFound, NotPermitted

pytestmark = pytest.mark.django_db


def test_items_bear_interest_by_what_was_agreed_when_it_began():
    account, first = debt()
    agree(account, {**EIGHT, "rate": {"percent": 4, "day_count": "actual/365"}}, from_on=date(2026, 1, 15))
    second = builders.invoice(account, "1000.00", due_on=date(2026, 1, 14))

    accrue(date(2026, 1, 31))

    assert [line.percent for item in (first, second) for line in Line.objects.filter(item_id=item.pk)] == [8, 4]


def test_what_is_agreed_of_a_portfolio_goes_before_what_is_agreed_of_all():
    account, _item = debt()
    agree(account, {**EIGHT, "rate": {"percent": 4, "day_count": "actual/365"}}, portfolio_id=account.portfolio_id)

    accrue(date(2026, 1, 31))

    assert charged(account) == 329


def test_terms_that_cannot_be_read_are_refused_with_where_and_what_to_do():
    account = builders.account()

    with pytest.raises(AgreementNotReadable, match=r"“compouding” is unknown: did you mean “compounding”"):
        agree(account, {**EIGHT, "compouding": "daily"})


def test_a_rule_that_there_is_not_is_refused():
    account = builders.account()

    with pytest.raises(NotFound):
        agree(account, {"rate": {"rule": "interest.of_the_moon"}})


def test_who_may_not_set_charges_sets_and_charges_nothing():
    account, _item = debt()
    nobody = builders.actor(builders.user(), "see accounts")

    with pytest.raises(NotPermitted):
        actions.accrue(day=date(2026, 1, 31), at=at(date(2026, 1, 31)), by=nobody)
    with pytest.raises(NotPermitted):
        actions.set_agreement(client_id=account.client_id, from_on=DUE, document=EIGHT, at=builders.AT, by=nobody)


def test_nobody_sets_or_charges_beyond_their_clients():
    account, _item = debt()
    stranger, _other = debt()
    manager = builders.actor(builders.user(), "set charges", clients=frozenset({account.client_id}))

    actions.accrue(day=date(2026, 1, 31), at=at(date(2026, 1, 31)), by=manager)

    assert (charged(account), charged(stranger)) == (658, 0)
    with pytest.raises(NotFound):
        actions.set_agreement(client_id=stranger.client_id, from_on=DUE, document=EIGHT, at=builders.AT, by=manager)
