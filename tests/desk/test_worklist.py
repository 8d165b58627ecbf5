"""The worklist: what waits and for whom, the next account, leaving with an outcome, sharing out, the team at work."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from tests import builders
from tests.builders import TODAY
from tests.desk.conftest import HTMX, later

from tallystick.access.rules.rights import Role
from tallystick.promises.models import Promise
from tallystick.worklists.models import Claim, WorkItem
from tallystick.worklists.rules import Kind

pytestmark = pytest.mark.once

WORKLIST = reverse("desk:worklist")
NEXT = reverse("desk:next")
LEAVE = reverse("desk:leave")
SHARE = reverse("desk:share")


def shown(response):
    return [row["party"] for row in response.context["rows"]]


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def account_url(account):
    return reverse("desk:account", args=[account.pk])


def test_what_is_overdue_longest_comes_first(book, collector):
    book.task(due_on=TODAY)
    book.task(book.debtor("Older Task"), due_on=TODAY - timedelta(days=9))

    assert shown(collector.get(WORKLIST)) == ["Older Task", "Amelia Hughes"]


def test_a_tab_shows_its_part(book, collector, person, leader):
    colin = person(Role.COLLECTOR, "colin.marsh")
    book.task()
    book.task(book.debtor("Next Week"), due_on=TODAY + timedelta(days=7))
    book.task(book.debtor("Next Month"), due_on=TODAY + timedelta(days=30))
    book.task(book.debtor("Colin's Own"), assignee=colin)

    assert shown(collector.get(WORKLIST)) == ["Amelia Hughes"]
    assert shown(collector.get(WORKLIST, {"show": "mine"})) == []
    assert set(shown(collector.get(WORKLIST, {"show": "coming"}))) == {"Amelia Hughes", "Next Week"}
    assert set(shown(leader.get(WORKLIST, {"show": "all"}))) == {"Amelia Hughes", "Colin's Own"}
    assert shown(leader.get(WORKLIST, {"show": "all", "person": colin.pk})) == ["Colin's Own"]


def test_the_list_of_everybody_is_for_those_who_share_out_work(book, collector, person):
    book.task(assignee=person(Role.COLLECTOR, "colin.marsh"))

    assert shown(collector.get(WORKLIST, {"show": "all"})) == []


def test_the_list_is_narrowed_by_kind_and_client(book, log_in):
    manager = log_in(Role.CREDIT_MANAGER, everywhere=True)
    book.task()
    book.task(book.debtor("For Review"), kind=Kind.REVIEW)
    book.task(book.far_account)

    assert shown(manager.get(WORKLIST, {"kind": "review"})) == ["For Review"]
    assert shown(manager.get(WORKLIST, {"show": "all", "client": book.far.pk})) == ["Bruno Far"]
    assert set(shown(manager.get(WORKLIST, {"show": "all", "kind": "nonsense"}))) == {
        "Amelia Hughes",
        "For Review",
        "Bruno Far",
    }


def test_work_of_another_client_is_not_listed(book, collector, leader):
    book.task(book.far_account)

    assert shown(collector.get(WORKLIST)) == []
    assert shown(leader.get(WORKLIST, {"show": "all"})) == []


def test_a_long_list_has_pages_that_do_not_overlap(book, collector):
    for number in range(45):
        book.task(book.debtor(f"Debtor {number:02}"), due_on=TODAY - timedelta(days=number))

    first = collector.get(WORKLIST)
    second = collector.get(WORKLIST + first.context["next_page"])

    assert (len(shown(first)), len(shown(second))) == (40, 5)
    assert not set(shown(first)) & set(shown(second))


def test_a_fragment_of_the_list_is_part_of_its_page(book, collector):
    book.task()

    whole = collector.get(WORKLIST).content.decode()
    fragment = collector.get(WORKLIST, headers=HTMX).content.decode()

    assert fragment.strip() in whole


def test_the_next_account_is_taken_and_others_see_who_is_there(book, collector, leader):
    book.task()

    taken = collector.post(NEXT)
    listed = leader.get(WORKLIST).content.decode()
    cockpit = leader.get(account_url(book.account)).content.decode()

    assert taken["Location"] == account_url(book.account)
    assert "carla.webb is here" in listed
    assert "carla.webb has been at this account since 09:00." in cockpit


def test_two_people_never_get_the_same_account(book, collector, leader):
    book.task()
    other = book.debtor("Second Debtor")
    book.task(other)

    places = {client.post(NEXT)["Location"] for client in (collector, leader)}

    assert places == {account_url(book.account), account_url(other)}


def test_the_request_that_hands_out_an_account_is_audited_under_it(book, collector):
    from tallystick.access.models import AuditEvent

    book.task()
    collector.post(NEXT)

    assert AuditEvent.objects.get(route="desk:next").account_id == book.account.pk


def test_nothing_left_is_said(book, collector):
    response = collector.post(NEXT, headers=HTMX)

    assert response["HX-Redirect"] == WORKLIST
    assert said(response) == ["Nothing waits for you. Well done."]


@pytest.fixture
def at_work(book, collector):
    """A collector at an account she took, with another one waiting."""
    book.task(due_on=TODAY - timedelta(days=5))
    book.other = book.debtor("Second Debtor")
    book.task(book.other)
    assert collector.post(NEXT)["Location"] == account_url(book.account)
    return book


def test_an_account_is_not_left_without_an_outcome(at_work, collector):
    asked = collector.post(NEXT, headers=HTMX)

    assert asked.status_code == 200
    assert "HX-Redirect" not in asked
    assert "What came of it?" in asked.content.decode()
    assert Claim.objects.get().account_id == at_work.account.pk


def test_without_a_script_the_question_is_a_page(at_work, collector):
    page = collector.post(NEXT).content.decode()

    assert "<html" in page
    assert "What came of it?" in page


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(("call", {"outcome": "no_answer"}), id="a call"),
        pytest.param(("promise", {"amount": "100", "pay_on": "fri"}), id="a promise"),
    ],
)
def test_an_outcome_frees_the_way_to_the_next(at_work, collector, outcome):
    name, entered = outcome
    collector.post(reverse(f"desk:{name}", args=[at_work.account.pk]), entered)

    assert collector.post(NEXT)["Location"] == account_url(at_work.other)


def test_done_from_the_question_goes_on(at_work, collector):
    response = collector.post(LEAVE, {"how": "done", "note": "Sent a copy."}, headers=HTMX)

    task = WorkItem.objects.get(account=at_work.account)
    assert response["HX-Redirect"] == account_url(at_work.other)
    assert (task.state, task.outcome_note) == ("done", "Sent a copy.")


def test_putting_off_from_the_question_goes_on(at_work, collector):
    response = collector.post(LEAVE, {"how": "put_off", "due_on": "fri", "reason": "Waits"}, headers=HTMX)

    assert response["HX-Redirect"] == account_url(at_work.other)
    assert WorkItem.objects.get(account=at_work.account).due_on.isoformat() == "2026-03-06"


@pytest.mark.parametrize("day", ["", "someday", "1 mar 2026"])
def test_putting_off_to_no_day_asks_again(at_work, collector, day):
    response = collector.post(LEAVE, {"how": "put_off", "due_on": day}, headers=HTMX)

    assert response.status_code == 422
    assert WorkItem.objects.get(account=at_work.account).due_on == TODAY - timedelta(days=5)


def test_what_was_put_back_goes_to_others_and_not_to_oneself_again(at_work, collector, leader):
    response = collector.post(LEAVE, {"how": "put_back"}, headers=HTMX)

    assert response["HX-Redirect"] == account_url(at_work.other)
    assert leader.post(NEXT)["Location"] == account_url(at_work.account)


def test_what_was_put_back_is_offered_again_once_nothing_else_waits(at_work, collector):
    collector.post(LEAVE, {"how": "put_back"})
    end = collector.post(LEAVE, {"how": "done"})

    assert end["Location"] == WORKLIST
    assert said(end)[-1] == "Nothing else waits. What you put back is offered again from now on."
    assert collector.post(NEXT)["Location"] == account_url(at_work.account)


def test_what_was_put_back_yesterday_is_offered_today(at_work, collector):
    collector.post(LEAVE, {"how": "put_back"})
    later(days=1)

    assert collector.post(NEXT)["Location"] == account_url(at_work.account)


def test_a_claim_that_ran_out_owes_nothing(at_work, collector):
    later(minutes=31)

    assert collector.post(NEXT)["Location"] == account_url(at_work.account), "it is simply taken again"


def test_leaving_nothing_goes_on(book, collector):
    book.task()

    assert collector.post(LEAVE, {"how": "done"})["Location"] == account_url(book.account)


def test_the_worklist_says_that_one_is_still_at_an_account(at_work, collector):
    assert "You are still at" in collector.get(WORKLIST).content.decode()


def test_an_account_opened_by_hand_can_be_taken_up(book, collector, leader):
    task = book.task()
    first = collector.post(reverse("desk:take", args=[book.account.pk]))
    second = leader.post(reverse("desk:take", args=[book.account.pk]))

    assert said(first) == []
    assert said(second) == ["carla.webb is at this account until 09:30."]
    assert leader.post(NEXT)["Location"] == WORKLIST, "nobody else is given it"
    assert task.state == "open"


def test_how_long_one_has_been_at_an_account_is_counted(at_work, collector):
    later(minutes=12)

    page = collector.get(account_url(at_work.account)).content.decode()

    assert 'data-elapsed="720"' in page
    assert "12 min" in page


def test_ticked_tasks_are_given_to_somebody(book, person, leader):
    colin = person(Role.COLLECTOR, "colin.marsh")
    tasks = [book.task(), book.task(book.debtor("Second Debtor"))]

    response = leader.post(
        SHARE,
        {"work": [task.pk for task in tasks], "to": f"user:{colin.pk}", "give": "1", "here": "/worklist?show=all"},
    )

    assert response["Location"] == "/worklist?show=all"
    assert said(response) == ["2 tasks given to colin.marsh."]
    assert set(WorkItem.objects.values_list("assignee_id", flat=True)) == {colin.pk}


def test_ticked_tasks_are_given_back_to_the_team(book, person, leader):
    task = book.task(assignee=person(Role.COLLECTOR, "colin.marsh"))

    leader.post(SHARE, {"work": [task.pk], "to": f"team:{book.team.pk}", "give": "1"})

    task.refresh_from_db()
    assert (task.team_id, task.assignee_id) == (book.team.pk, None)


def test_ticked_tasks_are_put_off(book, leader):
    done = book.task()
    WorkItem.objects.filter(pk=done.pk).update(state="done", done_at=builders.AT)
    task = book.task()

    response = leader.post(SHARE, {"work": [task.pk, done.pk], "due_on": "+7", "put_off": "1"})

    task.refresh_from_db()
    assert task.due_on == TODAY + timedelta(days=7)
    assert task.rank == task.priority - task.due_on.toordinal()
    assert said(response) == ["1 task put off to Mon 9 Mar.", "1 task had ended by then."]


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        pytest.param({"give": "1"}, "Choose whom to give it to.", id="to nobody"),
        pytest.param({"give": "1", "to": "user:999999"}, "valid choice", id="to a stranger"),
        pytest.param({"put_off": "1"}, "Say to which day.", id="to no day"),
        pytest.param({"put_off": "1", "due_on": "1 mar 2026"}, "has passed", id="into the past"),
        pytest.param({"put_off": "1", "due_on": "soon"}, "is no day", id="to what is no day"),
    ],
)
def test_sharing_out_that_cannot_be_says_why_and_changes_nothing(book, leader, entered, words):
    task = book.task()

    response = leader.post(SHARE, {"work": [task.pk], **entered})

    task.refresh_from_db()
    assert words in said(response)[-1]
    assert (task.assignee_id, task.due_on) == (None, TODAY)


def test_tasks_of_another_client_are_not_shared_out(book, leader, person):
    task = book.task(book.far_account)
    colin = person(Role.COLLECTOR, "colin.marsh")

    leader.post(SHARE, {"work": [task.pk], "to": f"user:{colin.pk}", "give": "1"})
    leader.post(SHARE, {"work": [task.pk], "due_on": "+7", "put_off": "1"})

    task.refresh_from_db()
    assert (task.assignee_id, task.due_on) == (None, TODAY)


def test_sharing_out_leads_back_to_our_own_pages_only(book, leader):
    task = book.task()

    response = leader.post(SHARE, {"work": [task.pk], "give": "1", "here": "https://elsewhere.example/"})

    assert response["Location"] == WORKLIST


def test_a_collector_shares_out_nothing(book, collector):
    assert collector.post(SHARE, {"work": [book.task().pk], "put_off": "1", "due_on": "+7"}).status_code == 403


def test_the_team_is_seen_at_work(book, collector, leader):
    book.task(due_on=TODAY - timedelta(days=20))
    collector.post(NEXT)
    collector.post(reverse("desk:call", args=[book.account.pk]), {"outcome": "no_answer"})
    collector.post(reverse("desk:promise", args=[book.account.pk]), {"amount": "100", "pay_on": "fri"})
    later(minutes=11)

    view = leader.get(reverse("desk:team")).context["view"]
    carla = next(colleague for colleague in view.people if colleague.name == "carla.webb")

    assert (carla.party, carla.seconds, carla.calls, carla.right_party) == ("Amelia Hughes", 660, 1, 0)
    assert [str(amount) for amount in carla.promised] == ["100.00 GBP"]
    assert (view.at_work, view.calls, view.promises) == (1, 1, 1)
    assert Promise.objects.count() == 1


def test_yesterday_does_not_count_as_today(book, collector, leader):
    collector.post(reverse("desk:call", args=[book.account.pk]), {"outcome": "no_answer"})
    collector.post(reverse("desk:promise", args=[book.account.pk]), {"amount": "100", "pay_on": "fri"})
    later(days=1)

    view = leader.get(reverse("desk:team")).context["view"]

    assert (view.calls, view.promises) == (0, 0)


def test_where_somebody_is_out_of_reach_is_not_told(book, person, log_in, leader):
    both = person(Role.COLLECTOR, "wide.wanda", everywhere=True)
    book.task(book.far_account, assignee=both)
    from django.test import Client

    wanda = Client()
    wanda.force_login(both)
    wanda.post(NEXT)

    page = leader.get(reverse("desk:team")).content.decode()

    assert "another client’s account" in page
    assert "Bruno Far" not in page


def test_those_who_work_no_accounts_are_not_given_any(book, person, leader):
    person(Role.AUDITOR, "audrey.auditor")

    page = leader.get(WORKLIST)

    assert "audrey.auditor" not in [hand.name for hand in page.context["hands"]]
    assert "audrey.auditor" not in leader.get(reverse("desk:team_now")).content.decode()
