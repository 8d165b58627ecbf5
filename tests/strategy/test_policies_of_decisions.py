"""A decision is explained by the versions of policies that it asked, an answer to an event too, whatever was published since."""

from __future__ import annotations

import pytest
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at
from tests.strategy.test_policy_actions import CHOICE, GROUPS, RISK, account, publish

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.strategy.models import Decision, Version
from tallystick.strategy.queries import asking, why
from tallystick.strategy.queries.why_json import as_json
from tallystick.timeline import actions as timeline

pytestmark = pytest.mark.django_db


def manager():
    user = access_actions.add_user(username="mara", at=at(DAY), by=BY)
    access_actions.set_roles(user_id=user.pk, roles=[Role.CREDIT_MANAGER], reaches=[EVERYTHING], at=at(DAY), by=BY)
    return user


ANSWERING = """
name: test
title: Test
start: waiting
states:
  waiting:
    answers:
      - event: timeline.NoteAdded
        title: Read
        when: table.choice = "call" and segment.groups = "late"
        do: [task: {kind: review, title: Read}]
"""


def test_an_answer_is_explained_by_the_policies_of_its_moment_and_not_by_those_of_now(client, settings):
    settings.ACCESS_SECOND_FACTOR_ROLES = ()
    publish(GROUPS, RISK, CHOICE)
    strategies.publish(ANSWERING)
    made = account("60.00", 40)
    timeline.add_note(account_id=made.pk, text="Hello", happened_on=DAY, at=at(DAY), by=BY)
    strategies.answer()
    # In the very instant of the answer everything it asked, and what that asked, becomes something else.
    publish(GROUPS.replace("title: Late", "title: Quite late"), RISK.replace("weight: 2", "weight: 3"))
    publish(CHOICE.replace("over 50", "over 60"))

    [decision] = Decision.objects.all()
    assert decision.run_id is None
    [past] = why.history(made.pk)
    assert [(each.word, each.version.number, each.now.number) for each in past.policies] == [
        ("segment.groups", 1, 2),
        ("table.choice", 1, 2),
        ("score.risk", 1, 2),
    ]
    client.force_login(manager())
    page = client.get(f"/strategy/accounts/{made.pk}/decisions/{decision.pk}").content.decode()
    assert page.count("now version 2") == 3
    said = as_json(asking.ask(made.pk, day=DAY, today=DAY), made)
    assert said["decided"][0]["policies"] == {"segment.groups": 1, "table.choice": 1, "score.risk": 1}


def test_a_decision_is_read_when_its_policy_gives_other_values_or_is_gone(django_assert_max_num_queries):
    publish(GROUPS, RISK, CHOICE)
    strategies.publish(ANSWERING)
    made = account("60.00", 40)
    timeline.add_note(account_id=made.pk, text="Hello", happened_on=DAY, at=at(DAY), by=BY)
    strategies.answer()
    strategies.publish(strategies.HEAD + "states: {waiting: {}}")
    Version.objects.filter(paper__name__in=["choice", "groups"]).update(state="retired", retired_at=at(DAY))

    with django_assert_max_num_queries(6):
        [past] = why.history(made.pk)

    assert past.said_values == "choice: “call” (version 1), groups: “late” (version 1)"
    assert {each.word: each.now for each in past.policies if each.word != "score.risk"} == {
        "segment.groups": None,
        "table.choice": None,
    }


def test_a_decision_that_asked_no_policy_names_none():
    publish(GROUPS)
    strategies.publish(
        ANSWERING.replace('when: table.choice = "call" and segment.groups = "late"', "when: balance > £1")
    )
    made = account("60.00", 40)
    timeline.add_note(account_id=made.pk, text="Hello", happened_on=DAY, at=at(DAY), by=BY)
    strategies.answer()

    [past] = why.history(made.pk)

    assert past.policies == ()
