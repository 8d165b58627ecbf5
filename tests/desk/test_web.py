"""The pages of the desk: who opens them, and what they show of an account."""

import io
from datetime import timedelta

import pytest
from django.urls import URLPattern, reverse
from pypdf import PdfReader
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.desk.conftest import HTMX, later
from tests.desk.pages import url

from tallystick.access.rules.rights import ROLE_NAMES, Role, roles_with
from tallystick.accounts.models import Item, RelatedParty
from tallystick.desk import web
from tallystick.disputes import actions as dispute_actions
from tallystick.disputes.models import Dispute
from tallystick.disputes.rules import Reason as DisputeReason
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason as HoldReason
from tallystick.kernel.money import Money
from tallystick.timeline import queries as timeline_queries
from tallystick.worklists.models import Claim, WorkItem
from tallystick.worklists.rules import Kind

#: Pages and dialogs about an account that are asked for with GET, and the right each takes.
ABOUT_AN_ACCOUNT = {
    "account": "see accounts",
    "timeline": "see accounts",
    "items": "see accounts",
    "statement": "see accounts",
    "statement_json": "see accounts",
    "statement_pdf": "see accounts",
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


def test_the_statement_says_as_known_when_and_what_became_known_later(book, collector):
    page = collector.get(url("statement", book) + "?known_at=2001-01-01T10:00").content.decode()

    assert "as known at 1 Jan 2001, 10:00" in page and "Nothing was booked by that day" in page
    assert "Became known later" in page and "INV-2" in page
    assert "as known now" in collector.get(url("statement", book)).content.decode()
    assert "as known now" in collector.get(url("statement", book) + "?known_at=2999-01-01").content.decode()


def test_the_statement_as_a_letter_and_for_programs_is_that_of_the_day_too(book, collector):
    page = collector.get(url("statement_pdf", book) + "?on=2026-01-31")
    text = " ".join(PdfReader(io.BytesIO(page.content)).pages[0].extract_text().split())
    for words in ("Statement of account", "Invoice INV-1", "booked by the end of 31 January 2026, as known at"):
        assert words in text, text
    assert "INV-2" not in text

    told = collector.get(url("statement_json", book) + "?on=2026-01-31").json()
    assert (told["as_of"], told["balance_minor"]) == ("2026-01-31", 10000)
    assert [line["reference"] for line in told["lines"]] == [row["reference"] for row in told["open"]] == ["INV-1"]
    nothing = collector.get(url("statement_json", book) + "?known_at=2001-01-01").json()
    assert nothing["balance_minor"] == 0 and nothing["lines"] == []


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


def test_the_ageing_says_what_of_it_is_on_hold_or_disputed(book, log_in):
    manager = log_in(Role.CREDIT_MANAGER)
    items = list(Item.objects.filter(account=book.account).order_by("due_on", "pk"))
    other = book.debtor("Peter Stone", "70.00", due_on=TODAY + timedelta(days=9))
    dispute_actions.raise_dispute(
        account_id=book.account.pk,
        item_id=items[0].pk,
        amount=Money.of("30.00", "GBP"),
        reason=DisputeReason.PRICE,
        at=AT,
        by=TEST,
    )
    hold_actions.hold_items(
        account_id=other.pk,
        item_ids=[Item.objects.get(account=other).pk],
        reason=HoldReason.MANUAL,
        until_on=TODAY + timedelta(days=3),
        at=AT,
        by=TEST,
    )

    def held(on) -> int:
        [table] = [each["table"] for each in manager.get(reverse("desk:ageing"), {"on": on}).context["tables"]]
        return table.all.held.minor

    page = manager.get(reverse("desk:ageing"))
    behind = manager.get(reverse("desk:ageing_accounts"), {"bucket": "held", "currency": "GBP"})
    inside = manager.get(reverse("desk:ageing_accounts"), {"bucket": "61_90", "currency": "GBP"})
    past = manager.get(reverse("desk:ageing"), {"on": TODAY - timedelta(days=1)})

    assert [held(TODAY + timedelta(days=days)) for days in (0, 2, 3)] == [10_000, 10_000, 3_000]
    assert [(row["party"], row["held_minor"], row["minor"]) for row in behind.context["rows"]] == [
        ("Peter Stone", 7_000, 7_000),
        ("Amelia Hughes", 3_000, 30_000),
    ]
    assert [(row["held_minor"], row["minor"]) for row in inside.context["rows"]] == [(3_000, 10_000)]
    for shown, is_told in ((page, True), (past, False)):
        assert ("£100.00 of it on hold or disputed" in shown.content.decode()) is is_told
        assert (">On hold</th>" in shown.content.decode()) is is_told


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
