"""A backup comes back whole, protections included, into an empty database or not at all."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.utils import DatabaseError

from tallystick.config import backup
from tallystick.config.backup import BackupRefused

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


@pytest.fixture
def made(tmp_path):
    """A backup of a database in which somebody is logged in."""
    Session.objects.create(session_key="somebody", session_data="logged in", expire_date=AT)
    backup.back_up(tmp_path / "backup", at=AT)
    return tmp_path / "backup"


@pytest.fixture
def elsewhere():
    """The connection, moved to an empty database of its own, and back afterwards."""
    here = connection.settings_dict["NAME"]
    there = f"{here}_restored"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{there}"')
    connection.close()
    connection.settings_dict["NAME"] = there
    yield
    connection.close()
    connection.settings_dict["NAME"] = here
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{there}" WITH (FORCE)')


def number_of_tables():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        return cursor.fetchone()[0]


def test_what_was_backed_up_is_there_after_the_restore(made, elsewhere):
    description = backup.restore(made)

    assert description["made_at"] == "2026-11-25T09:30:00+00:00"
    assert Session.objects.get().session_data == "logged in"


def test_the_record_is_as_protected_as_before(made, elsewhere):
    backup.restore(made)

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("DELETE FROM ledger_entry")


def test_a_backup_can_be_read_by_its_owner_only(made):
    assert made.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in made.iterdir()} == {0o600}


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(BackupRefused, match="cannot be made: Not a directory"):
        backup.back_up(tmp_path / "file" / "backup", at=AT)


def test_a_folder_that_exists_is_not_written_over(made):
    with pytest.raises(BackupRefused, match="exists already"):
        backup.back_up(made, at=AT)


def test_a_database_that_is_not_empty_is_left_alone(made):
    before = number_of_tables()

    with pytest.raises(BackupRefused, match="not empty"):
        backup.restore(made)
    assert number_of_tables() == before


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"migrations": ["access.9999_from_the_future"]}, "later Tallystick", id="a later program's"),
        pytest.param({"role": "somebody_else"}, "role somebody_else", id="another role's"),
        pytest.param({"sha256": "0" * 64}, "is damaged", id="damaged"),
    ],
)
def test_a_backup_that_does_not_fit_changes_nothing(made, elsewhere, change, reason):
    file = made / "backup.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))

    with pytest.raises(BackupRefused, match=reason):
        backup.restore(made)
    assert number_of_tables() == 0


def test_a_folder_that_is_no_backup_is_refused(tmp_path, elsewhere):
    with pytest.raises(BackupRefused, match="is not a backup"):
        backup.restore(tmp_path)


def test_a_restore_that_fails_half_way_leaves_the_database_empty(made, elsewhere):
    with connection.cursor() as cursor:
        cursor.execute("CREATE VIEW django_session AS SELECT 1")  # in the way of a table, and no table itself

    with pytest.raises(BackupRefused, match="already exists"):
        backup.restore(made)
    assert number_of_tables() == 0


def test_a_dump_that_was_cut_short_leaves_the_database_empty(made, elsewhere):
    dump = made / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-5000])
    file = made / "backup.json"
    digest = hashlib.sha256(dump.read_bytes()).hexdigest()
    file.write_text(json.dumps(json.loads(file.read_text()) | {"sha256": digest}))

    with pytest.raises(BackupRefused, match="cannot be read"):
        backup.restore(made)
    assert number_of_tables() == 0


def test_rows_that_look_like_commands_reach_an_older_server_as_they_are():
    rows = [
        b"COPY public.note (text) FROM stdin;\n",
        b"GRANT SELECT,MAINTAIN ON t;\n",
        b"SET transaction_timeout = 0;\n",
    ]
    rows += [b"\\.\n"]

    assert list(backup.without_later_words([*rows, b"GRANT SELECT,MAINTAIN ON TABLE t TO me;\n"])) == [
        *rows,
        b"GRANT SELECT ON TABLE t TO me;\n",
    ]
