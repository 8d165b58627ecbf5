"""The desk's pages: who may open them, whose accounts they show, what they save and what they refuse."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import URLPattern, reverse
from tests import builders
from tests.builders import AT, TODAY
from tests.desk.conftest import HTMX, later

from tallystick.access.rules.rights import ROLE_NAMES, Role, roles_with
from tallystick.accounts.models import RelatedParty
from tallystick.contact.models import Call, Message
from tallystick.desk import web
from tallystick.disputes.models import Dispute
from tallystick.holds.models import Hold
from tallystick.parties.models import Address, ContactPoint
from tallystick.promises.models import Promise
from tallystick.timeline import queries as timeline_queries
from tallystick.worklists.models import Claim, WorkItem
from tallystick.worklists.rules import Kind

#: Pages and dialogs about an account that are asked for with GET, and the right each takes.
ABOUT_AN_ACCOUNT = {
    "account": "see accounts",
    "timeline": "see accounts",
    "items": "see accounts",
    "statement": "see accounts",
    "day": "see accounts",
    "moment": "see accounts",
    "why": "see strategies",
    "call": "log calls",
    "note": "log calls",
    "promise": "record promises",
    "hold": "place holds",
    "dispute": "raise disputes",
    "task": "work accounts",
    "messages": "send messages",
    "add_contact": "edit parties",
    "address": "edit parties",
}
#: The others, and the right each takes.
OTHERS = {
    "worklist": "work accounts",
    "team": "assign work",
    "team_now": "assign work",
    "accounts": "see accounts",
    "ageing": "see reports",
}


def url(name, book, **parts):
    return reverse(f"desk:{name}", kwargs={"account_id": book.account.pk, **parts})


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def kinds(account):
    return [event["kind"] for event in timeline_queries.of_account([account.pk])]


@pytest.mark.parametrize("role", list(ROLE_NAMES))
@pytest.mark.parametrize(("name", "right"), ABOUT_AN_ACCOUNT.items(), ids=ABOUT_AN_ACCOUNT)
def test_a_page_about_an_account_opens_for_those_who_hold_its_right(book, log_in, role, name, right):
    response = log_in(role).get(url(name, book))

    assert response.status_code == (200 if role in roles_with(right) else 403)


@pytest.mark.parametrize("role", list(ROLE_NAMES))
@pytest.mark.parametrize(("name", "right"), OTHERS.items(), ids=OTHERS)
def test_a_page_opens_for_those_who_hold_its_right(book, log_in, role, name, right):
    response = log_in(role).get(reverse(f"desk:{name}"))

    assert response.status_code == (200 if role in roles_with(right) else 403)


def _about_an_account() -> list[URLPattern]:
    return [pattern for pattern in web.urlpatterns if "account_id" in pattern.pattern.converters]


@pytest.mark.parametrize("pattern", _about_an_account(), ids=lambda pattern: pattern.name)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_account_of_another_client_does_not_exist(book, log_in, pattern, method):
    """Whatever the address, and whether it shows or saves: 404, never 403, so that nothing is given away."""
    task = book.task(book.far_account)
    Claim.objects.all().delete()
    parts = dict.fromkeys(pattern.pattern.converters, 1) | {"account_id": book.far_account.pk}
    leader = log_in(Role.CREDIT_MANAGER)

    response = getattr(leader, method)(reverse(f"desk:{pattern.name}", kwargs=parts))

    assert response.status_code in {404, 405}
    task.refresh_from_db()
    assert task.state == "open"


def test_nobody_sees_a_page_before_logging_in(book, client):
    response = client.get(url("account", book))

    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/")


@pytest.mark.parametrize(
    ("role", "home"),
    [
        (Role.COLLECTOR, "desk:worklist"),
        (Role.TEAM_LEADER, "desk:worklist"),
        (Role.AUDITOR, "access:audit"),
        (Role.ADMINISTRATOR, "access:users"),
    ],
)
def test_the_site_begins_where_the_work_of_a_role_is(book, log_in, role, home):
    assert log_in(role).get("/")["Location"] == reverse(home)


def test_somebody_without_a_role_is_told_so(book, client):
    client.force_login(builders.user("nora.nobody"))

    response = client.get("/")

    assert response.status_code == 200
    assert "desk/nothing.html" in {template.name for template in response.templates}


def test_the_cockpit_shows_who_what_why_and_what_stands_in_the_way(book, collector):
    solicitor = builders.account(book.account.portfolio, name="Marsh & Co").party
    RelatedParty.objects.create(account=book.account, party=solicitor, role="solicitor", has_authority=True)
    collector.post(url("hold", book), {"reason": "vulnerability", "until_on": "+14", "note": "In hospital"})
    collector.post(url("dispute", book), {"item": "", "reason": "quality", "amount": "40"})

    page = collector.get(url("account", book)).content.decode()

    for words in (
        "Amelia Hughes",
        "£300.00",
        "72 days",
        "Vulnerable customer",
        "In hospital",
        "Marsh &amp; Co",
        "may hear of the debt",
        "£40.00",
        "tel:+447700900123",
        "mailto:amelia@example.org",
        "BS1 8XX",
        "INV-3",
    ):
        assert words in page
    assert page.index("Vulnerable customer") < page.index('role="toolbar"'), "warnings come first"


def test_the_cockpit_shows_what_the_reader_may_do_and_nothing_else(book, log_in):
    auditor = log_in(Role.AUDITOR).get(url("account", book)).content.decode()

    assert 'data-key="s"' in auditor
    for key in "cpmhdotnu":
        assert f'data-key="{key}"' not in auditor


def test_money_on_account_lessens_the_balance_and_is_shown(book, collector):
    type(book.account).objects.filter(pk=book.account.pk).update(on_account_minor=2500)

    page = collector.get(url("account", book)).content.decode()

    assert "−£25.00" in page
    assert "£275.00" in page


def test_other_accounts_of_the_person_are_shown_within_reach_only(book, collector):
    near = builders.account(builders.portfolio(book.near), reference="SVW-2002")
    far = builders.account(book.far_account.portfolio, reference="FAR-2")
    for other in (near, far):
        type(other).objects.filter(pk=other.pk).update(party=book.account.party)

    page = collector.get(url("account", book)).content.decode()

    assert "SVW-2002" in page
    assert "FAR-2" not in page


@pytest.mark.parametrize("name", ["timeline", "items"])
def test_a_fragment_is_part_of_its_page(book, collector, name):
    whole = collector.get(url(name, book)).content.decode()
    fragment = collector.get(url(name, book), headers=HTMX).content.decode()

    assert "<html" in whole
    assert "<html" not in fragment
    assert fragment.strip() in whole


@pytest.mark.parametrize("name", ["call", "promise", "hold", "dispute", "note", "task", "add_contact", "address"])
def test_a_dialog_is_a_page_where_no_script_asks(book, collector, name):
    whole = collector.get(url(name, book)).content.decode()
    fragment = collector.get(url(name, book), headers=HTMX).content.decode()

    assert "<html" in whole
    assert "<form" in whole
    assert "<html" not in fragment
    assert "data-closes" in fragment


def test_the_timeline_is_narrowed_to_a_part(book, collector):
    collector.post(url("note", book), {"text": "She moves in May."})

    everything = collector.get(url("timeline", book), headers=HTMX).content.decode()
    contact = collector.get(url("timeline", book) + "?filter=contact", headers=HTMX).content.decode()
    money = collector.get(url("timeline", book) + "?filter=money", headers=HTMX).content.decode()

    assert "She moves in May." in everything
    assert "INV-1" in everything
    assert "She moves in May." in contact
    assert "INV-1" not in contact
    assert "She moves in May." not in money


def test_a_part_of_the_timeline_in_which_nothing_happened_says_so(book, collector):
    page = collector.get(url("timeline", book) + "?filter=work", headers=HTMX).content.decode()

    assert "Nothing has happened yet." in page


def test_a_long_timeline_has_older_pages(book, collector):
    for number in range(40):
        collector.post(url("note", book), {"text": f"Note number {number}."})

    newest = collector.get(url("timeline", book), headers=HTMX)
    older = collector.get(url("timeline", book) + f"?before={newest.context['older_than']}", headers=HTMX)

    assert "Note number 39." in newest.content.decode()
    assert "Note number 0." in older.content.decode()
    assert "Note number 39." not in older.content.decode()


def test_an_event_opens_with_all_that_was_recorded(book, collector):
    collector.post(url("promise", book), {"amount": "100", "pay_on": "+7"})
    [event] = timeline_queries.of_account([book.account.pk], kinds=["promises.PromiseMade"])

    page = collector.get(url("event", book, event_id=event["id"]), headers=HTMX).content.decode()

    for words in ("Promised £100.00 by 9 Mar 2026", "promises.PromiseMade", "Balance", "£300.00", "carla.webb"):
        assert words in page


def test_an_event_of_another_account_is_not_found_here(book, collector):
    [event] = timeline_queries.of_account([book.far_account.pk], limit=1)

    assert collector.get(url("event", book, event_id=event["id"])).status_code == 404


def test_an_item_opens_with_its_entries(book, collector):
    item = book.account.items.order_by("due_on").first()

    page = collector.get(url("item", book, item_id=item.pk), headers=HTMX).content.decode()

    assert "INV-1" in page
    assert "Invoiced" in page
    assert collector.get(url("item", book, item_id=item.pk + 999)).status_code == 404


def test_the_statement_is_that_of_any_day(book, collector):
    now = collector.get(url("statement", book)).content.decode()
    before = collector.get(url("statement", book) + "?on=2025-12-31").content.decode()
    nonsense = collector.get(url("statement", book) + "?on=yesterday")

    assert "£300.00" in now
    assert "INV-2" not in before
    assert nonsense.status_code == 200


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


def test_a_hold_is_placed_moved_and_lifted(book, collector, leader):
    collector.post(url("hold", book), {"reason": "manual", "until_on": "+7", "note": "Asked for time."})
    hold = Hold.objects.get()

    moved = collector.post(url("move_hold", book, hold_id=hold.pk), {"until_on": "+14"}, headers=HTMX)
    sooner = collector.post(url("move_hold", book, hold_id=hold.pk), {"until_on": "+3"}, headers=HTMX)
    lifted = leader.post(url("lift_hold", book, hold_id=hold.pk))
    again = leader.post(url("lift_hold", book, hold_id=hold.pk))

    hold.refresh_from_db()
    assert (moved.status_code, sooner.status_code) == (204, 403)
    assert (hold.until_on, hold.ending) == (TODAY + timedelta(days=14), "lifted")
    assert lifted.status_code == again.status_code == 302
    assert said(again)[-1] == "The hold has ended already."


def test_one_item_is_held_from_its_own_dialog_and_said_so_everywhere(book, collector, leader):
    held = builders.invoice(book.account, reference="INV-A")
    asked = collector.get(url("item", book, item_id=held.pk), headers=HTMX).content.decode()
    asked_from = f"{url('hold', book)}?item={held.pk}"
    ticked = collector.get(asked_from, headers=HTMX).content.decode()
    fields = {
        "reason": "manual",
        "items": [held.pk],
        "amount": "40",
        "until_on": "9 march 2026",
        "note": "Query about delivery",
    }
    collector.post(url("hold", book), fields)

    hold = Hold.objects.get()
    page = collector.get(url("account", book)).content.decode()
    why = collector.get(url("why", book), headers=HTMX).content.decode()
    dialog = collector.get(url("item", book, item_id=held.pk), headers=HTMX).content.decode()
    everything = collector.get(url("items", book), headers=HTMX).content.decode()

    assert asked_from in asked
    assert f'value="{held.pk}"' in next(line for line in ticked.split("<input") if "checked" in line)
    assert (hold.item_id, hold.amount_minor, hold.until_on) == (held.pk, 4_000, date(2026, 3, 9))
    for shown in (page, dialog, everything):
        assert re.search(r"On hold\s+until 9 Mar 2026\s+</span>\s+£40.00 of it · Held by hand", shown)
        assert f"Query about delivery, {hold.placed_by}" in shown
    for shown in (page, why):
        assert re.search(
            r"1 of \d open items on hold \(£40.00\), and not chased.\s+The first returns on 9 Mar 2026.", shown
        )
    assert f"?item={held.pk}" not in dialog
    assert url("move_hold", book, hold_id=hold.pk) in dialog
    collector.post(url("move_hold", book, hold_id=hold.pk), {"until_on": "+14"})
    leader.post(url("lift_hold", book, hold_id=hold.pk))
    assert "on hold" not in collector.get(url("items", book), headers=HTMX).content.decode()


@pytest.mark.parametrize(
    ("items", "amount", "reason", "status", "shown"),
    [
        ([0, 1], "10", "manual", 422, "Tick the one item that the amount is of."),
        ([], "10", "manual", 422, "Tick the one item that the amount is of."),
        ([0], "100.01", "manual", 422, "holds.amount_out_of_range"),
        ([0], "", "breathing_space", 422, "holds.not_of_item"),
        ([0, 1], "", "dispute", 204, ""),
    ],
)
def test_what_is_wrong_with_a_hold_on_items_comes_back(book, collector, items, amount, reason, status, shown):
    made = [builders.invoice(book.account) for _number in range(2)]
    fields = {"reason": reason, "items": [made[number].pk for number in items], "amount": amount}

    response = collector.post(url("hold", book), fields, headers=HTMX)

    assert (response.status_code, Hold.objects.count()) == (status, len(items) if status == 204 else 0)
    assert shown in response.content.decode()


def test_a_hold_that_ends_before_it_begins_comes_back(book, collector):
    response = collector.post(url("hold", book), {"reason": "manual", "until_on": "today"}, headers=HTMX)

    assert response.status_code == 422
    assert "holds.ends_too_soon" in response.content.decode()


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


def test_the_reason_why_is_said_where_there_is_a_strategy_or_not(book, collector):
    page = collector.get(url("why", book), headers=HTMX).content.decode()

    assert "No strategy looks after this account yet." in page


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("hughes", True, id="name"),
        pytest.param("svw1001", True, id="reference"),
        pytest.param("INV-2", True, id="invoice"),
        pytest.param("bs1", True, id="postcode"),
        pytest.param("07700 900123", True, id="telephone"),
        pytest.param("amelia@example.org", True, id="e-mail"),
        pytest.param("Bruno", False, id="out of reach"),
        pytest.param("Zebedee", False, id="nobody"),
    ],
)
def test_an_account_is_found_by_whatever_the_caller_says(book, collector, text, found):
    response = collector.get(reverse("desk:accounts"), {"q": text})

    if found:
        assert (response.status_code, response["Location"]) == (302, url("account", book))
    else:
        assert "No account found" in response.content.decode()


def test_several_accounts_are_listed(book, collector):
    book.debtor("Amelia Hughson")

    page = collector.get(reverse("desk:accounts"), {"q": "amelia"}).content.decode()

    assert "2 accounts found" in page


def test_where_one_was_lately_is_offered(book, collector):
    other = book.debtor("Peter Stone")
    collector.get(url("account", book))
    later(minutes=5)
    collector.get(reverse("desk:account", args=[other.pk]))
    collector.get(reverse("desk:account", args=[book.far_account.pk]))

    seen = collector.get(reverse("desk:accounts")).context["seen"]

    assert [row["party"] for row in seen] == ["Peter Stone", "Amelia Hughes"]


def test_the_ageing_drills_down_to_accounts(book, log_in):
    manager = log_in(Role.CREDIT_MANAGER)
    page = manager.get(reverse("desk:ageing"))
    [table] = [each["table"] for each in page.context["tables"]]

    inside = manager.get(reverse("desk:ageing_accounts"), {"on": TODAY, "bucket": "61_90", "currency": "GBP"})
    before = manager.get(reverse("desk:ageing"), {"on": "2025-12-31"})

    assert (table.all.total.minor, table.overdue.minor) == (30_000, 20_000)
    assert "Farthing" not in page.content.decode(), "another client's book is not added in"
    assert [row["party"] for row in inside.context["rows"]] == ["Amelia Hughes"]
    assert before.context["tables"][0]["table"].all.total.minor == 10_000


@pytest.mark.parametrize("asked", [{}, {"bucket": "soon", "currency": "GBP"}, {"bucket": "61_90", "currency": "?"}])
def test_a_bucket_that_does_not_exist_is_a_bad_request(book, log_in, asked):
    assert log_in(Role.CREDIT_MANAGER).get(reverse("desk:ageing_accounts"), asked).status_code == 400


def test_the_ageing_of_a_client_out_of_reach_is_empty(book, log_in):
    page = log_in(Role.CREDIT_MANAGER).get(reverse("desk:ageing"), {"client": book.far.pk})

    assert "Farthing" not in page.content.decode()


def test_money_that_was_put_down_wrongly_reads_nowhere_as_nothing(book, collector):
    """An amount that cannot be read is an error, never a zero."""
    response = collector.post(url("dispute", book), {"reason": "price", "amount": "abc"}, headers=HTMX)

    assert response.status_code == 422
    assert not Dispute.objects.exists()


def test_every_kind_of_task_can_be_added(book, collector):
    for kind in Kind:
        collector.post(url("task", book), {"title": str(kind.label), "kind": kind.value, "due_on": "+1"})

    assert WorkItem.objects.filter(account=book.account).count() == len(Kind)
