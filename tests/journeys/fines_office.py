"""The office that a day of the traffic-fines log passes through: its files, its bank, and what its people decide."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.core.management import call_command
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

    def __init__(self, begin: Callable[[date], Calendar], folder: Path, *, first: date) -> None:
        begin(first - timedelta(days=1))
        self.calendar = LeapingCalendar(first - timedelta(days=1))
        document = FIXTURE / "traffic-fines.yaml"
        self.house = open_house(
            code="COMUNE", name="Polizia locale", strategy="traffic-fines", document=document, currency="EUR"
        )
        self._folder = folder
        self._sources: set[str] = set()
        self._statements = 0
        self._in_bank = 0
        self._accounts: dict[str, int] = {}

    def account_id(self, case: str) -> int:
        """Give the account of a case."""
        if case not in self._accounts:
            self._accounts[case] = self.house.account(case).pk
        return self._accounts[case]

    def live_through(self, day: date, entries: Sequence[Entry]) -> None:
        """Have a day of the log happen: files, bank, appeals, and what goes to credit collection."""
        said = {what: [entry for entry in entries if entry.what is what] for what in What}
        if not any(said[what] for what in What if what is not What.NOTIFIED):
            return
        self.calendar.leap(day)
        self._bring("Fines", "invoices", _FINES, map(_fine, said[What.CREATED]))
        self._bring("Charges", "charges", _CHARGES, map(_charge, [*said[What.SENT], *said[What.PENALTY]]))
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
        """Import a file of the day from the command line. How it is read is said with the first; then the source knows."""
        lines = list(rows)
        if not lines:
            return
        file = self._folder / f"{source}-{clock.now():%Y-%m-%d}.csv"
        with file.open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows([heading, *lines])
        of = {"client": self.house.client.code, "source": source}
        first = {} if source in self._sources else {"kind": kind, "set": ["currency=EUR"]}
        self._sources.add(source)
        call_command("import", "receivables", file, workers=1, stdout=io.StringIO(), **of, **first)
        self.calendar.work()

    def _bring_statement(self, paid: Sequence[Entry]) -> None:
        """Bring the bank's file of the day in, and say of the lines that wait whose they are."""
        if not paid:
            return
        self._statements += 1
        receipts = [bank.Receipt(entry.paid, _keeper(entry.case), f"VERBALE {entry.case}") for entry in paid]
        content = bank.statement(
            _BANK, receipts, day=clock.now().date(), number=self._statements, opening_minor=self._in_bank
        )
        self._in_bank += sum(entry.paid for entry in paid)
        cass = self.house.actor("cass")
        name = f"statement-{self._statements}.xml"
        payments.import_statement_file(file=io.BytesIO(content), name=name, at=clock.now(), by=cass)
        lines = list(payment_queries.waiting_lines(scope=cass.scope))
        candidates = payment_queries.candidates(lines)
        for line in lines:
            likeliest = candidates[line.pk][0]
            assert line.narrative.endswith(f" {likeliest.reference}"), (line.narrative, likeliest)
            payments.allocate_line(line_id=line.pk, account_id=likeliest.account_id, at=clock.now(), by=cass)
        self.calendar.work()

    def _dispute(self, case: str) -> None:
        """Record an appeal against all that is owed and not under appeal yet."""
        account_id = self.account_id(case)
        disputed = sum(dispute.amount_minor for dispute in dispute_queries.open_disputes([account_id]))
        if ledger_queries.balance(account_id, currency="EUR").minor > disputed:
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
        terms = {"at": clock.now(), "by": self.house.actor("mara")}
        worklists.complete_task(work_item_id=work.pk, outcome="Handed over", **terms)


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
