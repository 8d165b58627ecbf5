import pytest
from django.db import connection

from tallystick.kernel import sql
from tallystick.kernel.sql import Rows


def test_a_marker_is_filled_wherever_it_stands():
    assert sql.fill("SELECT {what} FROM t WHERE {what} > 0", what="n") == "SELECT n FROM t WHERE n > 0"


def test_a_marker_that_does_not_stand_there_is_a_defect():
    with pytest.raises(ValueError, match=r"no marker \{leaf\}"):
        sql.fill("SELECT 1", leaf="book")


def test_a_query_that_is_not_there_is_a_defect():
    with pytest.raises(KeyError):
        sql.load("tallystick.accounts", "ageing.sql", "there_is_no_such_query")


@pytest.mark.django_db
def test_rows_come_as_dicts_with_json_read():
    found = sql.rows("SELECT %(n)s::int AS n, '{\"a\": [1]}'::jsonb AS document, NULL::json AS nothing", {"n": 7})

    assert found == [{"n": 7, "document": {"a": [1]}, "nothing": None}]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "value"),
    [
        pytest.param("SELECT 7", 7, id="a value"),
        pytest.param("SELECT 7 WHERE false", None, id="no row"),
        pytest.param("SELECT NULL", None, id="null"),
    ],
)
def test_one_value_comes_by_itself(query, value):
    assert sql.value(query) == value


@pytest.mark.django_db
def test_a_statement_says_how_many_rows_it_touched():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE n ON COMMIT DROP AS SELECT generate_series(1, 5) AS n")

    assert sql.execute("DELETE FROM n WHERE n > %s", [2]) == 3


@pytest.mark.django_db
def test_rows_made_elsewhere_stand_in_a_query_with_their_parameters():
    some = Rows("SELECT unnest(%(ids)s::bigint[]) AS id", {"ids": [1, 2, 3]})

    query, params = some.into("SELECT count(*) FROM {rows} AS row WHERE id > %(least)s", {"least": 1})

    assert sql.value(query, params) == 2


@pytest.mark.django_db
def test_rows_may_be_made_by_a_statement():
    sql.execute("CREATE TEMPORARY TABLE crate (id bigint)")
    made = Rows(
        "SELECT id * 10 AS id FROM made",
        {"ids": [1, 2]},
        "INSERT INTO crate SELECT unnest(%(ids)s::bigint[]) RETURNING id",
    )

    query, params = made.into("SELECT sum(id) FROM {rows} AS row", {})

    assert sql.value(query, params) == 30
    assert sql.value("SELECT count(*) FROM crate") == 2


def test_rows_and_a_query_do_not_take_each_others_parameters():
    rows = Rows("SELECT %(kind)s AS kind, %(at)s AS at", {"kind": "call", "at": 1})

    with pytest.raises(ValueError, match=r"differ in kind$"):
        rows.into("SELECT %(kind)s FROM {rows} AS row", {"kind": "TaskOpened", "at": 1})
