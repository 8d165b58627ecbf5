"""A test with real transactions leaves nothing behind, not even in tables that are only added to."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.utils import DatabaseError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def record():
    """A table that is only added to: neither its owner's privileges nor its trigger let it be changed."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE record (line text)")
        cursor.execute("REVOKE UPDATE, DELETE, TRUNCATE ON record FROM CURRENT_USER")
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'only added to'; END $$"
        )
        cursor.execute("CREATE TRIGGER refuse BEFORE TRUNCATE ON record EXECUTE FUNCTION refuse()")
        cursor.execute("INSERT INTO record VALUES ('once')")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE record")
        cursor.execute("DROP FUNCTION refuse()")


def flush():
    connection.ops.execute_sql_flush([])


def refuses(statement):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return str(error)
    return ""


def test_the_flush_empties_what_is_only_added_to(record):
    flush()

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM record")
        assert cursor.fetchone() == (0,)


def test_the_flush_puts_both_protections_back(record):
    flush()

    assert "permission denied" in refuses("TRUNCATE record")
    with connection.cursor() as cursor:
        cursor.execute("GRANT TRUNCATE ON record TO CURRENT_USER")
    assert "only added to" in refuses("TRUNCATE record")


def test_what_the_migrations_put_in_is_there_after_the_flush():
    before = ContentType.objects.count()
    ContentType.objects.filter(app_label="sessions").delete()

    flush()

    assert ContentType.objects.count() == before > 0
