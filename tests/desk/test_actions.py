"""One task for a person, the rest by itself: what follows from a call, a promise, a number that is no use."""

from datetime import date, timedelta

import pytest
from tests import builders
from tests.builders import AT, TEST, TODAY

from tallystick.access.rules.rights import Role, rights_of
from tallystick.contact.models import Call
from tallystick.contact.rules.words import CallOutcome, Direction
from tallystick.desk import actions
from tallystick.desk.rules.calls import CallBackNeedsTime
from tallystick.disputes.models import Dispute
from tallystick.disputes.rules import Reason
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound, NotPermitted
from tallystick.parties.models import Address, ContactPoint
from tallystick.parties.rules import ContactKind, ContactPointUnreadable, ContactState
from tallystick.promises.models import Promise
from tallystick.promises.rules import PromiseDayOutOfRange
from tallystick.timeline import queries as timeline_queries
from tallystick.worklists.models import WorkItem

BY = Actor("Carla Webb", user_id=7, rights=rights_of([Role.COLLECTOR]))
TUESDAY = date(2026, 3, 3)


def told(account):
    return [event["kind"] for event in reversed(timeline_queries.of_account([account.pk]))]


def mobile(account):
    return ContactPoint.objects.get(party_id=account.party_id, kind=ContactKind.MOBILE)


@pytest.mark.parametrize("outcome", [CallOutcome.NO_ANSWER, CallOutcome.BUSY, CallOutcome.LEFT_MESSAGE])
def test_a_call_that_reached_nobody_is_asked_for_again_on_the_next_business_day(book, outcome):
    task = book.task()

    actions.record_call(account_id=book.account.pk, outcome=outcome, at=AT, by=BY)

    task.refresh_from_db()
    assert (task.state, task.due_on) == ("open", TUESDAY)


def test_a_call_on_a_friday_is_asked_for_again_on_monday(book):
    task = book.task()
    friday = AT + timedelta(days=4)

    actions.record_call(account_id=book.account.pk, outcome=CallOutcome.BUSY, at=friday, by=BY)

    task.refresh_from_db()
    assert task.due_on == date(2026, 3, 9)


@pytest.mark.parametrize("outcome", [CallOutcome.REFUSES, CallOutcome.PAID, CallOutcome.HARDSHIP])
def test_a_call_that_reached_the_right_person_ends_what_asked_for_it(book, outcome):
    task = book.task()

    actions.record_call(account_id=book.account.pk, outcome=outcome, note="Spoke at length.", at=AT, by=BY)

    task.refresh_from_db()
    assert (task.state, task.outcome) == ("done", outcome)


def test_a_call_back_stands_in_the_diary_of_whoever_took_it(book):
    book.task()
    at_three = AT + timedelta(hours=6)

    actions.record_call(account_id=book.account.pk, outcome=CallOutcome.CALLBACK, callback_at=at_three, at=AT, by=BY)

    [task] = WorkItem.objects.filter(account=book.account, state="open")
    assert (task.kind, task.due_at, task.assignee_id) == ("callback", at_three, BY.user_id)


def test_a_call_back_without_a_time_is_refused_and_nothing_is_written(book):
    with pytest.raises(CallBackNeedsTime):
        actions.record_call(account_id=book.account.pk, outcome=CallOutcome.CALLBACK, at=AT, by=BY)

    assert not Call.objects.exists()
    assert "contact.CallLogged" not in told(book.account)


@pytest.mark.parametrize("outcome", [CallOutcome.DEAD_NUMBER, CallOutcome.WRONG_PARTY])
def test_a_number_that_is_no_use_is_marked_and_told_once(book, outcome):
    for _twice in range(2):
        actions.record_call(
            account_id=book.account.pk, outcome=outcome, contact_point_id=mobile(book.account).pk, at=AT, by=BY
        )

    assert mobile(book.account).state == ContactState.BAD
    assert told(book.account).count("desk.ContactPointChanged") == 1


def test_a_promise_made_in_a_call_logs_the_call_too(book):
    task = book.task()
    spoken = actions.Spoken(contact_point_id=mobile(book.account).pk, note="Paid on Friday.", direction=Direction.IN)

    actions.take_promise(
        account_id=book.account.pk,
        amount=Money.of("100", "GBP"),
        pay_on=TODAY + timedelta(days=4),
        spoken=spoken,
        at=AT,
        by=BY,
    )

    call, task = Call.objects.get(), WorkItem.objects.get(pk=task.pk)
    assert (call.outcome, call.number, call.direction) == ("promise", "07700 900123", "in")
    assert (task.state, task.outcome) == ("done", "promise")


def test_a_promise_on_its_own_ends_the_calls_that_were_asked_for(book):
    task = book.task()

    actions.take_promise(
        account_id=book.account.pk, amount=Money.of("100", "GBP"), pay_on=TODAY + timedelta(days=4), at=AT, by=BY
    )

    task.refresh_from_db()
    assert task.state == "done"
    assert not Call.objects.exists()


def test_a_promise_that_is_refused_leaves_no_call_behind(book):
    task = book.task()

    with pytest.raises(PromiseDayOutOfRange):
        actions.take_promise(
            account_id=book.account.pk,
            amount=Money.of("100", "GBP"),
            pay_on=TODAY - timedelta(days=1),
            spoken=actions.Spoken(),
            at=AT,
            by=BY,
        )

    task.refresh_from_db()
    assert task.state == "open"
    assert not Call.objects.exists()
    assert not Promise.objects.exists()


def test_a_dispute_raised_in_a_call_logs_the_call_too(book):
    actions.hear_dispute(
        account_id=book.account.pk,
        item_id=None,
        amount=None,
        reason=Reason.QUALITY,
        spoken=actions.Spoken(number="01632 960307"),
        at=AT,
        by=BY,
    )

    assert Dispute.objects.get().amount_minor == 30_000
    assert Call.objects.get().outcome == "dispute"


def test_a_dispute_by_letter_leaves_the_calls_that_were_asked_for(book):
    task = book.task()

    actions.hear_dispute(account_id=book.account.pk, item_id=None, amount=None, reason=Reason.QUALITY, at=AT, by=BY)

    task.refresh_from_db()
    assert task.state == "open"


def test_a_new_number_is_told_to_the_account_and_the_same_again_is_not(book):
    for value in ("01632 960307", "+44 1632 960307"):
        actions.add_contact_point(account_id=book.account.pk, kind=ContactKind.PHONE, value=value, at=AT, by=BY)

    assert ContactPoint.objects.filter(party_id=book.account.party_id, kind=ContactKind.PHONE).count() == 1
    assert told(book.account).count("desk.ContactPointAdded") == 1


def test_a_number_that_is_none_is_refused(book):
    with pytest.raises(ContactPointUnreadable):
        actions.add_contact_point(account_id=book.account.pk, kind=ContactKind.PHONE, value="later", at=AT, by=BY)

    assert "desk.ContactPointAdded" not in told(book.account)


def test_one_number_of_a_kind_is_preferred(book):
    first = mobile(book.account)
    other = actions.add_contact_point(
        account_id=book.account.pk, kind=ContactKind.MOBILE, value="07700 900456", at=AT, by=BY
    )

    for point in (first, other):
        actions.change_contact_point(
            account_id=book.account.pk,
            contact_point_id=point.pk,
            state=ContactState.CONFIRMED,
            consent=True,
            preferred=True,
            at=AT,
            by=BY,
        )

    first.refresh_from_db()
    other.refresh_from_db()
    assert (first.preferred, other.preferred) == (False, True)


def test_what_is_known_of_somebody_elses_number_cannot_be_changed_here(book):
    other = builders.account(builders.portfolio(book.near), name="Somebody Else")
    point = actions.add_contact_point(
        account_id=other.pk, kind=ContactKind.MOBILE, value="07700 900456", at=AT, by=TEST
    )

    with pytest.raises(NotFound):
        actions.change_contact_point(
            account_id=book.account.pk,
            contact_point_id=point.pk,
            state=ContactState.BAD,
            consent=None,
            preferred=False,
            at=AT,
            by=BY,
        )


def test_a_new_address_keeps_the_one_before(book):
    actions.set_address(
        account_id=book.account.pk, lines=["4 Mill Lane"], town="Cardiff", postcode="CF19 3GW", at=AT, by=BY
    )

    addresses = Address.objects.filter(party_id=book.account.party_id).order_by("pk")
    assert [address.until_on for address in addresses] == [TODAY, None]
    assert told(book.account)[-1] == "desk.AddressChanged"


def test_somebody_without_the_right_changes_nothing(book):
    nobody = Actor("Nora Nobody")

    with pytest.raises(NotPermitted):
        actions.add_contact_point(
            account_id=book.account.pk, kind=ContactKind.PHONE, value="01632 960307", at=AT, by=nobody
        )
    with pytest.raises(NotPermitted):
        actions.record_call(account_id=book.account.pk, outcome=CallOutcome.BUSY, at=AT, by=nobody)

    assert told(book.account)[-1].startswith("accounts.")
