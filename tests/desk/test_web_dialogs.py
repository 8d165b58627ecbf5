"""What is done at an account by its dialogs, and what they refuse."""

from datetime import timedelta

import pytest
from tests import builders
from tests.builders import AT, TODAY
from tests.desk.conftest import HTMX
from tests.desk.pages import said, url

from tallystick.access.rules.rights import Role
from tallystick.contact.models import Call, Message
from tallystick.disputes.models import Dispute
from tallystick.parties.models import Address, ContactPoint
from tallystick.promises.models import Promise
from tallystick.worklists.models import WorkItem


def test_a_promise_is_taken_in_words_of_the_telephone(book, collector):
    response = collector.post(url("promise", book), {"amount": "£1,50.00", "pay_on": "fri"}, headers=HTMX)

    assert response.status_code == 204
    assert response["HX-Redirect"] == url("account", book) + "?done"
    promise = Promise.objects.get()
    assert (promise.amount_minor, promise.pay_on.isoformat()) == (15_000, "2026-03-06")
    assert said(response) == ["Promise recorded: £150.00 by Fri 6 Mar."]


def test_without_a_script_the_page_moves_on_by_itself(book, collector):
    response = collector.post(url("promise", book), {"amount": "10", "pay_on": "fri"})

    assert (response.status_code, response["Location"]) == (302, url("account", book) + "?done")


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        pytest.param({"amount": "100", "pay_on": "someday"}, "is no day", id="no day"),
        pytest.param({"amount": "ten", "pay_on": "fri"}, "is no amount", id="no amount"),
        pytest.param({"amount": "0", "pay_on": "fri"}, "Enter more than nothing", id="nothing"),
        pytest.param({"amount": "1.005", "pay_on": "fri"}, "is no amount", id="half a penny"),
        pytest.param({"amount": "100", "pay_on": ""}, "required", id="missing"),
        pytest.param({"amount": "301", "pay_on": "fri"}, "promises.amount_out_of_range", id="more than is owed"),
        pytest.param({"amount": "100", "pay_on": "+90"}, "promises.day_out_of_range", id="too far ahead"),
    ],
)
def test_a_promise_that_cannot_be_comes_back_in_the_dialog(book, collector, entered, words):
    response = collector.post(url("promise", book), entered, headers=HTMX)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Promise.objects.exists()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("fri", '<span class="good">Fri 6 Mar</span>'),
        ("yesterday", ""),
        ("1 mar 2026", '<span class="late">Sun 1 Mar</span>'),
        ("fr", ""),
    ],
)
def test_a_day_is_read_back_while_it_is_typed(book, collector, text, shown):
    assert collector.get(url("day", book), {"pay_on": text}).content.decode() == shown


@pytest.mark.parametrize(("text", "shown"), [("3pm", "Mon 2 Mar, 15:00"), ("soon", "")])
def test_a_moment_is_read_back_while_it_is_typed(book, collector, text, shown):
    assert shown in collector.get(url("moment", book), {"callback_at": text}).content.decode()


def test_a_call_is_logged_by_its_outcome_alone(book, collector):
    task = book.task()

    response = collector.post(url("call", book), {"outcome": "no_answer"}, headers=HTMX)

    task.refresh_from_db()
    assert response.status_code == 204
    assert Call.objects.get().outcome == "no_answer"
    assert task.due_on == TODAY + timedelta(days=1)


def test_a_call_is_on_the_number_that_was_chosen(book, collector):
    point = ContactPoint.objects.get(kind="mobile")

    collector.post(url("call", book), {"outcome": "dead_number", "point": point.pk, "note": "Tone only."})

    call = Call.objects.get()
    point.refresh_from_db()
    assert (call.contact_point_id, call.number, call.note) == (point.pk, "07700 900123", "Tone only.")
    assert point.state == "bad"


def test_a_call_back_asks_when_and_is_kept(book, collector):
    asked = collector.post(url("call", book), {"outcome": "callback"}, headers=HTMX)
    kept = collector.post(url("call", book), {"outcome": "callback", "callback_at": "3pm"}, headers=HTMX)

    assert asked.status_code == 422
    assert "Say when to call back." in asked.content.decode()
    assert kept.status_code == 204
    assert WorkItem.objects.get(kind="callback").due_at == AT + timedelta(hours=6)


def test_a_promise_in_a_call_is_asked_for_next_and_saved_with_it(book, collector):
    asked = collector.post(
        url("call", book), {"outcome": "promise", "number": "01632 960307", "note": "Payday."}, headers=HTMX
    )
    entered = {field.name: field.value() for field in asked.context["form"] if field.value() is not None}
    saved = collector.post(url("promise", book), {**entered, "pay_on": "fri"}, headers=HTMX)

    assert asked.status_code == 200
    assert saved.status_code == 204
    assert Promise.objects.get().amount_minor == 30_000
    call = Call.objects.get()
    assert (call.outcome, call.number, call.note) == ("promise", "01632 960307", "Payday.")


def test_a_dispute_in_a_call_is_asked_for_next_and_saved_with_it(book, collector):
    asked = collector.post(url("call", book), {"outcome": "dispute"}, headers=HTMX)
    entered = {field.name: field.value() for field in asked.context["form"] if field.value() is not None}
    collector.post(url("dispute", book), {**entered, "reason": "price"}, headers=HTMX)

    assert Dispute.objects.get().amount_minor == 30_000
    assert Call.objects.get().outcome == "dispute"


def test_an_outcome_that_does_not_exist_is_refused(book, collector):
    assert collector.post(url("call", book), {"outcome": "abducted"}, headers=HTMX).status_code == 422
    assert not Call.objects.exists()


def test_a_dispute_of_one_item_names_it(book, collector):
    item = book.account.items.order_by("due_on").first()

    collector.post(url("dispute", book), {"item": item.pk, "reason": "duplicate", "note": "Paid twice."})

    dispute = Dispute.objects.get()
    assert (dispute.item_id, dispute.amount_minor) == (item.pk, 10_000)


def test_an_item_of_another_account_cannot_be_disputed_here(book, collector):
    item = book.far_account.items.order_by("due_on").first()

    response = collector.post(url("dispute", book), {"item": item.pk, "reason": "duplicate"}, headers=HTMX)

    assert response.status_code == 422
    assert not Dispute.objects.exists()


def test_a_team_leader_decides_a_dispute(book, collector, leader):
    collector.post(url("dispute", book), {"item": "", "reason": "price", "amount": "40"})
    dispute = Dispute.objects.get()
    address = url("resolve", book, dispute_id=dispute.pk)

    refused = collector.post(address, {"outcome": "upheld"})
    decided = leader.post(address, {"outcome": "upheld", "credit": "30", "note": "Agreed."}, headers=HTMX)

    dispute.refresh_from_db()
    assert refused.status_code == 403
    assert decided.status_code == 204
    assert (dispute.state, dispute.credited_minor) == ("upheld", 3_000)


def test_a_promise_is_withdrawn_by_those_who_may(book, collector, leader):
    collector.post(url("promise", book), {"amount": "100", "pay_on": "fri"})
    promise = Promise.objects.get()
    address = url("withdraw", book, promise_id=promise.pk)

    assert collector.post(address, {"reason": "Typed wrongly"}).status_code == 403
    assert leader.post(address, {"reason": ""}, headers=HTMX).status_code == 422
    assert leader.post(address, {"reason": "Typed wrongly"}, headers=HTMX).status_code == 204
    promise.refresh_from_db()
    assert promise.state == "withdrawn"


def test_a_task_is_added_put_off_given_and_done(book, person, leader):
    colleague = person(Role.COLLECTOR, "colin.marsh")
    leader.post(url("task", book), {"title": "Send a copy", "kind": "follow_up", "due_on": "today", "mine": "on"})
    task = WorkItem.objects.get()
    parts = {"work_item_id": task.pk}

    leader.post(url("put_off", book, **parts), {"due_on": "fri", "reason": "Waits for the client"})
    leader.post(url("give", book, **parts), {"to": f"user:{colleague.pk}"})
    task.refresh_from_db()
    assert (task.due_on.isoformat(), task.assignee_id) == ("2026-03-06", colleague.pk)

    leader.post(url("finish_task", book, **parts))
    again = leader.post(url("finish_task", book, **parts))
    task.refresh_from_db()
    assert task.state == "done"
    assert "already" in said(again)[-1]


def test_a_task_cannot_be_given_to_somebody_out_of_reach(book, leader):
    task = book.task()
    stranger = builders.user("stella.stranger")

    response = leader.post(url("give", book, work_item_id=task.pk), {"to": f"user:{stranger.pk}"}, headers=HTMX)

    task.refresh_from_db()
    assert response.status_code == 422
    assert task.assignee_id is None


def test_ways_to_reach_somebody_are_added_and_changed(book, collector):
    added = collector.post(url("add_contact", book), {"value": "amelia@work.example", "kind": "mobile"}, headers=HTMX)
    wrong = collector.post(url("add_contact", book), {"value": "12", "kind": "mobile"}, headers=HTMX)
    point = ContactPoint.objects.get(value="amelia@work.example")
    changed = collector.post(
        url("change_contact", book, contact_point_id=point.pk), {"state": "confirmed", "consent": "no"}, headers=HTMX
    )
    moved = collector.post(
        url("address", book), {"lines": "4 Mill Lane\n\nFlat 2", "town": "Cardiff", "postcode": "CF19 3GW"}
    )

    point.refresh_from_db()
    assert (added.status_code, wrong.status_code, changed.status_code, moved.status_code) == (204, 422, 204, 302)
    assert (point.kind, point.state, point.consent) == ("email", "confirmed", False)
    assert Address.objects.get(until_on=None).lines == ["4 Mill Lane", "Flat 2"]


def test_a_message_shows_whether_we_may_before_it_is_sent(book, collector, templates):
    choices = collector.get(url("messages", book), headers=HTMX)
    reminder = next(
        choice
        for choice in choices.context["choices"]
        if choice.template.name == "reminder_1" and choice.channel == "email"
    )
    address = url("message", book, template_id=reminder.template.pk)

    before = collector.get(address, headers=HTMX).content.decode()
    sent = collector.post(address, headers=HTMX)

    assert "may be sent" in choices.content.decode()
    assert "amelia@example.org" in before
    assert "£200.00" in before, "what is overdue stands in the preview"
    assert sent.status_code == 204
    assert Message.objects.get().state == "queued"
    assert said(sent) == ["E-mail to amelia@example.org is on its way."]


def test_a_message_that_may_not_be_sent_says_why_and_has_no_button(book, collector, templates):
    collector.post(url("hold", book), {"reason": "breathing_space"})
    choices = collector.get(url("messages", book), headers=HTMX).context["choices"]
    reminder = next(choice for choice in choices if choice.template.name == "reminder_1")
    address = url("message", book, template_id=reminder.template.pk)

    before = collector.get(address, headers=HTMX).content.decode()
    tried = collector.post(address, headers=HTMX)

    assert "A hold stops this." in before
    assert 'type="submit"' not in before
    assert said(tried)[-1] == "Not sent: A hold stops this."
    assert Message.objects.get().state == "refused"


def test_a_template_for_colleagues_is_not_offered(book, collector, templates):
    choices = collector.get(url("messages", book), headers=HTMX).context["choices"]

    assert {choice.channel.value for choice in choices} == {"email", "letter", "sms"}
    assert collector.get(url("message", book, template_id=999_999)).status_code == 404
