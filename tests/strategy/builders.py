"""Things that tests of strategy are about: a document, a published strategy, an account's row in the book, the days that pass."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from tests import builders

from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Account, Client
from tallystick.kernel import sql
from tallystick.strategy import actions
from tallystick.strategy.models import Decision, Touched, Version
from tallystick.strategy.queries import book, versions

BY = builders.TEST
DAY = builders.TODAY

HEAD = """
name: test
title: Test
start: waiting
"""


def at(day: date) -> datetime:
    """Give nine o'clock of a day, UTC."""
    return datetime.combine(day, time(9), tzinfo=UTC)


def publish(document: str, *, client: Client | None = None, day: date = DAY) -> Version:
    """Publish a document and have it treat a client's accounts, or everybody's."""
    version = actions.draft(document=document, at=at(day), by=BY)
    actions.publish(version_id=version.pk, at=at(day), by=BY)
    actions.assign(strategy=version.paper.name, client=client.code if client else None, at=at(day), by=BY)
    actions.settle(day=day, at=at(day), by=BY)
    return version


def sibling(account: Account) -> Account:
    """Open another account of the same debtor with the same client."""
    return account_actions.open_account(
        portfolio=account.portfolio,
        party_id=account.party_id,
        reference=f"{account.reference}-2",
        currency=account.currency,
        opened_on=DAY,
        at=at(DAY),
        by=BY,
    )


def publish_policy(document: str, *, day: date = DAY) -> Version:
    """Publish a policy."""
    drafted = actions.draft(document=document, at=at(day), by=BY)
    return actions.publish(version_id=drafted.pk, at=at(day), by=BY)


#: Leaves of a book that a test has cut.
LEAVES = 64


def cut_book(*, width: int = 1) -> None:
    """Cut the book, in which nobody is yet, into leaves for so many of the next accounts each, and a last one for all others."""
    _without_leaves()
    first = sql.value("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM accounts_account_id_seq") + 1
    bounds = [first + width * number for number in range(1, LEAVES)]
    for number, (low, high) in enumerate(zip(["MINVALUE", *bounds], [*bounds, "MAXVALUE"], strict=True)):
        sql.execute(
            f"CREATE TABLE strategy_book_{number:05} PARTITION OF strategy_book FOR VALUES FROM ({low}) TO ({high})"
        )


def mend_book() -> None:
    """Have the book be as it is without accounts."""
    _without_leaves()
    sql.execute("SELECT strategy_open_leaves(0, %s)", [book.LEAF])


def _without_leaves() -> None:
    for leaf in book.leaves():
        sql.execute(f"DROP TABLE {leaf}")


def refresh(*account_ids: int, day: date = DAY) -> int:
    """Bring the facts of accounts up to date, as if all that happened to them had been answered."""
    Touched.objects.filter(account_id__in=account_ids).delete()
    return actions.refresh(account_ids, day=day)


def answer(day: date = DAY) -> int:
    """Answer what waits, and give how many events that were."""
    return actions.answer_events(at=at(day), by=BY)


def run(day: date) -> int:
    """Answer what waits and run the book for a day, and give the number of decisions of the run."""
    actions.answer_events(at=at(day), by=BY)
    started = actions.start_run(day=day, at=at(day), by=BY)
    actions.work_run(run_id=started.pk, at=at(day), by=BY)
    actions.finish_run(run_id=started.pk, at=at(day), by=BY)
    return Decision.objects.filter(run_id=started.pk).count()


def days(first: date, count: int) -> list[date]:
    """Give some days in a row."""
    return [first + timedelta(days=number) for number in range(count)]


def row(account_id: int) -> dict[str, object]:
    """Give the row of an account in the book."""
    return sql.rows("SELECT * FROM strategy_book WHERE account_id = %s", [account_id])[0]


def state(account_id: int) -> str:
    """Give the id of the state an account is in."""
    book = row(account_id)
    program = versions.program_of(versions.get_version(int(str(book["version_id"]))).document)
    return program.places[int(str(book["place"]))].state.id


def happened(account_id: int) -> list[tuple[date, str]]:
    """Give the decisions of an account: the day, and the title of the step or the state entered."""
    found = []
    for decision in Decision.objects.filter(account_id=account_id).order_by("id"):
        program = versions.program_of(versions.get_version(decision.version_id).document)
        effect = program.effect(decision.effect)
        found.append((decision.due_on, effect.title or f"→ {program.places[decision.to_place].state.id}"))
    return found
