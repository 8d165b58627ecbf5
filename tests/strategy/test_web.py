"""The pages: strategies read and written, runs, and why."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import DAY
from tests.strategy.test_why import DOCUMENT

from tallystick.access.rules.grants import Reach
from tallystick.access.rules.rights import Role
from tallystick.contact import actions as contact_actions
from tallystick.kernel import clock
from tallystick.strategy import actions
from tallystick.strategy.models import Assignment, Decision, Run, Version
from tallystick.strategy.queries import book, catalogue, usage, versions
from tallystick.strategy.rules import pages, types

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]


def html(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def account():
    made = builders.account()
    builders.invoice(made, "100.00", due_on=DAY - timedelta(days=9))
    return made


@pytest.fixture
def published(account):
    version = strategies.publish(DOCUMENT)
    strategies.refresh(account.pk)
    return version


def test_the_list_names_each_strategy_with_whom_it_treats(published, signed_in):
    page = html(signed_in(Role.COLLECTOR).get(reverse("strategy:strategies")))

    assert "Test strategy" in page
    assert "everybody without a strategy of their own" in page
    assert "New strategy" not in page


def test_a_version_is_read_aloud_drawn_and_shown(published, signed_in, django_assert_max_num_queries):
    browser = signed_in(Role.COLLECTOR)

    with django_assert_max_num_queries(26):
        page = html(browser.get(reverse("strategy:version", args=[published.pk])))

    assert "as soon as days past due is at least 7 days, and balance is more than £50.00" in page
    assert "3 business days after the step before, on a business day" in page
    assert "task for a person, Call: Call" in page
    assert "when “promise broken”, if broken in a row is at least 2 promises" in page
    assert "<svg" in page
    assert "From Reminding to Paid (transition)." in page
    assert "when: days_past_due &gt;= 7" in page


def test_a_document_is_kept_published_and_assigned(account, signed_in):
    browser = signed_in(Role.CREDIT_MANAGER)
    kept = browser.post(reverse("strategy:new_strategy"), {"document": DOCUMENT.replace("\n", "\r\n")})
    version = Version.objects.get()

    assert kept.url == reverse("strategy:version", args=[version.pk])
    actions.approve(version_id=version.pk, at=builders.AT, by=builders.TEST)
    browser.post(reverse("strategy:publish", args=[version.pk]))
    browser.post(reverse("strategy:assign", args=[version.pk]), {"treats": f"={account.client.code}"})

    version.refresh_from_db()
    assert (version.state, version.published_by) == ("published", "Credit Manager")
    assert Assignment.objects.get().client == account.client
    assert ProcrastinateJob.objects.filter(task_name="strategy.settle").count() == 2


def test_every_mistake_in_a_document_is_shown_with_its_line(signed_in):
    browser = signed_in(Role.CREDIT_MANAGER)

    answer = browser.post(
        reverse("strategy:new_strategy"), {"document": DOCUMENT.replace("days_past_due", "days_past_deu")}
    )

    assert answer.status_code == 422
    assert 'data-line="13">Line 13</a> <span class="below">states → waiting → steps → 1 → when</span>' in html(answer)
    assert "Did you mean “days_past_due”?" in html(answer)
    assert "days_past_deu" in html(answer)
    assert not Version.objects.exists()


def test_a_new_version_bears_the_name_of_its_strategy(published, signed_in):
    browser = signed_in(Role.CREDIT_MANAGER)
    address = reverse("strategy:new_version", args=[published.pk])

    assert "name: test" in html(browser.get(address))
    refused = browser.post(address, {"document": DOCUMENT.replace("name: test", "name: other")})

    assert refused.status_code == 422
    assert "strategy.name_differs" in html(refused)
    assert Version.objects.count() == 1


def test_a_draft_shows_the_lines_that_changed(published, signed_in):
    browser = signed_in(Role.CREDIT_MANAGER)
    address = reverse("strategy:new_version", args=[published.pk])
    browser.post(address, {"document": DOCUMENT.replace("balance > £50", "balance > £75")})

    draft = Version.objects.get(state="draft")
    page = html(browser.get(reverse("strategy:version", args=[draft.pk])))

    assert "What changed since version 1" in page
    [removed] = re.findall(r'<tr class="removed">.*?</tr>', page)
    [added] = re.findall(r'<tr class="added">.*?</tr>', page)
    assert "balance &gt; £50 and" in removed
    assert "balance &gt; £75 and" in added
    assert "What changed" not in html(browser.get(reverse("strategy:version", args=[published.pk])))


def test_a_new_strategy_begins_from_a_shipped_document(signed_in):
    page = html(signed_in(Role.CREDIT_MANAGER).get(reverse("strategy:new_strategy") + "?from=service-dunning"))

    assert "name: service-dunning" in page


def test_a_refused_publication_says_why(signed_in):
    browser = signed_in(Role.CREDIT_MANAGER)
    browser.post(reverse("strategy:new_strategy"), {"document": DOCUMENT.replace("note: first", "email: nothing")})

    page = html(browser.post(reverse("strategy:publish", args=[Version.objects.get().pk]), follow=True))

    assert "Version 1 has not been approved yet." in page
    assert "It cannot be approved yet: see what is missing." in page
    assert "There is no live template “nothing” for E-mail." in page


@pytest.mark.parametrize("name", ["new_strategy"])
def test_a_collector_writes_no_strategy(signed_in, name):
    assert signed_in(Role.COLLECTOR).get(reverse(f"strategy:{name}")).status_code == 403


@pytest.mark.parametrize("name", ["approve", "send_back", "publish", "roll_back", "assign"])
def test_a_collector_publishes_nothing(published, signed_in, name):
    browser = signed_in(Role.COLLECTOR)

    assert browser.post(reverse(f"strategy:{name}", args=[published.pk])).status_code == 403


def test_the_shipped_strategies_can_be_published(signed_in):
    contact_actions.load_templates(at=builders.AT, by=builders.TEST)
    browser = signed_in(Role.CREDIT_MANAGER)

    for name in versions.shipped_names():
        browser.post(reverse("strategy:new_strategy"), {"document": versions.shipped(name)})
        version = Version.objects.get(paper__name=name)
        actions.approve(version_id=version.pk, at=builders.AT, by=builders.TEST)
        browser.post(reverse("strategy:publish", args=[version.pk]))
        version.refresh_from_db()
        assert version.state == "published"
        assert "<svg" in html(browser.get(reverse("strategy:version", args=[version.pk])))


def test_a_document_is_downloaded_as_it_was_written(published, signed_in):
    answer = signed_in(Role.COLLECTOR).get(reverse("strategy:download", args=[published.pk]))

    assert answer.content.decode() == DOCUMENT
    assert 'filename="test-1.yaml"' in answer["Content-Disposition"]


def test_the_catalogue_lists_every_fact(signed_in):
    page = html(signed_in(Role.COLLECTOR).get(reverse("strategy:facts")))

    assert "accounts.days_past_due" in page
    assert "Promises that were broken" in page


def test_the_catalogue_says_who_uses_a_fact_and_how_many_accounts_know_it(account, published, signed_in):
    strategies.refresh(account.pk, builders.account().pk)

    rows = {entry.fact.name: entry for _room, entries in usage.entries(day=DAY) for entry in entries}
    page = html(signed_in(Role.COLLECTOR).get(reverse("strategy:facts")))

    assert rows["accounts.days_past_due"].known == Decimal("0.5")
    assert rows["accounts.balance"].known == 1
    assert rows["accounts.overdue_over_30"].known is None, "a table would be asked for every account"
    assert rows["accounts.days_past_due"].used_by == (published,)
    assert rows["accounts.age_days"].used_by == ()
    assert "50%" in page
    assert reverse("strategy:version", args=[published.pk]) in page


def test_a_large_book_is_told_by_some_of_its_pages(monkeypatch):
    assert book.sample() == book.BOOK
    strategies.refresh(builders.account().pk)

    monkeypatch.setattr(book, "_FEW", 0)

    assert "TABLESAMPLE" in book.sample()


@pytest.mark.parametrize(
    ("query", "found", "left_out"),
    [
        pytest.param("broken_in", "promises.broken_in_a_row", "promises.kept_count", id="part of a name"),
        pytest.param("GROUP owes", "parties.group_balance", "parties.group_overdue", id="words of the meaning"),
        pytest.param("standing_order", "payments.last_method", "payments.last_on", id="a choice"),
        pytest.param("percent", "accounts.settled_share", "accounts.balance", id="a unit"),
    ],
)
def test_the_catalogue_is_searched_without_scripts(signed_in, query, found, left_out):
    page = html(signed_in(Role.COLLECTOR).get(reverse("strategy:facts"), {"q": query}))

    shown, hidden = (
        set(re.findall(rf'<tr id="([^"]+)" data-words="[^"]*"{ending}', page)) for ending in (">", " hidden>")
    )
    assert found in shown
    assert left_out in hidden
    assert shown | hidden == {word.name for word in (*catalogue.facts(), *catalogue.histories())}
    assert f"<b data-found>{len(shown)}</b> of {len(shown | hidden)} facts and histories" in page
    assert f'value="{query}"' in page


def test_a_guard_a_transition_and_a_look_back_use_words_as_a_step_does():
    document = DOCUMENT.replace("days_past_due >= 7", "days_past_due >= 7 and count(broken, 90 days) < 2")

    used = usage.spoken_of(document)

    assert used == {
        "accounts.days_past_due",
        "accounts.balance",
        "parties.country",
        "promises.broken",
        "promises.broken_in_a_row",
        "holds.stops_contact",
        "holds.paused",
    }


def test_the_example_of_every_fact_is_a_condition():
    words = catalogue.rooms_catalogue()

    for fact in catalogue.facts():
        condition = types.understand(pages.condition_about(fact), words)
        assert words.of_tree(condition)[0] is fact


def test_a_run_is_started_and_watched(published, signed_in):
    browser = signed_in(Role.CREDIT_MANAGER)
    started = browser.post(reverse("strategy:start_run"), {"day": DAY.isoformat()})
    run = Run.objects.get()

    assert started.url == reverse("strategy:run", args=[run.pk])
    page = html(browser.get(started.url))
    assert "0 of 1" in page
    assert 'hx-trigger="every 2s"' in page

    strategies.run(DAY)
    fragment = html(browser.get(started.url, headers={"HX-Request": "true"}))
    assert "hx-trigger" not in fragment
    assert "First reminder" in fragment
    assert "<html" not in fragment
    assert "Mon 2 Mar" in html(browser.get(reverse("strategy:runs")))


def test_a_run_that_is_refused_says_why(published, signed_in):
    strategies.run(DAY)
    browser = signed_in(Role.CREDIT_MANAGER)

    page = html(browser.post(reverse("strategy:start_run"), {"day": "2026-03-01", "reason": "Why not?"}, follow=True))

    assert "The book has been run for 2026-03-02 already" in page


def test_a_collector_starts_no_run(signed_in):
    assert signed_in(Role.COLLECTOR).post(reverse("strategy:start_run"), {"day": "2026-03-02"}).status_code == 403


def test_why_shows_what_stops_the_next_step_and_each_decision(published, account, signed_in):
    strategies.run(DAY)
    browser = signed_in(Role.COLLECTOR)

    page = html(browser.get(reverse("strategy:why", args=[account.pk])))
    decision = Decision.objects.get()
    evidence = html(browser.get(reverse("strategy:decision", args=[account.pk, decision.pk])))

    assert "“Call” is next, on 5 March 2026 at the earliest." in page
    assert "broken in a row: 0 promises" in page
    assert reverse("strategy:decision", args=[account.pk, decision.pk]) in page
    assert "days past due is at least 7 days, and balance is more than £50.00" in evidence
    assert "£100.00" in evidence
    assert "note: first" in evidence


def test_why_is_not_told_of_a_client_out_of_reach(published, account, signed_in):
    browser = signed_in(Role.COLLECTOR, Reach(client_id=builders.client().pk))

    assert browser.get(reverse("strategy:why", args=[account.pk])).status_code == 404
    assert browser.get(reverse("strategy:decision", args=[account.pk, 1])).status_code == 404


def test_why_on_a_coming_day_and_on_one_of_the_past(published, account, signed_in, django_assert_max_num_queries):
    strategies.run(DAY)
    browser = signed_in(Role.COLLECTOR)
    address = reverse("strategy:why", args=[account.pk])

    with django_assert_max_num_queries(20):
        coming = html(browser.get(address, {"on": "2026-03-05"}))
    clock.travel_to(builders.AT + timedelta(days=7))
    with django_assert_max_num_queries(20):
        gone = html(browser.get(address, {"on": "2026-03-02"}))

    assert "As things stand today" in coming
    assert "nothing would stop it: it would come on that day" in coming
    assert "As the run of that day found it" in gone
    assert "Decided on that day" in gone
    assert "nothing stopped it" in gone
    assert 'value="2026-03-02"' in gone


def test_a_day_that_is_none_is_refused(published, account, signed_in):
    browser = signed_in(Role.COLLECTOR)

    assert browser.get(reverse("strategy:why", args=[account.pk]), {"on": "soon"}).status_code == 400
    answer = browser.get(reverse("strategy:why_json", args=[account.pk]), {"on": "9999-12-31"})
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "strategy.no_such_day"


def test_programs_are_told_the_same_with_values_they_can_read(published, account, signed_in):
    browser = signed_in(Role.COLLECTOR)

    told = browser.get(reverse("strategy:why_json", args=[account.pk])).json()

    paid = next(each for each in told["effects"] if each["kind"] == "leave")
    assert told["sentence"] in html(browser.get(reverse("strategy:why", args=[account.pk]))).replace("&#x27;", "'")
    assert paid["comes"] == "with £100.00 more paid"
    assert paid["questions"] == [
        {
            "about": "condition",
            "said": "balance is at most 0",
            "answer": False,
            "facts": {"accounts.balance": {"minor": 10_000, "currency": "GBP"}},
            "comes": "with £100.00 more paid",
            "comes_on": None,
            "changes": [
                [
                    {
                        "fact": "accounts.balance",
                        "from": {"minor": 10_000, "currency": "GBP"},
                        "to": {"minor": 0, "currency": "GBP"},
                    }
                ]
            ],
        }
    ]


def test_the_page_of_reference_has_the_very_shape(published, account, signed_in):
    strategies.run(DAY)
    page = Path(__file__).parents[2].joinpath("docs/reference/why-json.md").read_text("utf-8")
    example = json.loads(page.partition("```json\n")[2].partition("```")[0])

    told = signed_in(Role.COLLECTOR).get(reverse("strategy:why_json", args=[account.pk])).json()

    assert _shape(example) == _shape(told)


def _shape(told):
    """Give the names that an answer has at each place, lists and all."""
    effect = told["effects"][0]
    return [
        sorted(told),
        sorted(told["account"]),
        sorted(told["strategy"]),
        sorted(told["state"]),
        sorted(told["coming"]),
        sorted(effect),
        sorted(effect["questions"][0]),
        sorted(told["decisions"][0]),
    ]


@pytest.mark.parametrize("name", ["why", "why_json"])
def test_why_is_for_those_who_may_see_it(published, account, signed_in, name):
    assert signed_in(Role.CASH_APPLIER).get(reverse(f"strategy:{name}", args=[account.pk])).status_code == 403


def test_programs_out_of_reach_or_not_signed_in_get_a_problem(published, account, signed_in, client):
    address = reverse("strategy:why_json", args=[account.pk])
    stranger = client.get(address)
    beyond = signed_in(Role.COLLECTOR, Reach(client_id=builders.client().pk)).get(address)

    assert (stranger.status_code, stranger.json()["code"]) == (401, "access.not_signed_in")
    assert (beyond.status_code, beyond.json()["code"]) == (404, "kernel.not_found")
    assert beyond.headers["Content-Type"] == "application/problem+json"


def test_an_account_without_a_strategy_says_so(account, signed_in):
    assert "No strategy treats this account." in html(
        signed_in(Role.COLLECTOR).get(reverse("strategy:why", args=[account.pk]))
    )
