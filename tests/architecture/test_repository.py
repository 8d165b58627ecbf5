"""The repository can be cloned anywhere, installs only what was locked, and has a history that can be read."""

import re
import subprocess

import pytest
from django.core.management import call_command
from tests.architecture import house

#: Written in parts, so that this file does not name them either.
HOSTS = [
    "py" + "pi.org",
    "pythonhos" + "ted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "deb." + "debian.org",
    "unp" + "kg.com",
]
HOSTS += ["jsde" + "livr.net", "cdn" + "js.com", "crates" + ".io", "googleapis" + ".com", "gst" + "atic.com"]
SUBJECT = re.compile(r"^(?P<room>[a-z]+): [A-Z][^\n]*\.$")
MOST_LETTERS = 72
#: Longer than that, and noticed when others had built on them.
LET_STAND = {
    "accounts: Name what belongs to nobody, and break each invariant in a test.",
    "contact: Give sending a queue of its own, and race its workers in a test.",
    "strategy: Keep a book of facts, decide in sets, run in chunks, answer events.",
    "tests: Drive the site in a real browser, and say loudly when there is none.",
}


def test_no_file_names_a_package_host():
    naming = [
        house.name_of(file)
        for file in house.tracked()
        if any(host.encode() in file.read_bytes().lower() for host in HOSTS)
    ]

    assert not naming


@pytest.mark.parametrize("lock", ["run.lock", "dev.lock"])
def test_a_lock_pins_every_package_by_its_hash_and_names_no_place(lock):
    text = (house.REPOSITORY / "requirements" / lock).read_text("utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]

    assert entries
    assert not [entry for entry in entries if "--hash=sha256:" not in entry or "==" not in entry.split("\n")[0]]
    assert "://" not in text
    assert "--index" not in text


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_migration_has_a_name_that_says_something():
    unnamed = [house.name_of(file) for file in house.modules() if re.search(r"migrations/\d+_auto_", file.as_posix())]

    assert not unnamed


@pytest.mark.parametrize(
    ("subject", "fits"),
    [
        pytest.param("promises: Count money that arrives on the last day of grace.", True, id="as it should be"),
        pytest.param("promises: count money.", False, id="no capital"),
        pytest.param("promises: Count money", False, id="no full stop"),
        pytest.param("Count money.", False, id="no room"),
        pytest.param("attic: Count money.", False, id="no such room"),
        pytest.param("promises: Wip on counting.", False, id="work in progress"),
        pytest.param("promises: Count " + "money " * 12 + ".", False, id="too long"),
    ],
)
def test_a_commit_subject_is_judged(subject, fits):
    assert _fits(subject) is fits


def test_the_history_can_be_read():
    log = subprocess.run(
        ["git", "log", "--no-merges", "--format=%s"],  # noqa: S607
        cwd=house.REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    if log.returncode != 0:
        pytest.skip("not a git repository: there is no history to read")

    assert not [subject for subject in log.stdout.splitlines() if not _fits(subject) and subject not in LET_STAND]


def _fits(subject: str) -> bool:
    found = SUBJECT.match(subject)
    return (
        found is not None
        and len(subject) <= MOST_LETTERS
        and found["room"] in {*house.NAMES, "kernel", "config", "docs", "tests"}
        and not re.search(r": (wip|fixup|squash|todo)\b", subject.lower())
    )
