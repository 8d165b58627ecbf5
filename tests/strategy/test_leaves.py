"""Leaves of the book: accounts of neighbouring numbers, made when the first of them comes."""

from datetime import timedelta
from importlib import import_module

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import DAY

from tallystick.kernel import sql
from tallystick.strategy.queries import book, past

pytestmark = pytest.mark.django_db

STEPS = """
name: test
title: Test
start: waiting
states:
  waiting:
    steps:
      - id: first
        do: [note: First]
"""


@pytest.fixture
def numbered():
    """Open an account under a number, and bring it into the book."""
    before = sql.value("SELECT last_value FROM accounts_account_id_seq")

    def account(number):
        sql.value("SELECT setval('accounts_account_id_seq', %s, false)", [number])
        made = builders.account(portfolio)
        builders.invoice(made, "100.00")
        strategies.refresh(made.pk)
        return made

    portfolio = builders.portfolio()
    yield account
    sql.value("SELECT setval('accounts_account_id_seq', %s)", [before + 100])


def _leaf(account):
    return sql.value("SELECT tableoid::regclass::text FROM strategy_book WHERE account_id = %s", [account.pk])


def test_a_leaf_is_made_when_the_first_account_comes_that_needs_it(numbered):
    assert book.leaves() == ["strategy_book_00000"]

    made = [numbered(number) for number in (2 * book.LEAF + 7, 2 * book.LEAF + 9, book.LEAF - 1)]

    assert book.leaves() == ["strategy_book_00000", "strategy_book_00001", "strategy_book_00002"]
    assert [_leaf(each) for each in made] == ["strategy_book_00002", "strategy_book_00002", "strategy_book_00000"]


def test_numbers_that_were_passed_over_are_one_leaf(numbered):
    far = numbered(5_000 * book.LEAF + 3)

    assert book.leaves() == ["strategy_book_00000", "strategy_book_00001", "strategy_book_00002"]
    assert _leaf(far) == "strategy_book_00002"
    assert _leaf(numbered(4_000 * book.LEAF)) == "strategy_book_00001"


def test_a_new_leaf_is_written_in_place_and_keeps_where_accounts_stood(numbered):
    account = numbered(book.LEAF + 1)

    assert sql.value("SELECT reloptions FROM pg_class WHERE relname = 'strategy_book_00001'") == ["fillfactor=75"]
    strategies.publish(STEPS)
    assert strategies.row(account.pk)["version_id"] is not None
    assert sql.value("SELECT count(*) FROM strategy_past WHERE account_id = %s", [account.pk]) == 1


def test_a_leaf_that_is_made_during_a_run_changes_nothing_for_the_others(numbered, monkeypatch):
    monkeypatch.setattr(book, "_CHUNK", 1)
    numbered(10 + sql.value("SELECT last_value FROM accounts_account_id_seq"))
    numbered(book.LEAF + 1)
    before = book.chunks(2)

    numbered(2 * book.LEAF)

    assert before == [["strategy_book_00000"], ["strategy_book_00001"]]
    assert book.chunk_count() == 3
    assert book.chunks(2) == [["strategy_book_00000", "strategy_book_00002"], ["strategy_book_00001"]]


def test_runs_of_the_time_of_leaves_by_a_hash_are_told_by_them():
    sql.execute("CREATE TEMP TABLE by_hash (account_id bigint) PARTITION BY HASH (account_id)")
    leaf = past._LEAF_BY_HASH.replace("%(account)s", "number")

    others = sql.value(
        f"""
        SELECT count(*) FROM generate_series(1::bigint, 1000000::bigint, 997) AS number
        WHERE NOT satisfies_hash_partition('by_hash'::regclass, 64, ({leaf})::integer, number)
        """  # noqa: S608
    )

    assert others == 0


def test_a_book_by_a_hash_becomes_one_by_ranges(numbered):
    accounts = [numbered(number) for number in (book.LEAF - 1, book.LEAF, 2 * book.LEAF + 5)]
    rows = [strategies.row(each.pk) for each in accounts]
    sql.execute(
        "CREATE TABLE old (LIKE strategy_book INCLUDING DEFAULTS, PRIMARY KEY (account_id)) PARTITION BY HASH (account_id)"
    )
    for leaf in range(4):
        sql.execute(f"CREATE TABLE old_{leaf} PARTITION OF old FOR VALUES WITH (MODULUS 4, REMAINDER {leaf})")
    sql.execute("INSERT INTO old SELECT * FROM strategy_book")
    trigger = sql.value(
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'strategy_book'::regclass AND NOT tgisinternal"
    )
    sql.execute("DROP TABLE strategy_book")
    sql.execute("ALTER TABLE old RENAME TO strategy_book")
    sql.execute("ALTER INDEX old_pkey RENAME TO strategy_book_pkey")
    sql.execute(trigger)

    sql.execute(import_module("tallystick.strategy.migrations.0025_leaves_by_ranges").MOVED)

    assert [_leaf(each) for each in accounts] == book.leaves()
    assert [strategies.row(each.pk) for each in accounts] == rows
    strategies.publish(STEPS)
    assert strategies.run(DAY + timedelta(days=1)) == 3
