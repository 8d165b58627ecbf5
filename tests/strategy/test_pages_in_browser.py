"""The pages of strategies in a real browser: accessible in every way, and worked from a mistaken document to a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import builders
from tests.looking import look_at
from tests.strategy import builders as strategies
from tests.strategy.builders import DAY

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.accounts.models import Account
from tallystick.config.working_off import work_off
from tallystick.contact import actions as contact_actions
from tallystick.kernel import clock
from tallystick.strategy import actions
from tallystick.strategy.models import Decision, Run, RunFailure, Version
from tallystick.strategy.queries import policies, usage, versions
from tallystick.strategy.rules.lifecycle import PlanKind

#: Each page, by what has happened before it is looked at.
PAGES: dict[str, Callable[[Account], str]] = {
    "strategies": lambda _account: reverse("strategy:strategies"),
    "version": lambda _account: reverse("strategy:version", args=[_first(Version).pk]),
    "draft": lambda _account: reverse("strategy:version", args=[_draft().pk]),
    "approved": lambda _account: reverse("strategy:version", args=[_approved().pk]),
    "rolled back": lambda _account: reverse("strategy:version", args=[_rolled_back().pk]),
    "golden": lambda account: reverse("strategy:version", args=[_golden(account).pk]),
    "compared": lambda account: reverse("strategy:compare", args=[_golden(account).pk]) + "?with=1",
    "from a file": lambda _account: reverse("strategy:import"),
    "golden by hand": lambda account: reverse("strategy:write_golden", args=[_golden(account).pk]),
    "new version": lambda _account: reverse("strategy:new_version", args=[_first(Version).pk]),
    "facts": lambda _account: reverse("strategy:facts"),
    "policies": lambda _account: reverse("strategy:policies"),
    "segments": lambda _account: reverse("strategy:version", args=[_policy("treatment").pk]),
    "scorecard": lambda _account: reverse("strategy:version", args=[_policy("payment_risk").pk]),
    "table": lambda _account: reverse("strategy:version", args=[_policy("next_contact").pk]),
    "draft of segments": lambda _account: reverse("strategy:version", args=[_draft_of_segments().pk]),
    "planned policy": lambda _account: reverse("strategy:version", args=[_planned_policy().pk]),
    "policy rolled back": lambda _account: reverse("strategy:version", args=[_policy_rolled_back().pk]),
    "new policy": lambda _account: reverse("strategy:new_policy") + "?from=next_contact",
    "accounts of a segment": lambda _account: (
        reverse("strategy:policy_accounts", args=[_policy("treatment").pk]) + "?place=6"
    ),
    "runs": lambda _account: reverse("strategy:runs"),
    "run": lambda _account: reverse("strategy:run", args=[_first(Run).pk]),
    "run with a failed part": lambda _account: reverse("strategy:run", args=[_failed_run().pk]),
    "report of a day that is over": lambda _account: reverse("strategy:run", args=[_report().pk]),
    "why": lambda account: reverse("strategy:why", args=[account.pk]),
    "decision": lambda account: reverse("strategy:decision", args=[account.pk, _first(Decision).pk]),
}


def _first(model: Any) -> Any:
    return model.objects.order_by("pk")[0]


def _draft() -> Version:
    document = _first(Version).document.replace("days_past_due >= 3", "days_past_due >= 5")
    return actions.draft(document=document, at=builders.AT, by=builders.TEST)


def _approved() -> Version:
    version = _draft()
    terms: dict[str, Any] = {"version_id": version.pk, "at": builders.AT, "by": builders.TEST}
    actions.rehearse(today=DAY, **terms)
    actions.approve(comment="Read and tried out.", **terms)
    actions.plan(kind=PlanKind.PUBLISH, due_at=builders.AT + timedelta(days=3), **terms)
    return version


def _golden(account: Account) -> Version:
    """Make a draft that treats one of two golden accounts otherwise than expected."""
    terms: dict[str, Any] = {"account_id": account.pk, "at": builders.AT, "by": builders.TEST}
    actions.keep_golden(title="Ten days late, no e-mail", day=DAY + timedelta(days=1), **terms)
    version = _draft()
    actions.keep_golden(title="The same, a week later", day=DAY + timedelta(days=7), **terms)
    document = version.document.replace("not has_email", "has_email")
    return actions.draft(document=document, at=builders.AT, by=builders.TEST)


def _rolled_back() -> Version:
    version = _draft()
    actions.publish(version_id=version.pk, at=builders.AT, by=builders.TEST)
    return actions.roll_back(version_id=version.pk, reason="Too soon.", at=builders.AT, by=builders.TEST)


def _failed_run() -> Run:
    """Give a run of the next day of which a part failed, and which somebody paused."""
    tomorrow = DAY + timedelta(days=1)
    run = actions.start_run(day=tomorrow, at=builders.AT, by=builders.TEST)
    RunFailure.objects.create(
        run=run,
        chunk=0,
        failed_at=builders.AT,
        worker="vm 4711",
        error="UniqueViolation",
        sentence="The database refused it with code 23505. contact_message, contact_message_once_per_cause.",
    )
    return actions.pause_run(run_id=run.pk, at=builders.AT, by=builders.TEST)


def _report() -> Run:
    report = actions.start_run(day=DAY - timedelta(days=1), at=builders.AT, by=builders.TEST)
    actions.work_run(run_id=report.pk, at=builders.AT, by=builders.TEST)
    actions.finish_run(run_id=report.pk, at=builders.AT, by=builders.TEST)
    return report


def _policy(name: str) -> Version:
    return versions.published_version(versions.get_policy(name))


def _draft_of_segments() -> Version:
    document = policies.shipped("treatment").replace("balance >= £5,000", "balance >= £500")
    return actions.draft(document=document, at=builders.AT, by=builders.TEST)


def _planned_policy() -> Version:
    version = _draft_of_segments()
    terms: dict[str, Any] = {"version_id": version.pk, "at": builders.AT, "by": builders.TEST}
    actions.approve(comment="Read and counted.", **terms)
    actions.plan(kind=PlanKind.PUBLISH, due_at=builders.AT + timedelta(days=3), **terms)
    return version


def _policy_rolled_back() -> Version:
    version = _draft_of_segments()
    actions.publish(version_id=version.pk, at=builders.AT, by=builders.TEST)
    return actions.roll_back(version_id=version.pk, reason="Too soon.", at=builders.AT, by=builders.TEST)


@pytest.fixture
def account(transactional_db: None) -> Account:
    """A debtor nine days late, whom strategies know."""
    made = builders.account()
    builders.invoice(made, "640.00", due_on=DAY - timedelta(days=9))
    contact_actions.load_templates(at=builders.AT, by=builders.TEST)
    return made


@pytest.fixture
def manager(account: Account, live: Any, settings: Any) -> Iterator[Any]:
    """The browser of a credit manager, on the day of the tests."""
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    clock.travel_to(builders.AT)
    person = builders.user("mara.lindqvist")
    terms = {"at": builders.AT, "by": builders.TEST}
    access_actions.set_roles(user_id=person.pk, roles=[Role.CREDIT_MANAGER], reaches=[EVERYTHING], **terms)
    live.log_in(person)
    yield live
    clock.travel_to(None)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_in_light_and_dark_at_a_desk_and_on_a_phone(name, manager, account):
    strategies.publish(versions.shipped("uk-b2b"))
    for policy in ("payment_risk", "treatment", "next_contact"):
        strategies.publish_policy(policies.shipped(policy))
    strategies.run(DAY)

    page = manager.open(PAGES[name](account))

    assert look_at(page) == []


@pytest.mark.parametrize("name", ["version", "why", "decision"])
def test_what_is_waited_for_is_accessible_too(name, manager, account):
    younger = strategies.sibling(account)
    builders.invoice(younger, "100.00", due_on=DAY - timedelta(days=5))
    everybody_early = versions.shipped("staged-reminders").replace(
        "champion: 90, challenger: 10", "challenger: 99, champion: 1"
    )
    strategies.publish(everybody_early)
    for day in strategies.days(DAY, 3):
        strategies.refresh(account.pk, younger.pk, day=day)
        strategies.run(day)

    page = manager.open(PAGES[name](younger if name == "decision" else account))

    assert look_at(page) == []


def test_a_rehearsal_is_begun_watched_and_read_and_is_accessible(manager, account):
    strategies.publish(versions.shipped("uk-b2b"))
    strategies.refresh(account.pk)
    slower = _first(Version).document.replace("days_past_due >= 3", "days_past_due >= 500")
    draft = actions.draft(document=slower, at=builders.AT, by=builders.TEST)
    page = manager.open(reverse("strategy:version", args=[draft.pk]))

    page.keyboard.press("t")
    page.get_by_text("0 of 1 parts of the book, 0 accounts so far.").wait_for()
    assert look_at(page) == []
    work_off()

    page.get_by_role("heading", name="What changes").wait_for()
    assert "→ Reminding" in page.locator("#rehearsal").inner_text()
    assert look_at(page) == []
    page.get_by_role("link", name="All accounts").click()
    page.get_by_role("link", name=account.reference).wait_for()
    assert look_at(page) == []


def test_days_ahead_are_begun_watched_and_read_and_are_accessible(manager, account):
    strategies.publish(versions.shipped("uk-b2b"))
    strategies.refresh(account.pk)
    slower = _first(Version).document.replace("days_past_due >= 3", "days_past_due >= 50")
    draft = actions.draft(document=slower, at=builders.AT, by=builders.TEST)
    page = manager.open(reverse("strategy:version", args=[draft.pk]))

    page.get_by_role("spinbutton", name="Days ahead").fill("45")
    page.get_by_role("button", name="Look ahead").click()
    page.get_by_text("0 of 1 parts of the debtors").wait_for()
    assert look_at(page) == []
    work_off()

    page.get_by_role("heading", name="Week by week").wait_for()
    page.get_by_role("link", name="9 Mar").click()
    page.get_by_role("heading", name="Days from 9 Mar 2026").wait_for()
    page.get_by_text("Debtors pay, after a message or a call or by themselves").click()
    page.get_by_text("The numbers, day by day").click()
    assert look_at(page) == []
    page.get_by_role("region", name="List of teams").get_by_role("link").click()
    page.get_by_role("heading", name="No team, day by day").wait_for()
    assert look_at(page) == []
    page.locator("summary", has_text="Promises").click()
    page.get_by_label("Promises kept").fill("0.9")
    page.get_by_role("button", name="Look again with these numbers").click()
    page.get_by_text("0 of 1 parts of the debtors").wait_for()


def test_a_strategy_is_mended_published_run_and_explained(manager, account):
    page = manager.open(reverse("strategy:new_strategy") + "?from=uk-b2b")
    right = page.input_value("textarea")
    assert page.locator("[data-gutter] > span").count() == right.count("\n") + 1
    line = right[: right.index("days_past_due >= 3")].count("\n") + 1

    # A mistake is named by its line, and leads there.
    page.fill("textarea", right.replace("days_past_due >= 3", "days_past_deu >= 3"))
    page.keyboard.press("Control+Enter")
    mistake = page.locator(".problems li")
    mistake.wait_for()
    assert "Did you mean “days_past_due”?" in mistake.inner_text()
    assert page.locator("[data-gutter] .wrong").inner_text() == str(line)
    assert look_at(page) == []
    mistake.get_by_role("link", name=f"Line {line}").click()
    assert page.evaluate("getSelection().toString()").strip() == "when: days_past_deu >= 3"
    page.keyboard.type("        when: days_past_due >= 3")

    # Kept, it is a draft that decides nothing; published and assigned, it treats everybody.
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/strategy/versions/*")
    assert "Draft" in page.locator("main").inner_text()
    # Rehearsed, it would treat nobody yet.
    page.keyboard.press("t")
    page.wait_for_url("**/strategy/rehearsals/*")
    actions.rehearse(version_id=_first(Version).pk, today=DAY, at=builders.AT, by=builders.TEST)
    page.get_by_text("It would treat nobody: assign its strategy first.").wait_for()
    # Somebody else approves it: whoever wrote it reads so.
    page = manager.open(reverse("strategy:version", args=[_first(Version).pk]))
    page.get_by_text("Somebody else has to approve it").wait_for()
    actions.approve(version_id=_first(Version).pk, at=builders.AT, by=builders.TEST)
    page.reload()
    page.keyboard.press("p")
    page.locator("dialog[open]").get_by_role("button", name="Publish").click()
    page.get_by_text("Published. It decides from now on").wait_for()
    page.select_option("select[name=treats]", "everybody")
    page.get_by_role("button", name="Assign").click()
    page.locator("dialog[open]").get_by_role("button", name="Assign").click()
    page.get_by_text("Assigned. Its accounts begin it now.").wait_for()
    work_off()

    # The next day's run: started by hand, done by a worker, and the page that is open shows it without being asked.
    clock.travel_to(builders.AT + timedelta(days=1))
    page = manager.open(reverse("strategy:runs"))
    page.get_by_role("button", name="Run").click()
    page.locator("dialog[open]").get_by_role("button", name="Run").click()
    page.wait_for_url("**/strategy/runs/*")
    assert "No worker is at it." in page.locator("#run").inner_text()
    work_off()
    page.locator("#run", has_text="Finished").wait_for()
    ran = page.locator("#run").inner_text()
    assert "Reminder by post, where there is no e-mail address" in ran
    assert "1 × There is no address for this channel." in ran
    assert not ProcrastinateJob.objects.filter(status="todo", task_name="strategy.work_run").exists()

    # And why: the account is in its strategy, what it did is told, and so is what it waits for.
    page = manager.open(reverse("strategy:why", args=[account.pk]))
    said = page.locator("main").inner_text()
    assert "“Statement” is next, on 10 March 2026 at the earliest." in said
    assert "has email: no" in said
    assert "overdue: £640.00" in said
    page.get_by_role("link", name="→ Reminding").click()
    page.get_by_role("heading", name="→ Reminding").wait_for()
    assert "£640.00" in page.locator("main").inner_text()


def test_facts_are_found_while_somebody_types(manager: Any) -> None:
    page = manager.open(reverse("strategy:facts"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    for query in ("", "broken prom", "GROUP Owes", "percent late", "xyzzy"):
        page.keyboard.press("/")
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.press("Delete")
        page.keyboard.type(query)
        shown = page.locator("[data-words]:visible").evaluate_all("rows => rows.map((row) => row.id)")
        entries = [entry for _room, entries in usage.entries(day=DAY) for entry in entries]
        assert shown == [
            *(entry.fact.name for entry in entries if entry.matches(query)),
            *(entry.history.name for entry in usage.histories() if entry.matches(query)),
        ]
        assert page.locator("[data-found]").inner_text() == str(len(shown))
        assert page.locator("[data-none]").is_visible() == (not shown)

    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("kept_share")
    page.keyboard.press("Enter")
    assert page.locator("a:focus").inner_text() == "promises.kept_share"
    assert page.url.endswith("?q=kept_share")
    assert not [address for address in asked if "/static/" not in address], "nothing is fetched to search"


def test_a_run_is_watched_without_reloading_and_paused_by_the_keyboard(manager, account):
    strategies.publish(versions.shipped("uk-b2b"))
    strategies.refresh(account.pk)
    run = actions.start_run(day=DAY, at=builders.AT, by=builders.TEST)
    page = manager.open(reverse("strategy:run", args=[run.pk]))
    page.evaluate("window.isTheSamePage = true")

    page.locator("#pause-run").focus()
    page.evaluate("document.getElementById('run').dataset.seen = ''")
    page.locator("#run:not([data-seen])").wait_for()
    assert page.evaluate("document.activeElement.id") == "pause-run", "looking again takes the focus from nobody"
    actions.work_run(run_id=run.pk, at=builders.AT, by=builders.TEST)
    actions.finish_run(run_id=run.pk, at=builders.AT, by=builders.TEST)
    page.get_by_text("1 of 1").wait_for()
    assert page.evaluate("window.isTheSamePage")
    assert page.locator("#run[hx-get]").count() == 0

    later = actions.start_run(day=DAY + timedelta(days=1), at=builders.AT, by=builders.TEST)
    page = manager.open(reverse("strategy:run", args=[later.pk]))
    page.locator("#pause-run").press("Enter")
    page.locator("#resume-run").wait_for()
    later.refresh_from_db()
    assert later.paused_by == "mara.lindqvist"
