"""The schema keeps the rules by which a book can outgrow one machine. Read from the catalog of a migrated database.

The account family are the tables that carry `account_id`, and the accounts themselves.
"""

import re

import pytest
from django.apps import apps
from django.db import connection
from tests.architecture import house

pytestmark = pytest.mark.django_db

_ROOT = "accounts_account"
#: Tables that name an account where there is one, and are kept by something else, each with what it is kept by.
_LOOSE = {
    "access_auditevent": "the request that was made",
    "documents_document": "the file that was stored",
    "reconciliations_difference": "the reconciliation that found it",
}
#: Rows by the million that name rows of catalogue tables, of which there are never two thousand million: narrow on purpose.
_NARROW = {"strategy_book", "strategy_decision"}
_CATALOGUE_IDS = {"version_id", "client_id", "portfolio_id"}
#: A narrow table that finds accounts by what is unique over all of them.
_LOOKUP = "_lookup"

_UNIQUE_INDEXES = """
    SELECT t.relname AS table, i.relname AS index, x.indisprimary AS is_primary,
        ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY(x.indkey)) AS columns
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    WHERE x.indisunique AND t.relnamespace = 'public'::regnamespace AND NOT t.relispartition
"""
_FOREIGN_KEYS = """
    SELECT c.conname, t.relname AS from_table, f.relname AS to_table
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class f ON f.oid = c.confrelid
    WHERE c.contype = 'f' AND NOT t.relispartition AND c.conparentid = 0
"""
_COLUMNS = """
    SELECT t.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS is_required
    FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
    WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition AND t.relnamespace = 'public'::regnamespace
        AND a.attnum > 0 AND NOT a.attisdropped
"""
_PARTITIONS = """
    SELECT t.relname AS table, t.relkind = 'p' AS is_parted, t.relispartition AS is_part
    FROM pg_class t WHERE t.relkind IN ('r', 'p') AND t.relnamespace = 'public'::regnamespace
"""
# A trigger that fires before TRUNCATE is there to refuse: bit 32 of its type.
_GUARDED = """
    SELECT t.oid::regclass::text AS table,
        array_remove(ARRAY[
            CASE WHEN has_table_privilege(t.oid, 'UPDATE') THEN 'UPDATE' END,
            CASE WHEN has_table_privilege(t.oid, 'DELETE') THEN 'DELETE' END,
            CASE WHEN has_table_privilege(t.oid, 'TRUNCATE') THEN 'TRUNCATE' END
        ], NULL) AS allowed
    FROM pg_class t
    WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p') AND EXISTS (
        SELECT FROM pg_trigger g
        WHERE NOT g.tgisinternal AND g.tgtype & 32 <> 0
            AND (g.tgrelid = t.oid OR g.tgrelid IN (SELECT inhparent FROM pg_inherits WHERE inhrelid = t.oid))
    )
"""


def _rows(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture
def family():
    carriers = {row["table"] for row in _rows(_COLUMNS) if row["column"] == "account_id" and _is_ours(row["table"])}
    return {table for table in carriers if table not in _LOOSE and not table.endswith(_LOOKUP)} | {_ROOT}


def _is_ours(table):
    return table.split("_")[0] in house.NAMES


def test_an_account_id_is_never_missing(family):
    loose = [
        row["table"]
        for row in _rows(_COLUMNS)
        if row["column"] == "account_id" and row["table"] in family and not row["is_required"]
    ]

    assert not loose


def test_what_is_unique_in_the_family_is_unique_within_an_account(family):
    wide = [
        f"{row['index']} on {row['table']} ({', '.join(row['columns'])})"
        for row in _rows(_UNIQUE_INDEXES)
        if row["table"] in family
        and not (row["is_primary"] and row["columns"] == ["id"])
        and ("id" if row["table"] == _ROOT else "account_id") not in row["columns"]
    ]

    assert not wide, "keep what is unique across accounts in a narrow lookup table of its own"


def test_nothing_outside_the_family_points_into_it(family):
    pointing = [
        row["conname"] for row in _rows(_FOREIGN_KEYS) if row["to_table"] in family and row["from_table"] not in family
    ]

    assert not pointing, "foreign keys go inside the family, or from it to catalogue tables"


def test_ids_are_big(family):
    small = [
        f"{row['table']}.{row['column']} {row['type']}"
        for row in _rows(_COLUMNS)
        if _is_ours(row["table"])
        and (row["column"] == "id" or row["column"].endswith("_id"))
        and row["type"] in {"integer", "smallint"}
        and not (row["table"] in _NARROW and row["column"] in _CATALOGUE_IDS)
    ]

    assert not small


def test_partitions_have_one_level():
    assert not [row["table"] for row in _rows(_PARTITIONS) if row["is_parted"] and row["is_part"]]


def test_no_code_spells_the_name_of_a_partition():
    parts = {row["table"] for row in _rows(_PARTITIONS) if row["is_part"]}
    sources = [*house.modules(), *house.HOUSE.rglob("*.sql")]
    spelled = {
        house.name_of(file): found
        for file in sources
        if "migrations" not in file.parts and (found := parts & set(re.findall(r"\w+", file.read_text("utf-8"))))
    }

    assert not spelled


def test_what_is_only_added_to_cannot_be_changed_by_the_application():
    guarded = _rows(_GUARDED)

    assert {row["table"]: row["allowed"] for row in guarded if row["allowed"]} == {}


@pytest.mark.parametrize("table", ["ledger_entry", "timeline_event", "access_auditevent"])
def test_the_record_is_only_added_to(table):

    assert table in {row["table"] for row in _rows(_GUARDED)}


def test_every_table_belongs_to_a_room():
    strangers = [
        model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith("tallystick.") and not _is_ours(model._meta.db_table)
    ]

    assert not strangers
