"""A split that learns through the web: read, frozen and thawed, changed by a form, and kept from whoever may not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at
from tests.strategy.learned import DOCUMENT, WITHIN, synthetic
from tests.strategy.test_editing_in_web import posted

from tallystick.access.rules.grants import Reach
from tallystick.access.rules.rights import Role
from tallystick.kernel import clock
from tallystick.strategy import actions
from tallystick.strategy.models import SplitAct, WorkingCopy
from tallystick.strategy.queries import versions

ADDRESS = ["test", "tone"]


@pytest.fixture
def published(calendar, db):
    version = strategies.publish(DOCUMENT)
    synthetic(version, 0, 400, firm=45, soft=20)
    clock.travel_to(at(DAY + WITHIN))
    return version


def test_its_page_is_there_before_anybody_came(calendar, db, signed_in):
    strategies.publish(DOCUMENT)

    page = signed_in(Role.CREDIT_MANAGER).get(reverse("strategy:split", args=ADDRESS)).content.decode()

    assert "Nothing was learned yet" in page
    assert "Not learned yet: accounts are dealt out as written, soft 50, firm 50." in page


def test_its_page_says_what_is_known_before_and_after_it_has_learned(published, signed_in):
    manager = signed_in(Role.CREDIT_MANAGER)
    version = manager.get(reverse("strategy:version", args=[published.pk])).content.decode()
    assert reverse("strategy:split", args=ADDRESS) in version

    before = manager.get(reverse("strategy:split", args=ADDRESS)).content.decode()
    assert "Not learned yet: accounts are dealt out as written, soft 50, firm 50." in before
    actions.learn(at=at(DAY + WITHIN), by=BY)
    clock.travel_to(at(DAY + WITHIN + timedelta(days=1)))
    after = manager.get(reverse("strategy:split", args=ADDRESS)).content.decode()

    assert "Of a hundred accounts that come now: soft 10, firm 90." in after
    assert after.count("<rect") >= 2
    told = manager.get(reverse("strategy:split_json", args=ADDRESS)).json()
    assert [way["shares"] for way in told["ways"]] == [
        {"soft": 100},
        {"firm": 100},
        {"soft": 50, "firm": 50},
        {"soft": 10, "firm": 90},
    ]
    assert all(way["value"]["low"] < way["value"]["ratio"] < way["value"]["high"] for way in told["ways"])
    assert sum(arm["over"] for arm in told["arms"]) == 400


def test_somebody_freezes_and_thaws_it_with_a_reason(published, signed_in):
    manager = signed_in(Role.CREDIT_MANAGER)
    refused = manager.post(reverse("strategy:freeze_split", args=ADDRESS), {"reason": ""}, follow=True)
    assert not SplitAct.objects.exists()
    assert "Frozen" not in refused.content.decode()

    shown = manager.post(reverse("strategy:freeze_split", args=ADDRESS), {"reason": "Christmas"}, follow=True)

    assert "Frozen: accounts are dealt out as soft 50, firm 50." in shown.content.decode()
    assert "Christmas" in shown.content.decode()
    thawed = manager.post(reverse("strategy:thaw_split", args=ADDRESS), {"reason": "Over"}, follow=True)
    assert "It learns again" in thawed.content.decode()


def test_it_is_kept_from_whoever_may_not(published, signed_in):
    leader = signed_in(Role.TEAM_LEADER)
    page = leader.get(reverse("strategy:split", args=ADDRESS))
    assert page.status_code == 200
    assert reverse("strategy:freeze_split", args=ADDRESS) not in page.content.decode()
    for name in ("freeze_split", "thaw_split"):
        assert leader.post(reverse(f"strategy:{name}", args=ADDRESS), {"reason": "x"}).status_code == 403
    assert not SplitAct.objects.exists()
    for unknown in (["test", "other"], ["other", "tone"]):
        assert leader.get(reverse("strategy:split", args=unknown)).status_code == 404

    within = signed_in(Role.AUDITOR, reach=Reach(client_id=builders.client().pk))

    for name in ("split", "split_json"):
        assert within.get(reverse(f"strategy:{name}", args=ADDRESS)).status_code == 404


def test_how_it_learns_is_changed_by_a_form_and_nothing_else_is(published, signed_in):
    manager = signed_in(Role.CREDIT_MANAGER)
    manager.post(reverse("strategy:begin_working", args=[published.pk]))
    copy = WorkingCopy.objects.get()

    def saved(**fields):
        assert posted(manager, "change_part", copy, "splits/tone", **fields).status_code == 302
        return copy.document

    assert saved() == DOCUMENT
    assert saved(learns_within="30") == DOCUMENT.replace("within: 14 days", "within: 30 days")
    assert saved(learns_state="") == DOCUMENT.replace(
        "    learns: {state: reminding, measure: paid_in_full, within: 14 days, at_least: 10}\n", ""
    )
    again = saved(learns_state="reminding", learns_at_least="25", learns_measure="promise_kept")
    [split] = versions.program_of(again).document.splits
    assert (split.learns.measure, split.learns.within, split.learns.at_least) == ("promise_kept", 14, 25)
    wrong = posted(manager, "change_part", copy, "splits/tone", learns_state="waiting")
    assert wrong.status_code == 422
    assert any("accounts begin in this state" in error for error in wrong.context["form"].errors["learns_state"])
