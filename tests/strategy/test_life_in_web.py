"""The page of a version: what is next, who did what, and the forms by which it is approved, planned and rolled back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy import test_golden as cases
from tests.strategy.test_lifecycle import STEPS

from tallystick.access.rules.rights import Role
from tallystick.config.working_off import work_off
from tallystick.strategy import actions
from tallystick.strategy.models import Plan, Rehearsal, Version
from tallystick.strategy.queries import golden
from tallystick.strategy.rules.lifecycle import PlanKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

OTHER = STEPS.replace("3 days", "5 days")


@pytest.fixture
def somebody():
    return builders.actor(builders.user("somebody"), "publish strategies", "approve strategies")


def _html(response) -> str:
    return " ".join(response.content.decode().split())


def _page(browser, version: Version) -> str:
    return _html(browser.get(reverse("strategy:version", args=[version.pk])))


def _post(browser, name: str, version: Version, **data: object) -> str:
    return _html(browser.post(reverse(f"strategy:{name}", args=[version.pk]), data, follow=True))


def _draft(by, document: str = STEPS) -> Version:
    return actions.draft(document=document, at=builders.AT, by=by)


def _approved(by, document: str = STEPS) -> Version:
    version = _draft(by, document)
    actions.approve(version_id=version.pk, at=builders.AT, by=builders.TEST)
    return version


def test_a_draft_of_somebody_else_is_rehearsed_and_approved(somebody, signed_in):
    version, browser = _draft(somebody), signed_in(Role.CREDIT_MANAGER)
    assert "Read what changed, rehearse it on the book, and approve it or send it back." in _page(browser, version)
    assert "Version 1 has not been rehearsed as it is." in _post(browser, "approve", version, comment="Good")

    _post(browser, "rehearse", version)
    work_off()
    looked_at = Rehearsal.objects.get()
    assert f'name="rehearsal" value="{looked_at.pk}"' in _page(browser, version)
    page = _post(browser, "approve", version, comment="Good", rehearsal=looked_at.pk)

    assert "Approved. It can be published now." in page
    assert "The figures of a rehearsal were signed. Good" in page
    assert "Credit Manager" in page
    assert "It is approved. Publish it, now or at an instant to come." in page


def test_whoever_wrote_a_draft_is_told_to_wait_and_is_refused(signed_in, settings):
    settings.STRATEGY_REHEARSAL_DAYS = 0
    browser = signed_in(Role.CREDIT_MANAGER)
    browser.post(reverse("strategy:new_strategy"), {"document": STEPS})
    version = Version.objects.get()

    assert "Somebody else has to approve it: you wrote it" in _page(browser, version)
    assert browser.post(reverse("strategy:approve", args=[version.pk])).status_code == 302
    version.refresh_from_db()
    assert version.state == "draft"

    settings.STRATEGY_SELF_APPROVAL = True
    assert "This house lets you approve it all the same" in _page(browser, version)
    assert "By the one who wrote it: no second person has looked at it." in _post(browser, "approve", version)


def test_a_collector_reads_the_life_and_can_do_nothing(somebody, signed_in):
    page = _page(signed_in(Role.COLLECTOR), _draft(somebody))

    assert "Kept as a draft" in page
    assert "somebody" in page
    assert "<form" not in page[page.index("What is next") : page.index("How it came here")]


def test_a_draft_is_sent_back_with_the_reason(somebody, signed_in):
    version, browser = _draft(somebody), signed_in(Role.CREDIT_MANAGER)

    assert "Say why" in _post(browser, "send_back", version, reason=" ")
    page = _post(browser, "send_back", version, reason="Wait longer")

    assert "It was sent back: write another version." in page
    assert "Wait longer" in page


def test_a_publication_is_planned_seen_and_cancelled(somebody, signed_in):
    version, browser = _approved(somebody), signed_in(Role.CREDIT_MANAGER)

    assert "That instant has passed." in _post(browser, "publish", version, due_at="2026-03-02T08:00")
    assert "Enter a valid date/time." in _post(browser, "publish", version, due_at="soon")
    page = _post(browser, "publish", version, due_at="2026-04-01T08:00")

    plan = Plan.objects.get()
    # Summer time has begun in London.
    assert plan.due_at.isoformat() == "2026-04-01T07:00:00+00:00"
    assert "It is published by itself when its instant has come." in page
    assert "1 Apr 2026, 08:00" in page
    assert "1 Apr 2026, 08:00" in _html(browser.get(reverse("strategy:strategies")))
    page = _html(browser.post(reverse("strategy:cancel_plan", args=[version.pk, plan.pk]), follow=True))
    assert "Cancelled. Nothing happens at that instant." in page
    assert "It is approved. Publish it, now or at an instant to come." in page


def test_a_plan_that_was_stopped_is_told_on_the_page_and_in_the_list(somebody, signed_in):
    version, browser = _approved(somebody), signed_in(Role.CREDIT_MANAGER)
    due_at = builders.AT + timedelta(hours=1)
    actions.plan(version_id=version.pk, kind=PlanKind.PUBLISH, due_at=due_at, at=builders.AT, by=somebody)

    actions.keep_plans(at=due_at, by=builders.TEST)

    assert "somebody, who planned it, may no longer publish strategies." in _page(browser, version)
    assert "Stopped" in _html(browser.get(reverse("strategy:strategies")))


def test_a_version_is_rolled_back_and_accounts_move_over(somebody, signed_in):
    strategies.publish(STEPS)
    version, browser = strategies.publish(OTHER), signed_in(Role.CREDIT_MANAGER)
    assert "Roll back to version 1" in _page(browser, version)

    page = _post(browser, "roll_back", version, reason="Too slow")

    restored = Version.objects.get(state="published")
    assert (restored.number, restored.document) == (3, STEPS)
    assert "Rolled back. This is the version before, published again" in page
    assert "Version 1 again. Too slow" in page
    assert "To version 1. Too slow" in _page(browser, version)
    assert ProcrastinateJob.objects.filter(task_name="strategy.settle").count() == 1
    assert "Roll back to" not in _page(browser, version)


def test_a_roll_back_is_planned(somebody, signed_in):
    strategies.publish(STEPS)
    version, browser = strategies.publish(OTHER), signed_in(Role.CREDIT_MANAGER)

    page = _post(browser, "roll_back", version, reason="The season is over", due_at="2026-03-09T08:00")

    assert Plan.objects.get().kind == PlanKind.ROLL_BACK
    assert "The season is over" in page


def test_a_season_has_its_end_planned_before_it_begins(somebody, signed_in):
    strategies.publish(STEPS)
    season, browser = _approved(somebody, OTHER), signed_in(Role.CREDIT_MANAGER)
    assert "Roll back to version 1" not in _page(browser, season)

    assert "Roll back to version 1" in _post(browser, "publish", season, due_at="2026-12-20T06:00")
    _post(browser, "roll_back", season, reason="The season is over", due_at="2027-01-02T06:00")

    assert [plan.kind for plan in Plan.objects.order_by("due_at")] == [PlanKind.PUBLISH, PlanKind.ROLL_BACK]
    assert "Roll back to version 1" not in _page(browser, season)


# ------------------------------------------------------------------------------------------------------ golden accounts


@pytest.fixture
def debtor():
    account = builders.account(name="Amelia Hughes")
    builders.invoice(account, "640.00", due_on=builders.TODAY - timedelta(days=14))
    strategies.publish(cases.DOCUMENT)
    strategies.refresh(account.pk)
    return account


def test_an_account_is_kept_as_a_golden_one_in_one_action(debtor, signed_in):
    browser = signed_in(Role.CREDIT_MANAGER)
    why = _html(browser.get(reverse("strategy:why", args=[debtor.pk])))
    assert "Keep as a golden account" in why
    assert 'value="2026-03-02"' in why

    data = {"title": "Two weeks late", "day": "2026-03-02"}
    page = _html(browser.post(reverse("strategy:keep_golden", args=[debtor.pk]), data, follow=True))

    assert "Two weeks late" in page
    assert "step “First letter”" in page
    assert "640.00 GBP" in page
    assert "Amelia" not in page


def test_a_collector_keeps_and_changes_no_golden_account(debtor, signed_in):
    browser = signed_in(Role.COLLECTOR)
    version = Version.objects.get()

    assert "Keep as a golden account" not in _html(browser.get(reverse("strategy:why", args=[debtor.pk])))
    addresses = [
        reverse("strategy:keep_golden", args=[debtor.pk]),
        reverse("strategy:write_golden", args=[version.pk]),
        reverse("strategy:change_golden", args=[version.pk, "late"]),
    ]
    assert [browser.post(address).status_code for address in addresses] == [403, 403, 403]


def test_a_draft_that_differs_cannot_be_approved_until_the_change_is_accepted(somebody, signed_in):
    first = _draft(somebody, cases.DOCUMENT)
    actions.write_golden(version_id=first.pk, document=cases.LATE, reason="", at=builders.AT, by=somebody)
    version = _draft(somebody, cases.DOCUMENT.replace(">= 7", ">= 21"))
    browser = signed_in(Role.CREDIT_MANAGER)

    page = _page(browser, version)
    assert "It cannot be approved yet: see what is missing." in page
    assert "1 golden account fares otherwise than expected." in page
    assert "waits until days past due is at least 21 days (days past due: 14 days)." in page
    data = {"do": "accept", "reason": "Three weeks are enough"}
    page = _html(browser.post(reverse("strategy:change_golden", args=[version.pk, "late"]), data, follow=True))

    assert "Another outcome accepted: late" in page
    assert "Three weeks are enough" in page
    assert "fares otherwise" not in page
    # Whoever accepts it has written it too.
    assert "Somebody else has to approve it" in page


def test_golden_accounts_are_written_by_hand_with_their_mistakes_by_line(somebody, signed_in):
    version, browser = _draft(somebody, cases.DOCUMENT), signed_in(Role.CREDIT_MANAGER)
    address = reverse("strategy:write_golden", args=[version.pk])
    assert "step waiting.write" in _html(browser.get(address))

    wrong = browser.post(address, {"document": cases.LATE.replace("balance", "balanse")})
    assert wrong.status_code == 422
    assert "Did you mean “balance”?" in _html(wrong)
    assert 'data-line="' in _html(wrong)
    page = _html(browser.post(address, {"document": cases.LATE.replace("\n", "\r\n")}, follow=True))
    assert "1 golden account changed." in page
    assert [case.name for case in golden.cases(version)] == ["late"]
    refused = browser.post(address, {"document": ""})
    assert refused.status_code == 422
    assert "strategy.reason_missing" in _html(refused)


def test_golden_accounts_of_a_published_version_are_not_written(debtor, signed_in):
    browser = signed_in(Role.CREDIT_MANAGER)
    address = reverse("strategy:write_golden", args=[Version.objects.get().pk])

    assert "Golden accounts are changed in a draft only" in _html(browser.get(address, follow=True))
