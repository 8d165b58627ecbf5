"""The office that a day of the traffic-fines log passes through: its files, its bank, and what its people decide."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from tests.journeys import doors
from tests.journeys import fines_pages as pages
from tests.journeys.calendar import LONDON, Calendar
from tests.journeys.fines_log import Entry, What
from tests.journeys.house import IBAN, open_house

from tallystick.config.demo import bank
from tallystick.disputes import actions as disputes
from tallystick.disputes import queries as dispute_queries
from tallystick.disputes.rules import Reason, State
from tallystick.kernel import clock
from tallystick.ledger import queries as ledger_queries
from tallystick.payments import actions as payments
from tallystick.payments import queries as payment_queries
from tallystick.worklists import actions as worklists
from tallystick.worklists import queries as worklist_queries

FIXTURE = Path(__file__).parents[1] / "fixtures" / "road_traffic_fines"
#: Days in which a fine, and what sending it cost, are to be paid; a penalty is due when it is added.
TERMS = timedelta(days=60)
_EVENING = time(18)
_BANK = bank.Bank("COMUNE", "Polizia locale, collections", IBAN, "EUR", "camt.053")

_FINES = ("Account Number", "Name", "Customer Type", "Invoice Number", "Invoice Date", "Due Date", "Amount")
_CHARGES = ("Account Number", "Charge Reference", "Charge Type", "Charge Date", "Due Date", "Amount")


class LeapingCalendar(Calendar):
    """A calendar that leaps over the days on which nothing happens, nights and all."""

    def leap(self, day: date) -> None:
        """Let it become the evening of a day: of the time since, only the night and the day before that evening are lived."""
        self._at = max(self._at, datetime.combine(day, time(0), LONDON))
        self.until(day, _EVENING)


class Office:
    """A police office with the people of a house, on a calendar, writing its files into a folder."""

    def __init__(self, live: Any, begin: Callable[[date], Calendar], folder: Path, *, first: date) -> None:
        begin(first - timedelta(days=1))
        self.calendar = LeapingCalendar(first - timedelta(days=1))
        document = FIXTURE / "traffic-fines.yaml"
        self.house = open_house(
            code="COMUNE", name="Polizia locale", strategy="traffic-fines", document=document, currency="EUR"
        )
        self._live = live
        self._folder = folder
        self._known: set[str] = set()
        self._statements = 0
        self._in_bank = 0
        self._accounts: dict[str, int] = {}

    def account_id(self, case: str) -> int:
        """Give the account of a case."""
        if case not in self._accounts:
            self._accounts[case] = self.house.account(case).pk
        return self._accounts[case]

    def _is_new(self, what: str) -> bool:
        """Tell the first time that something is done, which is done in a browser, from all others."""
        is_new = what not in self._known
        self._known.add(what)
        return is_new

    def live_through(self, day: date, entries: Sequence[Entry]) -> None:
        """Have a day of the log happen: files, bank, appeals, and what goes to credit collection."""
        said = {what: [entry for entry in entries if entry.what is what] for what in What}
        if not any(said[what] for what in What if what is not What.NOTIFIED):
            return
        self.calendar.leap(day)
        self._bring("Fines", "Invoices and credit notes", _FINES, map(_fine, said[What.CREATED]))
        self._bring(
            "Charges",
            "Charges: penalties, interest, fees, costs",
            _CHARGES,
            map(_charge, [*said[What.SENT], *said[What.PENALTY]]),
        )
        self._bring_statement([entry for entry in said[What.PAID] if entry.paid])
        for entry in [*said[What.APPEALED], *said[What.APPEALED_TO_JUDGE]]:
            self._dispute(entry.case)
        for entry in entries:
            if entry.dismisses:
                self._dismiss(entry.case)
        for entry in [*said[What.RESULT_TOLD], *said[What.HANDED_OVER]]:
            self._reject(entry.case)
        self.calendar.work()
        for entry in said[What.HANDED_OVER]:
            self._hand_over(entry.case)
        self.calendar.work()

    def _bring(self, source: str, kind: str, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Import a file of the day: the first of a source on its page, and from the command line once it is known how."""
        lines = list(rows)
        if not lines:
            return
        file = self._folder / f"{source}-{clock.now():%Y-%m-%d}.csv"
        with file.open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows([heading, *lines])
        client = self.house.client
        if self._is_new(source):
            doors.log_in(self._live, "mara")
            asked = {"client": client.name, "source": source, "kind": kind, "currency": "EUR"}
            pages.import_receivables(self._live, file, work=self.calendar.work, **asked)
        else:
            terms = {"client": client.code, "source": source, "workers": 1, "stdout": io.StringIO()}
            call_command("import", "receivables", file, **terms)
        self.calendar.work()

    def _bring_statement(self, paid: Sequence[Entry]) -> None:
        """Bring the bank's file of the day in, and say of the lines that wait whose they are."""
        if not paid:
            return
        self._statements += 1
        receipts = [bank.Receipt(entry.paid, _keeper(entry.case), _narrative(entry.case)) for entry in paid]
        content = bank.statement(
            _BANK, receipts, day=clock.now().date(), number=self._statements, opening_minor=self._in_bank
        )
        self._in_bank += sum(entry.paid for entry in paid)
        file = self._folder / f"statement-{self._statements}.xml"
        file.write_bytes(content)
        if self._is_new("statement"):
            doors.log_in(self._live, "cass")
            pages.import_statement(self._live, file, bank_account=_BANK.name)
        else:
            call_command("import-statement", file, stdout=io.StringIO())
        self._apply_what_waits()
        self.calendar.work()

    def _apply_what_waits(self) -> None:
        """Say of each line that waits whose it is: of whom it most likely is, which is whom its text names."""
        cass = self.house.actor("cass")
        lines = list(payment_queries.waiting_lines(scope=cass.scope))
        for line_id, candidates in payment_queries.candidates(lines).items():
            (line,) = (line for line in lines if line.pk == line_id)
            likeliest = candidates[0]
            assert line.narrative == _narrative(likeliest.reference)
            if self._is_new("line that waits"):
                doors.log_in(self._live, "cass")
                pages.apply_first_line(self._live, reference=likeliest.reference)
            else:
                terms = {"at": clock.now(), "by": cass}
                payments.allocate_line(line_id=line_id, account_id=likeliest.account_id, **terms)

    def _dispute(self, case: str) -> None:
        """Record an appeal against all that is owed and not under appeal yet."""
        account_id = self.account_id(case)
        disputed = sum(dispute.amount_minor for dispute in dispute_queries.open_disputes([account_id]))
        if ledger_queries.balance(account_id, currency="EUR").minor <= disputed:
            return
        if self._is_new("appeal"):
            doors.log_in(self._live, "terry")
            pages.dispute_all(self._live, account_id, note="Appeal")
        else:
            terms = {"at": clock.now(), "by": self.house.actor("terry")}
            disputes.raise_dispute(account_id=account_id, reason=Reason.OTHER, note="Appeal", **terms)

    def _dismiss(self, case: str) -> None:
        """Credit all that is owed. What the appeal was not against, because it came later, falls with it."""
        self._resolve(case, State.UPHELD)
        self._dispute(case)
        self._resolve(case, State.UPHELD)

    def _reject(self, case: str) -> None:
        self._resolve(case, State.REJECTED)

    def _resolve(self, case: str, outcome: State) -> None:
        account_id = self.account_id(case)
        for dispute in dispute_queries.open_disputes([account_id]):
            disputes.resolve_dispute(
                account_id=account_id,
                dispute_id=dispute.pk,
                outcome=outcome,
                at=clock.now(),
                by=self.house.actor("terry"),
            )

    def _hand_over(self, case: str) -> None:
        """Decide for the hand-over, which the strategy has asked for."""
        (work,) = worklist_queries.open_work([self.account_id(case)])
        if self._is_new("hand-over"):
            doors.log_in(self._live, "mara")
            pages.finish_first_task(self._live, work.account_id, title=work.title)
        else:
            terms = {"at": clock.now(), "by": self.house.actor("mara")}
            worklists.complete_task(work_item_id=work.pk, outcome="Handed over", **terms)


def _narrative(case: str) -> str:
    return f"VERBALE {case}"


def _keeper(case: str) -> str:
    return f"Keeper of the vehicle in {case}"


def _fine(entry: Entry) -> Sequence[object]:
    due_on = entry.on + TERMS
    return entry.case, _keeper(entry.case), "person", entry.case, entry.on, due_on, _euros(entry.charged)


def _charge(entry: Entry) -> Sequence[object]:
    kind, due_on = ("cost", entry.on + TERMS) if entry.what is What.SENT else ("penalty", entry.on)
    return entry.case, f"{entry.case}-{kind}", kind, entry.on, due_on, _euros(entry.charged)


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
