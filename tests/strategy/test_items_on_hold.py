"""One of five invoices is on hold until a day, or disputed: four are chased, one is silent, and returns when that ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at, happened

from tallystick.config.working_off import work_off
from tallystick.contact.actions.templates import load_templates
from tallystick.contact.models import Message
from tallystick.contact.queries.merging import messages_to_write
from tallystick.contact.rules.fields import Speech
from tallystick.contact.rules.writing import values, write
from tallystick.disputes import actions as dispute_actions
from tallystick.disputes.rules import Reason as DisputeReason
from tallystick.disputes.rules import State
from tallystick.documents.rules.text import as_plain_text
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.kernel import clock
from tallystick.kernel.money import Money
from tallystick.parties import actions as party_actions
from tallystick.parties.rules import ContactKind
from tallystick.worklists.models import WorkItem

DOCUMENT = """
name: test
title: Test
start: chasing
levels: {1: 1 day past due, 2: 14 days past due, 3: 30 days past due}
states:
  chasing:
    steps:
      - id: write
        title: Write
        when: accounts.overdue > 0
        do:
          - email: TEMPLATE
      - id: again
        title: Write
        after: 3 days
        when: accounts.overdue > 0
        do:
          - email: TEMPLATE
"""
REFERENCES = ["INV-1", "INV-2", "INV-3", "INV-4", "INV-5"]
UNTIL = DAY + timedelta(days=3)


@pytest.fixture
def account(db):
    """Have an account with five invoices, the first the oldest, and its strategy's templates."""
    load_templates(at=at(DAY), by=BY)
    made = builders.account()
    party_actions.add_contact_point(
        party_id=made.party_id, kind=ContactKind.EMAIL, value="amelia@debtor.example", at=at(DAY), by=BY
    )
    for number, reference in enumerate(REFERENCES):
        builders.invoice(made, "100.00", due_on=DAY - timedelta(days=40 - 8 * number), reference=reference)
    yield made
    clock.travel_to(None)


def hold(account, *references, **terms):
    items = [item.pk for item in account.items.filter(reference__in=references)]
    terms = {"reason": Reason.MANUAL, "until_on": UNTIL, "at": at(DAY), "by": BY, **terms}
    hold_actions.hold_items(account_id=account.pk, item_ids=items, **terms)


def live(day):
    clock.travel_to(at(day))
    hold_actions.end_holds(at=at(day), by=BY)
    work_off()
    strategies.run(day)


def said(message, day):
    [merge] = messages_to_write([message.pk], at=at(day))
    facts = merge.account.facts
    template = message.template
    written = write(subject=template.subject, body=template.body, facts=facts, speech=Speech("en"))
    return values(facts), as_plain_text(written.blocks)


def test_four_are_chased_one_is_silent_and_on_its_day_it_returns(account):
    person = builders.user("jo")
    strategies.publish(DOCUMENT.replace("TEMPLATE", "reminder_1"))
    hold(account, "INV-1", by=builders.actor(person, "place holds"), note="Query about delivery")

    live(DAY)
    assert Message.objects.get().state == "sent"
    fields, text = said(Message.objects.get(), DAY)
    assert [row["reference"] for row in fields["items"]] == REFERENCES[1:]
    assert "INV-1" not in text
    assert "£400.00" in text
    # The oldest is 40 days late and on hold; of the others the oldest is 32.
    assert (fields["account"]["level"], fields["account"]["days_past_due"]) == (3, 32)
    for day in strategies.days(DAY + timedelta(days=1), 3):
        live(day)
    fields, text = said(Message.objects.order_by("pk")[1], UNTIL)
    assert [row["reference"] for row in fields["items"]] == REFERENCES
    assert "£500.00" in text
    [task] = WorkItem.objects.all()
    assert (task.title, task.assignee_id, task.due_on) == ("INV-1 is no longer on hold: look again", person.pk, UNTIL)
    assert [day for day, what in happened(account.pk) if what == "Write"] == [DAY, UNTIL]


def test_a_message_that_was_queued_before_the_hold_leaves_the_item_out_when_it_is_written(account):
    strategies.publish(DOCUMENT.replace("TEMPLATE", "reminder_1"))
    live(DAY)
    hold(account, "INV-1")
    hold(account, "INV-2", amount=Money(6_000, "GBP"))

    fields, text = said(Message.objects.get(), DAY)

    assert [(row["reference"], row["remaining"].minor) for row in fields["items"]][:2] == [
        ("INV-2", 4_000),
        ("INV-3", 10_000),
    ]
    assert "£340.00" in text


def test_a_statement_lists_what_is_on_hold_and_says_so(account):
    strategies.publish(DOCUMENT.replace("TEMPLATE", "statement"))
    hold(account, "INV-1")
    hold(account, "INV-2", amount=Money(6_000, "GBP"))
    live(DAY)

    fields, text = said(Message.objects.get(), DAY)

    assert [row["reference"] for row in fields["items"]] == REFERENCES
    assert "INV-1 (on hold)" in text
    assert "INV-2 (£60.00 on hold)" in text
    assert (fields["account"]["remaining"].minor, fields["account"]["overdue"].minor) == (50_000, 34_000)
    assert (fields["account"]["held"].minor, fields["account"]["level"]) == (16_000, 3)


def test_where_all_is_on_hold_nothing_leaves_and_the_reason_is_recorded(account):
    strategies.publish(
        DOCUMENT.replace("accounts.overdue > 0", "accounts.balance > 0").replace("TEMPLATE", "reminder_1")
    )
    hold(account, *REFERENCES)

    live(DAY)

    message = Message.objects.get()
    assert (message.state, message.refusal) == ("refused", "contact.held")


def test_an_account_that_speaks_for_another_leaves_out_what_is_on_hold_there(account):
    other = strategies.sibling(account)
    for reference in ("INV-6", "INV-7"):
        builders.invoice(other, "100.00", due_on=DAY - timedelta(days=5), reference=reference)
    strategies.publish(
        DOCUMENT.replace("TEMPLATE", "reminder_1").replace("states:", "one_message_per: debtor\nstates:", 1)
    )
    hold(other, "INV-6")

    live(DAY)

    message = Message.objects.get()
    assert message.account_id == account.pk
    assert [row["reference"] for row in said(message, DAY)[0]["items"]] == [*REFERENCES, "INV-7"]


def dispute(account, reference):
    [item] = account.items.filter(reference=reference)
    return dispute_actions.raise_dispute(
        account_id=account.pk, item_id=item.pk, reason=DisputeReason.NOT_RECEIVED, at=at(DAY), by=BY
    )


def test_what_is_disputed_is_silent_until_it_is_decided(account):
    strategies.publish(DOCUMENT.replace("TEMPLATE", "reminder_1"))
    raised = dispute(account, "INV-1")

    live(DAY)
    fields, text = said(Message.objects.get(), DAY)
    assert [row["reference"] for row in fields["items"]] == REFERENCES[1:]
    assert "£400.00" in text
    assert (fields["account"]["level"], fields["account"]["days_past_due"]) == (3, 32)
    dispute_actions.resolve_dispute(
        account_id=account.pk, dispute_id=raised.pk, outcome=State.REJECTED, at=at(DAY), by=BY
    )
    for day in strategies.days(DAY + timedelta(days=1), 3):
        live(day)
    fields, text = said(Message.objects.order_by("pk")[1], UNTIL)
    assert [row["reference"] for row in fields["items"]] == REFERENCES
    assert "£500.00" in text


def test_where_all_is_disputed_nothing_that_asks_leaves(account):
    strategies.publish(
        DOCUMENT.replace("accounts.overdue > 0", "accounts.balance > 0").replace("TEMPLATE", "reminder_1")
    )
    for reference in REFERENCES:
        dispute(account, reference)

    live(DAY)

    message = Message.objects.get()
    assert (message.state, message.refusal) == ("refused", "contact.held")
