"""What a person is shown before a message is queued is what is decided when it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from tests.contact.conftest import AT, BY, Book

from tallystick.accounts.models import Account
from tallystick.contact import actions
from tallystick.contact.models import Message
from tallystick.contact.queries import asking, previews
from tallystick.contact.queries import templates as template_queries
from tallystick.contact.rules.words import Channel, Purpose
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.parties.models import ContactPoint


def _held(account: Account) -> None:
    hold_actions.place_hold(account_id=account.pk, reason=Reason.VULNERABILITY, at=AT, by=BY)


def _refused(account: Account) -> None:
    ContactPoint.objects.filter(party_id=account.party_id).update(consent=False)


def _does_not_work(account: Account) -> None:
    ContactPoint.objects.filter(party_id=account.party_id).update(state="bad")


def _paid(account: Account) -> None:
    account.items.update(open_minor=0)


def _heard_often(account: Account) -> None:
    for _time in range(settings.CONTACT_LIMITS.cap_messages):
        actions.send_message(account_id=account.pk, template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        pytest.param(lambda account: None, "", id="we may"),
        pytest.param(_held, "contact.held", id="held"),
        pytest.param(_refused, "contact.consent_refused", id="refused"),
        pytest.param(_does_not_work, "contact.address_bad", id="does not work"),
        pytest.param(_paid, "contact.nothing_owed", id="paid"),
        pytest.param(_heard_often, "contact.too_often", id="too often"),
    ],
)
def test_what_is_shown_beforehand_is_what_is_decided(book: Book, happens: Callable[[Account], None], code: str) -> None:
    account = book.account()
    happens(account)
    before = Message.objects.count()

    shown = asking.may_we(
        account.pk, channel=Channel.EMAIL, purpose=Purpose.DEMAND, limits=settings.CONTACT_LIMITS, at=AT
    )
    assert Message.objects.count() == before, "to ask writes nothing"
    sent = actions.send_message(account_id=account.pk, template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)

    assert shown.answers.refusal == sent.refusal == code
    assert shown.recipient == sent.recipient
    kept = {name: answer for name, answer in sent.answers_queued.items() if name != "heard"}
    assert {rule.name: answer for rule, answer in shown.asked} == kept


def test_a_preview_is_of_the_account_it_is_asked_for(book: Book) -> None:
    book.account(name="Wrong Debtor")
    account = book.account(name="Right Debtor")
    template = template_queries.live().get(name="reminder_1", channel=Channel.EMAIL, language="en")

    shown = previews.preview_for(template, account_id=account.pk, at=AT)

    assert shown.facts.party_name == "Right Debtor"
