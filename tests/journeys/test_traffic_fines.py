"""Six hundred real traffic fines of six years, day by day as the police's log has them, and to the cent what it implies.

See tests/fixtures/road_traffic_fines/README.md for the log, its quirks and how the excerpt was drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tests.journeys import doors
from tests.journeys.conftest import must_be_sound
from tests.journeys.fines_log import Case, Stand, What, by_day, read_log
from tests.journeys.fines_office import FIXTURE, Office

from tallystick.accounts import queries as account_queries
from tallystick.holds import queries as holds
from tallystick.holds.rules import Activity
from tallystick.ledger import queries as ledger_queries
from tallystick.payments import queries as payment_queries
from tallystick.strategy.models import Book
from tallystick.strategy.queries import versions
from tallystick.worklists import queries as worklists

YEAR_ENDS = [date(year, 12, 31) for year in range(2006, 2012)]


def test_every_balance_is_what_the_log_implies(live: Any, begin: Any, tmp_path: Path) -> None:
    cases = read_log(FIXTURE / "events.csv")
    office = replay(cases, live, begin, tmp_path)
    every_balance_is_right(office, cases)
    every_stand_is_right(office, cases)
    the_past_is_right(office, cases)
    the_pages_say_so(live, office, cases)
    must_be_sound()


def replay(cases: Sequence[Case], live: Any, begin: Any, folder: Path) -> Office:
    """Have all that the log says happen, and give the office it happened to."""
    days = by_day(cases)
    office = Office(live, begin, folder, first=min(days))
    for day, entries in days.items():
        office.live_through(day, entries)
    return office


def every_balance_is_right(office: Office, cases: Sequence[Case]) -> None:
    found = {office.account_id(case.name): case for case in cases}
    assert len(found) == len(cases)
    owed: Counter[int] = Counter()
    for row in ledger_queries.balances_by_head(list(found)):
        if row["head"] in ledger_queries.OWED_HEADS:
            owed[row["account_id"]] += row["balance_minor"]
    assert {case.name: owed[account_id] for account_id, case in found.items()} == {
        case.name: case.owed() for case in cases
    }
    assert not payment_queries.waiting_lines().exists()


def every_stand_is_right(office: Office, cases: Sequence[Case]) -> None:
    """What the log handed over was, on its day, and is held; what is settled is; the rest is open, some of it under review."""
    (version,) = versions.get_strategy("traffic-fines").versions.all()
    places = versions.program_of(version.document).places
    found = {office.account_id(case.name): case.name for case in cases}
    placed = Book.objects.filter(account_id__in=found).values_list("account_id", "place", "state_entered_on")
    stands = {found[account_id]: places[place].state.id for account_id, place, _on in placed}
    # An account that waits for a person's decision is an open one.
    known = {"open": Stand.OPEN, "review": Stand.OPEN, "settled": Stand.SETTLED, "handed-over": Stand.HANDED_OVER}
    assert {name: known[state] for name, state in stands.items()} == {case.name: case.stand() for case in cases}
    handed_over = {case.name: case.handed_over_on() for case in cases if case.stand() is Stand.HANDED_OVER}
    assert {
        found[account_id]: on for account_id, _place, on in placed if found[account_id] in handed_over
    } == handed_over
    held = holds.held(list(found), Activity.CONTACT, on=office.calendar.at.date())
    assert {found[account_id] for account_id in held} == set(handed_over)
    waiting = {found[work.account_id] for work in worklists.open_work(list(found))}
    assert waiting == {name for name, state in stands.items() if state == "review"}
    assert {case.stand() for case in cases} == set(Stand)


def the_past_is_right(office: Office, cases: Sequence[Case]) -> None:
    """Not only does it end right: at the end of each year the whole book owed what the log had brought by then."""
    for day in YEAR_ENDS:
        aged = account_queries.ageing(on=day, client_id=office.house.client.pk)
        assert sum(row["minor"] for row in aged) == sum(case.owed(day) for case in cases), day


def the_pages_say_so(live: Any, office: Office, cases: Sequence[Case]) -> None:
    """Look at the ageing of two days and at one account of each kind, as the credit manager does."""
    doors.log_in(live, "mara")
    for day in (YEAR_ENDS[1], YEAR_ENDS[-1]):
        table = live.open(f"/ageing?on={day}").locator("main table tbody")
        assert table.locator("td.main").last.inner_text() == _said(sum(case.owed(day) for case in cases))
    for kind, case, told in _one_of_each(cases):
        page = live.open(f"/accounts/{office.account_id(case.name)}")
        assert _said(case.owed()) in page.locator("dl.figures").inner_text().split("\n"), kind
        timeline = page.locator("#timeline").inner_text()
        for said in told:
            assert said in timeline, kind


def _one_of_each(cases: Sequence[Case]) -> list[tuple[str, Case, list[str]]]:
    """Give a kind of case, the first that is one, and what its timeline has to tell."""

    def first(*, stand: Stand, payments: int, what: What | None = None, dismissed: bool = False) -> Case:
        return next(
            case
            for case in cases
            if case.stand() is stand
            and sum(entry.paid > 0 for entry in case.entries) == payments
            and any(entry.dismisses for entry in case.entries) is dismissed
            and (what is None or any(entry.what is what for entry in case.entries))
        )

    overpaid = next(case for case in cases if case.owed() < 0)
    in_parts = first(stand=Stand.SETTLED, payments=2, what=What.PENALTY)
    handed_over = first(stand=Stand.HANDED_OVER, payments=1)
    dismissed = first(stand=Stand.SETTLED, payments=0, what=What.APPEALED, dismissed=True)
    return [
        ("overpaid", overpaid, _payments_told(overpaid)),
        ("paid in parts, with a penalty", in_parts, _payments_told(in_parts)),
        (
            "handed over after a part payment",
            handed_over,
            ["Handed over to credit collection", *_payments_told(handed_over)],
        ),
        ("dismissed", dismissed, ["Upheld", "Nothing is owed any more"]),
        ("never paid", first(stand=Stand.OPEN, payments=0, what=What.PENALTY), ["Ask for a decision"]),
    ]


def _payments_told(case: Case) -> list[str]:
    return [f"Paid {_said(entry.paid)} by" for entry in case.entries if entry.paid]


def _said(cents: int) -> str:
    euros, rest = divmod(abs(cents), 100)
    return f"{'−' if cents < 0 else ''}€{euros:,}.{rest:02}"
