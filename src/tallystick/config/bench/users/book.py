"""The book that people work on: through the real import, with teams, worklists, and bank accounts that money comes in on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from django.db import connection

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.accounts import actions as account_actions
from tallystick.accounts import queries as account_queries
from tallystick.config.bench import files, measures, twelve_states
from tallystick.config.bench.measures import BENCH
from tallystick.config.bench.users.arrivals import Payment
from tallystick.config.bench.users.people import CashApplier, Collector, CreditManager, Person
from tallystick.config.working_off import work_off
from tallystick.contact.actions.templates import load_templates
from tallystick.kernel import sql
from tallystick.kernel.hands import share
from tallystick.kernel.money import Money
from tallystick.kernel.outcome import Chosen
from tallystick.payments import actions as payments
from tallystick.payments import queries as payment_queries
from tallystick.strategy import actions as strategy
from tallystick.strategy.queries import book, versions
from tallystick.worklists import actions as worklists
from tallystick.worklists.rules import Kind

PASSWORD = "a-long-night-at-the-office"  # noqa: S105 - of people who exist for a few minutes, on this machine only
_CLIENTS = 4
#: One account in so many has a task in the diary that is due.
_DIARY = 2
_BATCH = 20_000
_JOBS: dict[type[Person], tuple[str, Role]] = {
    Collector: ("collector", Role.COLLECTOR),
    CreditManager: ("manager", Role.CREDIT_MANAGER),
    CashApplier: ("cash", Role.CASH_APPLIER),
}


def _query(name: str) -> str:
    return sql.load("tallystick.config.bench", "users.sql", name)


def is_built() -> bool:
    """Test if the book of this bench stands in the database."""
    return account_queries.clients().filter(code=_code(0)).exists()


def build(*, accounts: int, at: datetime, progress: Callable[[str], None]) -> None:
    """Build the book as it was at an instant: accounts and invoices imported, answered, and spread over the states."""
    _open_house(at)
    for place in range(_CLIENTS):
        progress(f"import of client {place + 1} of {_CLIENTS}")
        count = accounts // _CLIENTS + (place < accounts % _CLIENTS)
        measures.import_file("customers", list(files.customers(count)), count, at, client=_code(place))
        lines = list(files.invoices(count, today=at.date()))
        measures.import_file("invoices", lines, files.items_of(count), at, client=_code(place))
    progress("answers to what the import brought")
    share(range(measures.HANDS), lambda _hand: strategy.answer_events(at=at, by=BENCH), hands=measures.HANDS)
    _spread(at.date())
    progress("a diary for one account in two")
    _fill_diary(at)
    measures.settle()


def _code(place: int) -> str:
    return f"BENCH{place}"


def _open_house(at: datetime) -> None:
    unit = access_actions.open_business_unit(code="BENCH", name="Bench", at=at, by=BENCH)
    for place in range(_CLIENTS):
        team = access_actions.open_team(business_unit_id=unit.pk, name=f"Team {place + 1}", at=at, by=BENCH)
        client = account_actions.open_client(
            code=_code(place),
            name=f"Bench {place + 1}",
            business_unit_id=unit.pk,
            team_id=team.pk,
            at=at,
            by=BENCH,
        )
        account_actions.open_portfolio(client=client, code="MAIN", name="Main", at=at, by=BENCH)
        payments.open_bank_account(
            client_id=client.pk,
            name=f"Bench {place + 1}",
            currency="GBP",
            sort_code="00-00-00",
            number=f"1000000{place}",
            at=at,
            by=BENCH,
        )
    load_templates(at=at, by=BENCH)
    version = strategy.draft(document=twelve_states.document(), at=at, by=BENCH)
    strategy.publish(version_id=version.pk, at=at, by=BENCH)
    strategy.assign(strategy="twelve-states", at=at, by=BENCH)
    work_off()


def _spread(day: date) -> None:
    """Spread the accounts over states and days: from the next day on, a tenth of them comes to a step every day."""
    [enrolment] = versions.enrolments(day=day)
    program = versions.program_of(versions.get_version(enrolment.version_id).document)
    places = [program.first_place(state.id).number for state in program.document.states]
    for leaf in book.leaves():
        text = sql.fill(sql.load("tallystick.config.bench", "book.sql", "place"), leaf=leaf)
        sql.execute(text, {"places": places, "day": day + timedelta(days=1), "days": twelve_states.STEP_DAYS})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL strategy_book")


def _fill_diary(at: datetime) -> None:
    ids = [row["id"] for row in sql.rows(_query("diary"), {"every": _DIARY})]
    batches = [ids[first : first + _BATCH] for first in range(0, len(ids), _BATCH)]

    def fill(batch: list[int]) -> None:
        worklists.open_tasks(
            Chosen(batch, batch, "bench"), kind=Kind.CALL, title="Call", due_on=at.date(), at=at, by=BENCH
        )

    share(batches, fill, hands=measures.HANDS)
    strategy.answer_events(at=at, by=BENCH)


def staff(count: int, *, at: datetime) -> dict[type[Person], list[str]]:
    """Give the user names of so many people, by what they do; those that do not exist yet are added."""
    managers = max(count // 20, 1)
    appliers = max(count // 10, 1)
    counts = {CreditManager: managers, CashApplier: appliers, Collector: max(count - managers - appliers, 1)}
    names = {job: [f"{_JOBS[job][0]}-{number}" for number in range(1, many + 1)] for job, many in counts.items()}
    known = {row["username"] for row in sql.rows(_query("user_names"))}
    teams = [row["id"] for row in sql.rows(_query("teams"))]
    for job, those in names.items():
        for place, name in enumerate(those):
            if name not in known:
                _add(name, _JOBS[job][1], teams[place % len(teams)], at)
    # It takes long to hash a password: everybody's is the one of the first.
    sql.execute(_query("same_password"), {"name": names[Collector][0]})
    return names


def _add(name: str, role: Role, team_id: int, at: datetime) -> None:
    password = PASSWORD if name == f"{_JOBS[Collector][0]}-1" else None
    user = access_actions.add_user(username=name, full_name=name.title(), password=password, at=at, by=BENCH)
    access_actions.set_roles(user_id=user.pk, roles=[role], reaches=[EVERYTHING], at=at, by=BENCH)
    access_actions.set_teams(user_id=user.pk, team_ids=[team_id], at=at, by=BENCH)


def payments_to_come(count: int, *, day: date) -> dict[int, list[Payment]]:
    """Choose payments by bank account, half of them of accounts that something is due for on a day."""
    found: dict[int, list[Payment]] = {}
    for bank in payment_queries.bank_accounts():
        rows = sql.rows(
            _query("payments_to_come"), {"client": bank.client_id, "day": day, "half": count // _CLIENTS // 2}
        )
        found[bank.pk] = [Payment(row["reference"], Money(row["open_minor"], "GBP")) for row in rows]
    return found


def paid_since(at: datetime) -> int:
    """Count the payments that were applied from statements since an instant."""
    return int(sql.value(_query("paid_since"), {"at": at}))


def rest_of_work() -> int:
    """Count what waits: events to be answered, and jobs of the background."""
    return int(sql.value(_query("rest_of_work")))


def decided(run_id: int) -> int:
    """Count the decisions of a run."""
    return int(sql.value(_query("decided"), {"run": run_id}))


def due_tasks() -> Iterator[tuple[str, int]]:
    """Give how many open tasks each team has."""
    for row in sql.rows(_query("due_tasks")):
        yield row["name"], row["tasks"]
