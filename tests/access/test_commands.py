import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from tests.access.conftest import PASSWORD

from tallystick.access import queries
from tallystick.access.models import User
from tallystick.access.rules import people
from tallystick.access.rules.grants import LastAdministrator, Reach
from tallystick.access.rules.rights import Role
from tallystick.kernel.refusals import NotFound


def _run(*words: str) -> str:
    out = io.StringIO()
    call_command("user", *words, stdout=out)
    return out.getvalue()


def test_the_first_administrator_is_added_from_the_command_line(db, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))

    said = _run("add", "Ada", "--name", "Ada Adams", "--role", "administrator", "--password-stdin")

    ada = User.objects.get(username="ada")
    assert said == "Added ada.\n"
    assert ada.check_password(PASSWORD)
    assert queries.roles_of(ada.pk) == {Role.ADMINISTRATOR}
    assert _run("list") == "ada\tAda Adams\tadministrator\n"


def test_without_a_terminal_a_link_is_printed(db, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())

    said = _run("add", "ann", "--role", "collector")

    assert "/account/password/reset/key/" in said
    assert not User.objects.get().has_usable_password()


def test_a_weak_password_adds_nobody(db, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("password\n"))

    with pytest.raises(CommandError, match="at least 12"):
        _run("add", "ann", "--password-stdin")

    assert not User.objects.exists()


def test_roles_are_replaced_for_units_and_clients(person, north):
    ann = person("ann", Role.TEAM_LEADER)

    _run("roles", "ann", "--role", "collector", "--unit", "n", "--client", "81")

    assert queries.roles_of(ann.pk) == {Role.COLLECTOR}
    assert queries.reaches_of(ann.pk) == {Reach(business_unit_id=north.pk), Reach(client_id=81)}


def test_a_unit_that_does_not_exist_is_refused(person):
    person("ann")

    with pytest.raises(NotFound):
        _run("roles", "ann", "--role", "collector", "--unit", "nowhere")


def test_a_leaver_goes_and_returns(person):
    ann = person("ann", Role.COLLECTOR)

    _run("let-go", "ann")
    assert "has left" in _run("list")
    with pytest.raises(people.UserHasLeft):
        _run("link", "ann")
    _run("return", "ann")

    ann.refresh_from_db()
    assert ann.is_active


def test_the_last_administrator_cannot_be_let_go_from_here_either(person):
    person("ada", Role.ADMINISTRATOR)

    with pytest.raises(LastAdministrator):
        _run("let-go", "ada")


def test_help_for_those_who_are_locked_out(person):
    person("ann")

    assert "/account/password/reset/key/" in _run("link", "ANN")
    assert _run("unlock", "ann") == _run("reset-second-factor", "ann") == ""
    with pytest.raises(NotFound):
        _run("unlock", "nobody")


def test_the_page_of_rights_is_written(tmp_path: Path):
    out = io.StringIO()
    call_command("rights", stdout=out)
    call_command("rights", write=tmp_path / "rights.md")

    assert (tmp_path / "rights.md").read_text() == out.getvalue()
