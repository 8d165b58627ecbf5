"""Two versions compared in sentences, and a strategy taken along as a file and brought in elsewhere."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at
from tests.strategy.test_golden import DOCUMENT, LATE

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.kernel.refusals import NotPermitted
from tallystick.strategy import actions
from tallystick.strategy.models import Paper, Plan, Version
from tallystick.strategy.queries import catalogue, comparing, golden, versions
from tallystick.strategy.rules import bundle, comparison, reading
from tallystick.strategy.rules.golden import GoldenFrozen
from tallystick.strategy.rules.program import Program
from tallystick.strategy.rules.reading import DocumentMistaken

pytestmark = pytest.mark.django_db

AT = at(DAY)


def _compared(before: str, after: str, *, cases: tuple[str, str] = ("", "")) -> dict[str, list[tuple[str, ...]]]:
    sides = [
        comparison.Side(
            Program.of(reading.read(text, catalogue.rooms_vocabulary())),
            golden.read_yaml(written),
        )
        for text, written in zip((before, after), cases, strict=True)
    ]
    return {
        part.title: [
            (each.sign.value, each.what, each.title, *(f"{a.name}: {a.before} → {a.after}" for a in each.aspects))
            for each in part.differences
        ]
        for part in comparison.compare(*sides, catalogue.rooms_catalogue())
    }


@pytest.mark.parametrize(
    ("change", "differences"),
    [
        pytest.param(
            ("balance >= £50", "balance >= £75"),
            {
                "Waiting": [
                    (
                        "changed",
                        "step",
                        "First letter",
                        "when: as soon as days past due is at least 7 days, and balance is at least £50.00"
                        " → as soon as days past due is at least 7 days, and balance is at least £75.00",
                    )
                ]
            },
            id="a condition",
        ),
        pytest.param(
            ("do: [note: first]", "do: [note: first, note: more]"),
            {"Waiting": [("changed", "step", "First letter", "orders: note: first → note: first; note: more")]},
            id="an order",
        ),
        pytest.param(
            ("      - id: last\n        do: [note: last]\n", ""),
            {"Waiting": [("removed", "step", "Last", "title: Last → ", "orders: note: last → ")]},
            id="a step that goes",
        ),
        pytest.param(
            ("      - id: last\n", "      - id: more\n        do: [note: more]\n      - id: last\n"),
            {"Waiting": [("added", "step", "More", "title:  → More", "orders:  → note: more")]},
            id="a step that comes, and moves nothing",
        ),
        pytest.param(
            ("never_when:\n  held: holds.active\n", ""),
            {
                "The whole": [
                    ("removed", "guard", "held", "title: held → ", "when: a hold is in force on the account → "),
                ]
            },
            id="a guard",
        ),
        pytest.param(
            ("calendar", "calendar"),
            {},
            id="nothing",
        ),
        pytest.param(
            ("title: Test\n", "title: Tested\ncalendar: GB-SCT\n"),
            {
                "The whole": [
                    ("changed", "title", "", ": Test → Tested"),
                    ("changed", "calendar", "", ": GB-EAW → GB-SCT"),
                ]
            },
            id="the head",
        ),
        pytest.param(
            ("broken_in_a_row >= 2", "broken_in_a_row >= 3"),
            {
                "Waiting": [
                    (
                        "changed",
                        "answer",
                        "Broken",
                        "when: when “promise broken”, if promises broken in a row is at least 2 promises"
                        " → when “promise broken”, if promises broken in a row is at least 3 promises",
                    )
                ]
            },
            id="an answer",
        ),
        pytest.param(("when: balance <= 0", "when:   balance<=0   # paid"), {}, id="written in another way"),
    ],
)
def test_what_changed_is_said_by_what_it_means(change, differences):
    assert _compared(DOCUMENT, DOCUMENT.replace(*change)) == differences


def test_a_step_that_stands_elsewhere_has_moved_and_the_others_have_not():
    last = "      - id: last\n        do: [note: last]\n"
    moved = DOCUMENT.replace(last, "").replace("      - id: write\n", last + "      - id: write\n")

    assert _compared(DOCUMENT, moved) == {"Waiting": [("moved", "step", "Last")]}


def test_states_and_their_steps_come_and_go():
    found = _compared(DOCUMENT, DOCUMENT.replace("go: paid", "go: settled").replace("  paid:\n", "  settled:\n"))

    assert found["Settled"][0] == ("added", "state", "Settled")
    assert found["Paid"][0] == ("removed", "state", "Paid")
    assert [each[:2] for each in found["Waiting"]] == [("added", "transition"), ("removed", "transition")]


def test_golden_accounts_are_compared_by_name():
    other = LATE.replace("name: late", "name: other").replace("Two weeks late", "Another")
    meant = LATE.replace("  happens:\n    - step waiting.write\n  orders:\n    - note\n", "  happens: []\n")

    assert _compared(DOCUMENT, DOCUMENT, cases=(LATE, meant + other)) == {
        "Golden accounts": [
            ("changed", "golden account", "Two weeks late", "expected: step “First letter” → nothing"),
            ("added", "golden account", "Another", "expected:  → step “First letter”"),
        ]
    }
    assert _compared(DOCUMENT, DOCUMENT, cases=(LATE, LATE.replace("14", "15"))) == {
        "Golden accounts": [("changed", "golden account", "Two weeks late", "accounts.days_past_due: 14 → 15")]
    }


@pytest.mark.parametrize("document", ["a: 1\n", "a: 1", "---\na: 1\n"])
@pytest.mark.parametrize("cases", ["- b: 2\n", None])
def test_a_file_is_parted_as_it_was_joined(document, cases):
    found, golden_part, lines = bundle.split(bundle.join(document, cases or ""))

    assert (found.rstrip("\n"), golden_part) == (document.rstrip("\n"), cases)
    if cases is not None:
        assert bundle.join(document, cases).splitlines()[lines] == "- b: 2"


# ------------------------------------------------------------------------------------------------------------ as a file


@pytest.mark.django_db
def test_a_strategy_is_taken_along_and_brought_in_elsewhere():
    version = actions.draft(document=DOCUMENT, at=AT, by=BY)
    actions.write_golden(version_id=version.pk, document=LATE, reason="", at=AT, by=BY)
    text = golden.as_file(version)
    elsewhere = text.replace("name: test\n", "name: elsewhere\n", 1)

    made = actions.import_strategy(text=elsewhere, file_name="test.yaml", at=AT, by=BY)

    assert made.paper.name == "elsewhere"
    assert golden.cases(made) == golden.cases(version)
    assert comparing.compare(version, made) == []
    again = actions.import_strategy(text=elsewhere, file_name="test.yaml", at=AT, by=BY)
    assert again == made


@pytest.mark.django_db
def test_a_mistake_in_either_part_is_named_by_the_line_of_the_file_and_nothing_is_kept():
    text = bundle.join(DOCUMENT, LATE.lstrip())
    wrong = text.replace("days_past_due: 14", "days_past_deu: 14")

    with pytest.raises(DocumentMistaken) as mistaken:
        actions.import_strategy(text=wrong, file_name="test.yaml", at=AT, by=BY)

    [problem] = mistaken.value.problems
    assert "days_past_deu" in wrong.splitlines()[problem.line - 1]
    assert not Version.objects.exists()


@pytest.mark.django_db
def test_a_file_changes_no_golden_account_of_what_is_published():
    version = strategies.publish(DOCUMENT)

    with pytest.raises(GoldenFrozen):
        actions.import_strategy(text=bundle.join(DOCUMENT, LATE), file_name="test.yaml", at=AT, by=BY)

    assert golden.cases(version) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("calendar")
def test_the_browser_compares_takes_along_and_brings_in(signed_in):
    browser = signed_in(Role.CREDIT_MANAGER)
    first = strategies.publish(DOCUMENT)
    second = actions.draft(document=DOCUMENT.replace("£50", "£75"), at=AT, by=BY)
    actions.write_golden(version_id=second.pk, document=LATE, reason="", at=AT, by=BY)

    page = browser.get(reverse("strategy:compare", args=[second.pk])).content.decode()
    assert "From version 1 to version 2" in page
    assert "balance is at least £75.00" in page
    back = browser.get(reverse("strategy:compare", args=[first.pk]), {"with": 2}).content.decode()
    assert "From version 2 to version 1" in back
    assert browser.get(reverse("strategy:compare", args=[first.pk])).status_code == 404

    file = browser.get(reverse("strategy:download", args=[second.pk])).content
    wrong = file.replace(b"days_past_due: 14", b"days_past_due: soon")
    answer = browser.post(reverse("strategy:import"), {"file": SimpleUploadedFile("test.yaml", wrong)})
    assert answer.status_code == 422
    assert "a number is expected here." in answer.content.decode()
    answer = browser.post(reverse("strategy:import"), {"file": SimpleUploadedFile("test.yaml", b"\xff\xfe")})
    assert "no text in UTF-8" in answer.content.decode()
    renamed = file.replace(b"name: test\n", b"name: elsewhere\n", 1)
    made = browser.post(reverse("strategy:import"), {"file": SimpleUploadedFile("test.yaml", renamed)})
    version = Version.objects.get(paper__name="elsewhere")
    assert made.url == reverse("strategy:version", args=[version.pk])
    assert [case.name for case in golden.cases(version)] == ["late"]


@pytest.mark.django_db
@pytest.mark.usefixtures("calendar")
def test_a_collector_brings_nothing_in(signed_in):
    assert signed_in(Role.COLLECTOR).get(reverse("strategy:import")).status_code == 403


# ----------------------------------------------------------------------------------------------------- the command line


def _said(*words: str) -> str:
    out = io.StringIO()
    call_command("strategy", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def people(db):
    for name in ("ann", "bob"):
        user = access_actions.add_user(username=name, full_name=name.title(), at=AT, by=BY)
        access_actions.set_roles(user_id=user.pk, roles=[Role.CREDIT_MANAGER], reaches=[EVERYTHING], at=AT, by=BY)


@pytest.mark.usefixtures("people", "calendar")
def test_the_command_line_takes_a_strategy_through_its_life(tmp_path):
    file, out = tmp_path / "test.yaml", tmp_path / "out.yaml"
    file.write_text(bundle.join(DOCUMENT, LATE.lstrip()), "utf-8")

    assert _said("import", str(file), "--as", "ann") == "test\t1\tdraft\n"
    with pytest.raises(Exception, match="Somebody else has to approve"):
        _said("approve", "test", "--as", "ann")
    with pytest.raises(Exception, match="has not been approved yet"):
        _said("publish", "test")
    with pytest.raises(Exception, match="has not been rehearsed as it is"):
        _said("approve", "test", "--as", "bob")
    assert "0 of 0 accounts fare otherwise." in _said("rehearse", "test", "--as", "bob")
    assert _said("approve", "test", "--as", "bob", "--comment", "Fine") == "test\t1\tapproved\n"
    assert _said("publish", "test", "--as", "ann") == "test\t1\tpublished\n"
    assert ProcrastinateJob.objects.filter(task_name="strategy.settle").count() == 1
    _said("export", "test", "--to", str(out))
    assert _said("export", "test") == out.read_text("utf-8")
    assert bundle.split(out.read_text("utf-8"))[0] == DOCUMENT

    file.write_text(DOCUMENT.replace("£50", "£75"), "utf-8")
    _said("import", str(file), "--as", "ann")
    assert "changed step First letter" in _said("compare", "test")
    _said("rehearse", "test")
    _said("approve", "test", "--as", "bob")
    assert _said("publish", "test", "--at", "2026-03-05T06:00") == "test\t2\tapproved\n"
    assert Plan.objects.get().due_at.isoformat() == "2026-03-05T06:00:00+00:00"
    actions.keep_plans(at=Plan.objects.get().due_at, by=BY)
    assert _said("rollback", "test", "--reason", "Too high", "--as", "bob") == "test\t3\tpublished\n"
    assert [line.split("\t")[2] for line in _said("list").splitlines()] == ["published", "retired", "retired"]
    assert versions.published_version(Paper.objects.get()).document == DOCUMENT


@pytest.mark.usefixtures("people")
def test_the_command_line_knows_who_may(tmp_path):
    file = tmp_path / "test.yaml"
    file.write_text(DOCUMENT, "utf-8")
    builders.user("carl")

    with pytest.raises(CommandError, match="There is no user nobody"):
        _said("import", str(file), "--as", "nobody")
    with pytest.raises(NotPermitted):
        _said("import", str(file), "--as", "carl")
