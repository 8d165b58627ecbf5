"""Golden accounts that a policy would change, in a real browser."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from tests import builders
from tests.looking import look_at
from tests.strategy import builders as strategies
from tests.strategy import test_pages_in_browser as pages
from tests.strategy.builders import DAY

from tallystick.strategy import actions

account = pages.account
manager = pages.manager

SEGMENTS = """
kind: segments
name: size
title: Size
segments:
  - {id: large, title: Large, when: "balance >= £500"}
otherwise: {id: usual}
"""
BY_SEGMENT = """
name: by-size
title: By size
start: waiting
states:
  waiting:
    steps:
      - id: call
        title: Call at once
        when: segment.size = "large"
        otherwise: skip
        do: [task: {kind: call, title: Call}]
      - id: write
        title: Write
        do: [note: written]
"""


def test_a_golden_account_that_a_policy_would_change_is_accepted_with_a_reason(manager, account):
    strategies.publish_policy(SEGMENTS)
    strategies.publish(BY_SEGMENT)
    strategies.refresh(account.pk)
    terms: dict[str, Any] = {"at": builders.AT, "by": builders.TEST}
    actions.keep_golden(account_id=account.pk, title="Nine days late, much owed", day=DAY, **terms)
    draft = actions.draft(document=SEGMENTS.replace("£500", "£5,000"), **terms)

    page = manager.open(reverse("strategy:version", args=[draft.pk]))
    page.get_by_text("large → usual").wait_for()
    assert look_at(page) == []
    page.get_by_label("Why that is meant").fill("Five hundred is not much any more.")
    page.keyboard.press("Enter")

    page.get_by_text("Accepted with this version").wait_for()
    assert look_at(page) == []
