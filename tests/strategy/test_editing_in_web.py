"""The editor: a strategy is changed by forms, in a working copy of one's own, and kept as a draft."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import DAY

from tallystick.access.rules.rights import Role
from tallystick.contact import actions as contact_actions
from tallystick.strategy import actions
from tallystick.strategy.models import Version, WorkingCopy
from tallystick.strategy.queries import comparing, policies, versions
from tallystick.strategy.rules.editing import writing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]


def html(response):
    return " ".join(response.content.decode().split())


def posted(manager, name, copy, *at, **fields):
    """Send the form of a part as its page has it, with some fields filled in otherwise."""
    address = reverse(f"strategy:{name}", args=[copy.pk, *at])
    query = f"?kind={fields.pop('kind')}" if "kind" in fields else ""
    page = manager.get(address + query)
    sent = {"revision": copy.revision}
    for form in filter(None, (page.context["form"], page.context["order"])):
        for bound in form:
            if bound.value() not in (None, False):
                sent[bound.html_name] = bound.value()
    answer = manager.post(address + query, {**sent, **fields})
    copy.refresh_from_db()
    return answer


@pytest.fixture
def manager(signed_in):
    contact_actions.load_templates(at=builders.AT, by=builders.TEST)
    return signed_in(Role.CREDIT_MANAGER)


@pytest.fixture
def copy(manager):
    """A working copy of a shipped strategy."""
    version = strategies.publish(versions.shipped("staged-reminders"))
    manager.post(reverse("strategy:begin_working", args=[version.pk]))
    return WorkingCopy.objects.get()


def every_part(data):
    yield ()
    yield from (("never_when", name) for name in data.get("never_when", ()))
    yield from (("splits", name) for name in data.get("splits", ()))
    holders = [("answers",)]
    for state in data["states"]:
        yield ("states", state)
        holders += [("states", state, holder) for holder in ("leave", "steps", "answers")]
    for holder in holders:
        within = data
        for key in holder:
            within = within.get(key, {})
        for place, part in enumerate(within, start=1):
            yield (*holder, place)
            yield from ((*holder, place, "do", number + 1) for number in range(len(part.get("do", ()))))


@pytest.mark.parametrize("name", versions.shipped_names())
def test_a_form_that_is_saved_as_it_was_changes_nothing(name, manager):
    version = strategies.publish(versions.shipped(name))
    manager.post(reverse("strategy:begin_working", args=[version.pk]))
    copy = WorkingCopy.objects.get()

    for path in every_part(writing.read(copy.document)):
        answer = posted(
            manager, "change_part" if path else "change_whole", copy, *(["/".join(map(str, path))] if path else [])
        )
        assert answer.status_code == 302, (path, answer.context["form"].errors)
        assert copy.document == version.document, path
    assert copy.revision == 0


def test_a_strategy_is_built_by_forms_kept_published_and_run(manager):
    account = builders.account()
    builders.invoice(account, "640.00", due_on=DAY - timedelta(days=9))
    begun = manager.post(
        reverse("strategy:build"), {"title": "Two steps", "first": "Not overdue", "calendar": "GB-EAW"}
    )
    copy = WorkingCopy.objects.get()
    assert begun.url == reverse("strategy:working", args=[copy.pk])

    assert (
        posted(
            manager, "add_part", copy, "states", title="Reminding", comes_from="not-overdue", when="overdue > 0"
        ).status_code
        == 302
    )
    assert (
        posted(
            manager,
            "add_part",
            copy,
            "states/reminding/leave",
            when="overdue <= 0",
            go="+",
            go_title="Paid, at last",
        ).status_code
        == 302
    )
    assert (
        posted(
            manager,
            "add_part",
            copy,
            "states/reminding/steps",
            kind="task",
            title="Call them",
            counted_from="step",
            days="2",
            is_business="on",
            when="balance >= £100",
            otherwise="skip",
            **{
                "order-kind_of_task": "call",
                "order-title": "Call the customer",
                "order-limit": "3",
                "order-wait": "on",
                "order-result_1": "paid",
                "order-result_state_1": "paid-at-last",
                "order-escalate_priority": "high",
            },
        ).status_code
        == 302
    )

    assert (
        copy.document
        == """\
name: two-steps
title: Two steps
calendar: GB-EAW
start: not-overdue
states:
  not-overdue:
    title: Not overdue
    leave:
      - when: overdue > 0
        go: reminding
  reminding:
    title: Reminding
    leave:
      - when: overdue <= 0
        go: paid-at-last
    steps:
      - id: call-them
        title: Call them
        after: 2 business days
        when: balance >= £100
        otherwise: skip
        do:
          - task:
              kind: call
              title: Call the customer
              limit: 3 business days
              wait: true
              results: {paid: paid-at-last}
              escalate: {priority: high}
  paid-at-last:
    title: Paid, at last
"""
    )
    kept = manager.post(reverse("strategy:keep_working", args=[copy.pk]), {"revision": copy.revision})
    version = Version.objects.get()
    assert kept.url == reverse("strategy:version", args=[version.pk])
    assert not WorkingCopy.objects.exists()
    actions.approve(version_id=version.pk, at=builders.AT, by=builders.TEST)
    actions.publish(version_id=version.pk, at=builders.AT, by=builders.TEST)
    actions.assign(strategy="two-steps", at=builders.AT, by=builders.TEST)
    actions.settle(day=DAY, at=builders.AT, by=builders.TEST)
    strategies.refresh(account.pk)
    for day in strategies.days(DAY, 4):
        strategies.run(day)
    assert [title for _day, title in strategies.happened(account.pk)] == ["→ Reminding", "Call them"]


def test_a_change_is_the_only_one_that_the_comparison_names(manager, copy):
    posted(manager, "change_part", copy, "states/reminding/steps/1", days="4", counted_from="step")

    manager.post(reverse("strategy:keep_working", args=[copy.pk]), {"revision": copy.revision})

    before, after = Version.objects.order_by("number")
    [part] = comparing.compare(before, after)
    [difference] = part.differences
    assert (part.title, difference.what, difference.title) == ("Reminding", "step", "First reminder")
    assert [aspect.name for aspect in difference.aspects] == ["when"]
    assert "4 days after the step before" in difference.aspects[0].after


def test_a_mistake_stands_beside_the_field_that_caused_it(manager, copy):
    answer = posted(manager, "change_part", copy, "states/reminding/steps/1", when="levl = 1")
    assert answer.status_code == 422
    assert "Did you mean “level”?" in str(answer.context["form"].errors["when"])
    assert "level = 1" in copy.document

    answer = posted(manager, "add_part", copy, "states/reminding/steps", title="Nothing", kind="")
    assert "a step does something or goes to a state" in str(answer.context["form"].non_field_errors())

    answer = posted(manager, "change_part", copy, "states/reminding/steps/2/do/1", wait="on", limit="")
    assert "needs a limit" in str(answer.context["form"].errors)
    assert copy.revision == 0


def test_what_the_rest_of_the_document_needs_is_not_removed(manager, copy):
    answer = manager.post(
        reverse("strategy:remove_part", args=[copy.pk, "splits/early-call"]), {"revision": copy.revision}, follow=True
    )

    assert "Not done." in html(answer)


def test_parts_are_moved_removed_and_undone(manager, copy):
    before = copy.document
    moved = manager.post(
        reverse("strategy:move_part", args=[copy.pk, "states/reminding/steps/1"]), {"revision": 0, "by": "down"}
    )
    assert moved.url.endswith("?at=states%2Freminding%2Fsteps%2F2&by=down")
    copy.refresh_from_db()
    assert [step["id"] for step in writing.read(copy.document)["states"]["reminding"]["steps"]][:2] != ["first"]
    manager.post(reverse("strategy:remove_part", args=[copy.pk, "states/reminding/steps/1"]), {"revision": 1})
    manager.post(reverse("strategy:undo_edit", args=[copy.pk]), {"revision": 2})
    manager.post(reverse("strategy:undo_edit", args=[copy.pk]), {"revision": 3})

    copy.refresh_from_db()
    assert copy.document == before
    assert "There is nothing to undo." in html(
        manager.post(reverse("strategy:undo_edit", args=[copy.pk]), {"revision": 4}, follow=True)
    )


def test_a_state_is_removed_with_another_in_its_place(manager, copy):
    address = reverse("strategy:remove_part", args=[copy.pk, "states/final"])
    asked = manager.post(address, {"revision": 0})
    assert asked.status_code == 422
    assert "“Final letter” cannot just go" in html(asked)

    manager.post(address, {"revision": 0, "instead": "in-peace"})

    copy.refresh_from_db()
    assert "final" not in writing.read(copy.document)["states"]


def test_two_windows_do_not_overwrite_each_other(manager, copy):
    address = reverse("strategy:change_part", args=[copy.pk, "states/reminding"])
    manager.post(address, {"revision": 0, "title": "Asking"})

    late = manager.post(address, {"revision": 0, "title": "Urging"})

    assert late.status_code == 422
    assert "The document was changed in another window" in html(late)
    assert "title: Asking" in late.context["says_now"]
    assert late.context["form"]["title"].value() == "Urging"
    manager.post(address, {"revision": late.context["copy"].revision, "title": "Urging"})
    copy.refresh_from_db()
    assert writing.read(copy.document)["states"]["reminding"]["title"] == "Urging"


def _orders(copy, step=0):
    copy.refresh_from_db()
    return writing.read(copy.document)["states"]["reminding"]["steps"][step]["do"]


def test_two_orders_that_are_added_one_after_the_other_both_stay(manager, copy):
    address = reverse("strategy:add_part", args=[copy.pk, "states/reminding/steps/1/do"]) + "?kind=note"
    before = _orders(copy)
    assert [manager.get(address).context["copy"].revision for _form in range(2)] == [0, 0]

    first = manager.post(address, {"revision": 0, "text": "One: first"})
    second = manager.post(address, {"revision": 0, "text": "Two: then"})

    assert (first.status_code, second.status_code) == (302, 302)
    assert _orders(copy) == [*before, {"note": "One: first"}, {"note": "Two: then"}]
    manager.post(reverse("strategy:undo_edit", args=[copy.pk]), {"revision": copy.revision})
    assert _orders(copy) == [*before, {"note": "One: first"}]


def test_what_is_added_late_does_not_land_in_another_step(manager, copy):
    address = reverse("strategy:add_part", args=[copy.pk, "states/reminding/steps/1/do"]) + "?kind=note"
    move = reverse("strategy:move_part", args=[copy.pk, "states/reminding/steps/1"])
    manager.post(move, {"revision": 0, "by": "down"})

    late = manager.post(address, {"revision": 0, "text": "For the first"})

    assert late.status_code == 422
    assert "The document was changed in another window" in html(late)
    assert {"note": "For the first"} not in [*(_orders(copy, 1)), *_orders(copy, 0)]


def test_a_version_that_somebody_kept_meanwhile_is_shown_and_not_overrun(manager, copy):
    posted(manager, "change_part", copy, "states/reminding", title="Urging")
    theirs = actions.draft(
        document=copy.base.document.replace("title: Reminding", "title: Asking"), at=builders.AT, by=builders.TEST
    )

    refused = manager.post(reverse("strategy:keep_working", args=[copy.pk]), {"revision": copy.revision})

    assert refused.status_code == 409
    assert "has kept version 2 since you began" in html(refused)
    lines = [line.text.strip() for line in refused.context["theirs"] if line.change.value in ("added", "removed")]
    assert lines == ["title: Asking", "title: Urging"]
    kept = manager.post(
        reverse("strategy:keep_working", args=[copy.pk]), {"revision": copy.revision, "seen": theirs.number}
    )
    assert kept.status_code == 302
    assert Version.objects.get(number=3).document.count("Urging") == 1


def test_a_working_copy_is_its_owners_alone(manager, copy, signed_in):
    address = reverse("strategy:working", args=[copy.pk])
    assert manager.get(address).status_code == 200
    copy.user_id += 1
    copy.save()

    assert manager.get(address).status_code == 404
    assert signed_in(Role.COLLECTOR).get(address).status_code == 403


def test_a_condition_is_completed_read_aloud_and_counted(manager, copy):
    account = builders.account()
    builders.invoice(account, "640.00", due_on=DAY - timedelta(days=9))
    strategies.refresh(account.pk)
    address = reverse("strategy:complete_condition", args=[copy.pk])

    begun = json.loads(manager.get(address, {"text": "days_past", "cursor": "9"}).content)
    assert begun["words"][0]["word"] == "days_past_due"
    assert (begun["from"], begun["to"]) == (0, 9)
    assert "“days_past” is not a fact" in begun["mistake"]
    own = json.loads(manager.get(address, {"text": 'split.early_call = "', "cursor": "20"}).content)
    assert [each["word"] for each in own["words"]] == ['"champion"', '"challenger"']

    whole = json.loads(manager.get(address, {"text": "days_past_due >= 7 and balance > £500"}).content)
    assert whole["aloud"] == "days past due is at least 7 days, and balance is more than £500.00"
    assert whole["count"] == "On today's book: 1 account"
    none = json.loads(manager.get(address, {"text": "days_past_due >= 70"}).content)
    assert none["count"] == "On today's book: 0 accounts"


@pytest.fixture
def of_the_house(manager):
    """The policies that the program ships, published."""
    for name in ("payment_risk", "treatment", "next_contact"):
        strategies.publish_policy(policies.shipped(name))


@pytest.mark.usefixtures("of_the_house")
@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("treatm", ["segment.treatment"]),
        ("payment_r", ["score.payment_risk"]),
        ("table.", ["table.next_contact"]),
        (
            "segment.treatment = ",
            ['"care"', '"disputed"', '"settled"', '"small"', '"high-risk"', '"large"', '"standard"'],
        ),
        ('segment.treatment in {"care", "l', ['"large"']),
        ('table.next_contact != "', ['"person"', '"nothing"', '"call"', '"email"', '"sms"']),
        ("score.payment_risk ", ["<", "<="]),
    ],
)
def test_a_condition_is_completed_with_the_words_of_the_policies_of_the_house(manager, copy, text, offered):
    found = json.loads(manager.get(reverse("strategy:complete_condition", args=[copy.pk]), {"text": text}).content)

    words = {each["word"]: each["meaning"] for each in found["words"]}
    assert set(offered) <= words.keys()
    if '"' in offered[0] or "." in offered[0]:
        assert all(words[each] for each in offered), "each says what it means"


@pytest.mark.usefixtures("of_the_house")
def test_a_condition_of_the_words_of_a_policy_is_chosen_from_its_values(manager, copy):
    address = reverse("strategy:choose_rows", args=[copy.pk, "when"])

    shown = html(manager.post(address, {"text": 'segment.treatment in {"care", "large"}'}))

    assert 'value="care" checked' in shown
    assert 'value="large" checked' in shown
    assert 'value="standard">' in shown
