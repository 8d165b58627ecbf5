"""On a database that cannot be worked with, and with words that cannot be, a verb says in one line what to do."""

import os
import subprocess
import sys

import pytest
from django.core import management
from django.db import connection

from tallystick.config import cli
from tallystick.config.problem import NotReady
from tallystick.config.starting import preparing
from tallystick.kernel import sql


@pytest.fixture
def elsewhere(transactional_db):
    """The connection, moved to an empty database of its own, and back afterwards."""
    here = connection.settings_dict["NAME"]
    there = f"{here}_empty"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{there}"')
    connection.close()
    connection.settings_dict["NAME"] = there
    yield
    connection.close()
    connection.settings_dict["NAME"] = here
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{there}" WITH (FORCE)')


@pytest.mark.parametrize("words", [["check"], ["run"], ["why", "KF-1"], ["worker"], ["web"], ["backup", "there"]])
def test_on_an_empty_database_a_verb_says_what_to_do(elsewhere, capsys, words):
    assert cli.main(words) == 1

    said = capsys.readouterr()
    assert said.err.startswith("tallystick: The database is empty. tallystick start prepares it")
    assert said.err.count("\n") == 1


@pytest.mark.django_db
def test_a_database_of_another_program_is_refused_with_what_to_do():
    preparing.must_be_ready()

    sql.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('accounts', '9999_later', now())")
    with pytest.raises(NotReady, match="of a later Tallystick"):
        preparing.must_be_ready()

    sql.execute("DELETE FROM django_migrations WHERE name = '9999_later' OR app = 'strategy'")
    with pytest.raises(NotReady, match=r"of an earlier Tallystick: \d+ changes"):
        preparing.must_be_ready()


def test_a_database_that_cannot_be_reached_is_an_error_of_one_line(tmp_path):
    environment = {
        **os.environ,
        "DATABASE_URL": "postgres://somebody:secret@127.0.0.1:1/book",
        "TALLYSTICK_STATE_DIR": str(tmp_path),
    }

    ended = subprocess.run(
        [sys.executable, "-m", "tallystick", "check"], env=environment, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith("tallystick: The database cannot be reached: ")
    assert ended.stderr.count("\n") == 1
    assert "secret" not in ended.stderr


@pytest.mark.parametrize("port", ["0", "99999", "http"])
def test_a_port_that_there_is_not_is_refused_by_name(capsys, port):
    with pytest.raises(SystemExit):
        management.load_command_class("tallystick.config", "web").run_from_argv(["tallystick", "web", "--port", port])

    assert "argument --port: say a port from 1 to 65535" in capsys.readouterr().err
