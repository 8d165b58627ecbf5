"""A book of any size, filled straight into the tables by arithmetic in the database: ten million accounts in minutes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.db import transaction

from tallystick.access import actions as access_actions
from tallystick.accounts import actions as account_actions
from tallystick.config.bench import measures, twelve_states
from tallystick.config.bench.measures import BENCH, Figure, Report
from tallystick.config.working_off import work_off
from tallystick.contact.actions.templates import load_templates
from tallystick.kernel import sql
from tallystick.kernel.hands import share
from tallystick.strategy import actions as strategy

_CLIENTS = 20
#: Accounts that are filled in one transaction.
_RANGE = 100_000
_TABLES = (
    "parties_party",
    "parties_contact_point",
    "parties_address",
    "accounts_account",
    "accounts_item",
    "payments_payment",
    "promises_promise",
    "holds_hold",
    "disputes_dispute",
)
_FILLED = ("parties", "contact_points", "addresses", "accounts", "items", "payments", "promises", "holds", "disputes")


def _query(name: str) -> str:
    return sql.load("tallystick.config.bench", "book.sql", name)


def prepare(at: datetime) -> None:
    """Open the clients, and assign the strategy of twelve states to them."""
    unit = access_actions.open_business_unit(code="BENCH", name="Bench", at=at, by=BENCH)
    team = access_actions.open_team(business_unit_id=unit.pk, name="Bench", at=at, by=BENCH)
    for number in range(_CLIENTS):
        client = account_actions.open_client(
            code=f"BENCH{number}", name=f"Bench {number}", business_unit_id=unit.pk, team_id=team.pk, at=at, by=BENCH
        )
        account_actions.open_portfolio(client=client, code="MAIN", name="Main", at=at, by=BENCH)
    load_templates(at=at, by=BENCH)
    version = strategy.draft(document=twelve_states.document(), at=at, by=BENCH)
    strategy.publish(version_id=version.pk, at=at, by=BENCH)
    strategy.assign(strategy="twelve-states", at=at, by=BENCH)
    work_off()


def fill(report: Report, accounts: int, day: date, at: datetime) -> None:
    """Fill `accounts` accounts with what an import and some months would have brought."""
    portfolios = sql.rows("SELECT id, client_id FROM accounts_portfolio ORDER BY id")
    common = {
        "day": day,
        "at": at,
        "clients": [row["client_id"] for row in portfolios],
        "portfolios": [row["id"] for row in portfolios],
    }
    # House accounts of the clients stand there already, under the first ids.
    base = int(
        sql.value("SELECT greatest((SELECT max(id) FROM accounts_account), (SELECT max(id) FROM parties_party), 0)")
    )
    with measures.timed() as seconds, _without_secondary_indexes():
        share(
            [(base + above, base + min(above + _RANGE, accounts)) for above in range(0, accounts, _RANGE)],
            lambda ids: _fill_range({**common, "first": ids[0] + 1, "last": ids[1]}),
            hands=measures.HANDS,
        )
    measures.settle()
    report.items = int(sql.value("SELECT count(*) FROM accounts_item"))
    report.figures.append(Figure("book filled by arithmetic, indexes included", accounts, "accounts", seconds()))


@transaction.atomic
def _fill_range(params: dict[str, object]) -> None:
    for name in _FILLED:
        sql.execute(_query(name), params)


@contextmanager
def _without_secondary_indexes() -> Iterator[None]:
    indexes = sql.rows(_query("secondary_indexes"), {"tables": list(_TABLES)})
    for index in indexes:
        sql.execute(f"DROP INDEX {index['name']}")
    try:
        yield
    finally:
        for index in indexes:
            sql.execute(index["made_by"])


def fill_ledger(at: datetime) -> None:
    """Post what the items were charged and what was paid on them, where nothing was posted yet."""
    for name in ("paid_items", "entries_of_items", "entries_of_payments", "next_ids"):
        sql.execute(_query(name), {"at": at})
