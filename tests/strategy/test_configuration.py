"""All that is published as a folder: taken along, compared, brought in, and an upgrade that changes nothing."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at
from tests.strategy.test_golden import DOCUMENT, LATE
from tests.strategy.test_policy_actions import CHOICE, GROUPS, RISK, STRATEGY, publish

from tallystick.kernel.refusals import NotPermitted
from tallystick.strategy import actions
from tallystick.strategy.actions.configuring import Agreement, FileMistaken
from tallystick.strategy.models import GoldenAccount, Version
from tallystick.strategy.queries import configuration
from tallystick.strategy.rules import bundle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unrehearsed", "calendar")]

AT = at(DAY)


def said(*words: str) -> str:
    """Do something with a folder at the command line, and give what it says; a refusal is its last line."""
    out = StringIO()
    try:
        call_command("configuration", *map(str, words), stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}\n"
    return out.getvalue()


@pytest.fixture
def folder(tmp_path):
    """A folder of what another installation published: policies that stand on each other, and two strategies."""
    publish(GROUPS, RISK, CHOICE)
    actions.import_strategy(text=bundle.join(DOCUMENT, LATE.lstrip()), file_name="-", at=AT, by=BY)
    strategies.publish(DOCUMENT)
    strategies.publish(STRATEGY.replace("name: test", "name: other"))
    said("export", tmp_path / "live")
    return tmp_path / "live"


def test_a_folder_agrees_with_what_it_was_written_from(folder):
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml")) == [
        "policies/choice.yaml",
        "policies/groups.yaml",
        "policies/risk.yaml",
        "strategies/other.yaml",
        "strategies/test.yaml",
    ]
    assert bundle.split((folder / "strategies" / "test.yaml").read_text("utf-8"))[0] == DOCUMENT
    assert said("compare", folder).splitlines()[-1] == "They agree, and every golden account fares as expected."
    assert said("export", folder) == f"{folder} is not empty. Name a new folder.\n"


def test_what_differs_is_said_in_sentences(folder):
    strategies.publish(DOCUMENT.replace("£50", "£75"))
    publish(RISK + "\n# Nothing is said by this.\n")
    strategies.publish(STRATEGY.replace("name: test", "name: third"))
    (folder / "policies" / "choice.yaml").rename(folder / "policies" / "elsewhere.yaml")
    (folder / "policies" / "elsewhere.yaml").write_text(CHOICE.replace("name: choice", "name: elsewhere"), "utf-8")
    (folder / "policies" / "groups.yaml").write_text(GROUPS.replace("balance", "balanse"), "utf-8")

    lines = said("compare", folder).splitlines()

    assert "policies/choice.yaml\tpublished here, not in the folder" in lines
    assert "policies/elsewhere.yaml\tnot published here" in lines
    assert any(line.startswith("policies/groups.yaml\tcannot be read here\t") and "balanse" in line for line in lines)
    assert "policies/risk.yaml\tthe same, written otherwise" in lines
    assert "strategies/other.yaml\tthe same" in lines
    assert "strategies/third.yaml\tpublished here, not in the folder" in lines
    place = lines.index("strategies/test.yaml\tdifferent")
    assert lines[place + 1 : place + 3] == ["  Waiting", "    changed step First letter"]
    assert "£75.00 → " in lines[place + 3]
    assert lines[-1] == "They do not agree."


def test_a_golden_account_that_fares_otherwise_is_named(folder):
    GoldenAccount.objects.update(happens=["step waiting.last"])

    assert [each.agreement for each in _compared(folder)].count(Agreement.DIFFERENT) == 1
    assert "strategies/test.yaml: the golden account “Two weeks late” fares otherwise: " in said("compare", folder)


def _files(folder):
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.yaml")}


def _compared(folder):
    return actions.compare_configuration(_files(folder))


@pytest.fixture
def files():
    """What another installation published."""
    written = {"choice": CHOICE, "groups": GROUPS, "risk": RISK}
    return {
        **{f"policies/{name}.yaml": text for name, text in written.items()},
        "strategies/other.yaml": STRATEGY.replace("name: test", "name: other"),
        "strategies/test.yaml": bundle.join(DOCUMENT, LATE.lstrip()),
    }


def _import(files):
    return {
        each.file.partition("/")[2]: each.version.state if each.version else "waits"
        for each in actions.import_configuration(files, at=AT, by=BY)
    }


def test_a_folder_is_brought_in_until_nothing_waits(files):
    waiting = {"choice.yaml": "waits", "groups.yaml": "draft", "risk.yaml": "draft", "other.yaml": "waits"}
    assert _import(files) == {**waiting, "test.yaml": "draft"}
    assert _import(files) == {**waiting, "test.yaml": "draft"}
    assert Version.objects.count() == 3

    publish(GROUPS, RISK)
    assert _import(files)["choice.yaml"] == "draft"
    publish(CHOICE)
    now = _import(files)
    assert now == {**dict.fromkeys(now, "published"), "other.yaml": "draft", "test.yaml": "draft"}
    strategies.publish(STRATEGY.replace("name: test", "name: other"))
    strategies.publish(DOCUMENT)

    assert set(_import(files).values()) == {"published"}
    assert Version.objects.count() == 5
    assert all(each.agrees for each in actions.compare_configuration(files))
    kept = configuration.files()
    assert {file: bundle.split(kept[file])[0] for file in kept} == {
        file: bundle.split(files[file])[0] for file in files
    }


def test_one_mistake_and_nothing_is_brought_in(files):
    publish(GROUPS, RISK, CHOICE)
    files["strategies/test.yaml"] = files["strategies/test.yaml"].replace("days_past_due >=", "days_past_dew >=")

    with pytest.raises(FileMistaken, match=r"strategies/test\.yaml: .*days_past_dew"):
        _import(files)

    assert not Version.objects.filter(paper__name="other").exists()


def test_whoever_may_not_publish_brings_nothing_in(files):
    with pytest.raises(NotPermitted):
        actions.import_configuration(files, at=AT, by=builders.actor(builders.user()))


def test_the_command_brings_in_and_says_what_waits(files, tmp_path):
    for file, text in files.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text, "utf-8")

    lines = said("import", tmp_path).splitlines()

    assert "policies/groups.yaml\t1\tdraft" in lines
    assert any(line.startswith("strategies/other.yaml\twaits\t") for line in lines)
    assert lines[-1] == "Publish the policies that the others speak of, and bring the folder in again."
    assert said("import", tmp_path / "nowhere").endswith("they would be policies/*.yaml and strategies/*.yaml.\n")
    assert "There is no user nobody" in said("import", tmp_path, "--as", "nobody")


def test_an_upgrade_with_two_hundred_rules_shows_no_change_that_nobody_made():
    steps = "".join(
        f"""
      - id: step-{number}
        when: balance > £{number} and days_past_due >= {number} and count(promises.broken, {number} days) = 0
        do: [note: step {number}]"""
        for number in range(1, 41)
    )
    for number in range(5):
        strategies.publish(
            f"name: rules-{number}\ntitle: Rules {number}\nstart: waiting\nstates:\n  waiting:\n    steps:{steps}\n"
        )
    before = configuration.files()

    assert [each.agreement for each in actions.compare_configuration(before)] == [Agreement.SAME] * 5
    before["strategies/rules-3.yaml"] = before["strategies/rules-3.yaml"].replace("balance > £17 ", "balance > £18 ")
    [other] = [each for each in actions.compare_configuration(before) if not each.agrees]
    assert (other.file, len(other.parts)) == ("strategies/rules-3.yaml", 1)
    assert other.parts[0].differences[0].title == "Step 17"
