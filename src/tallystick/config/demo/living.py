"""Live through the demo book day by day: money comes in, the night decides, people call, promise, keep and break."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

from procrastinate.contrib.django import app

from tallystick.access import queries as access_queries
from tallystick.accounts import queries as account_queries
from tallystick.config.demo.bank import BANKS, Bank, Receipt, statement
from tallystick.config.demo.book import Character, DemoAccount
from tallystick.config.demo.organization import DEMO
from tallystick.config.working_off import work_off
from tallystick.contact.rules.words import CallOutcome
from tallystick.desk import actions as desk_actions
from tallystick.disputes import actions as dispute_actions
from tallystick.disputes.rules import Reason, State
from tallystick.jurisdictions import queries as jurisdiction_queries
from tallystick.kernel import clock
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import is_business_day
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import Refusal
from tallystick.ledger import queries as ledger_queries
from tallystick.payments import actions as payment_actions
from tallystick.payments import queries as payment_queries
from tallystick.payments.rules.matching import Waits
from tallystick.strategy.actions import learning, running, scoring, trials
from tallystick.worklists import actions as worklist_actions

if TYPE_CHECKING:
    from tallystick.accounts.models import Account
    from tallystick.disputes.models import Dispute

#: Calls that one collector makes on a day.
_CALLS = 12
#: People of the demo who call, who applies the money, and who decides disputes, so many days after they were raised.
_COLLECTORS = ("carla", "colin", "bea")
_CASH_APPLIER = "cass"
_TEAM_LEADER = "terry"
_DECIDED_AFTER = timedelta(days=9)
#: Jobs that a worker starts by the clock, and that the night's run builds on.
_BEFORE_THE_RUN = ("holds.end_holds", "promises.break_overdue_promises")
#: Lines of statements that are looked at on a day.
_LINES = 60


def _actor(username: str) -> Actor:
    user = access_queries.find_user(username)
    if user is None:
        raise LookupError(f"{username} does not work here")
    return access_queries.actor_for(user)


@dataclass(slots=True)
class Life:
    """The book while it is lived through."""

    seed: int
    debtors: dict[str, DemoAccount]
    #: Payments that debtors will send, by day: of their own accord, and because they promised.
    payments: dict[date, list[tuple[str, Receipt]]] = field(default_factory=lambda: defaultdict(list))
    #: Days and amounts, in minor units, of what debtors pay because they promised it, by reference.
    promised: dict[str, list[tuple[date, int]]] = field(default_factory=lambda: defaultdict(list))
    #: Disputes by the day on which they will be decided, each with the reference of its account.
    disputes: dict[date, list[tuple[str, Dispute]]] = field(default_factory=lambda: defaultdict(list))
    #: What debtors no longer owe because they were right, in minor units by reference.
    credited: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _balances: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def expect(self, debtors: Iterable[DemoAccount], *, after: date) -> None:
        """Expect what debtors pay of their own accord after a day."""
        for debtor in debtors:
            for payment in debtor.payments:
                if payment.paid_on > after:
                    receipt = Receipt(payment.amount_minor, payment.payer, payment.reference)
                    self.payments[payment.paid_on].append((debtor.creditor.code, receipt))

    def balance_minor(self, reference: str, *, on: date) -> int:
        """Give the truth: what a debtor owes by what was invoiced, paid (wherever that money is now) and credited so far."""
        kept = sum(minor for paid_on, minor in self.promised[reference] if paid_on <= on)
        return self.debtors[reference].balance_minor(on=on) - kept - self.credited[reference]

    def day(self, day: date) -> None:
        """Live through one day: what ends in the night, the night's run, the banks' files, a working day."""
        self._travel(day, time(5))
        by = DEMO
        for job in _BEFORE_THE_RUN:
            app.tasks[job].func(timestamp=int(clock.now().timestamp()))
        work_off()
        run = running.start_run(day=day, at=clock.now(), by=by)
        running.work_run(run_id=run.pk, at=clock.now(), by=by)
        running.finish_run(run_id=run.pk, at=clock.now(), by=by)
        scoring.keep_scores(day=day, at=clock.now(), by=by)
        trials.take_looks(at=clock.now(), by=by)
        if day.weekday() == 0:
            # Whoever runs the book asks every night; here the first of a week is enough.
            learning.learn(at=clock.now(), by=by)
        work_off()
        if not is_business_day(day, jurisdiction_queries.holidays("GB-EAW")):
            return
        self._travel(day, time(8))
        self._apply_what_waits(_actor(_CASH_APPLIER))
        self._travel(day, time(8, 30))
        self._bank_files(day)
        work_off()
        for place, username in enumerate(_COLLECTORS):
            self._call(day, _actor(username), hour=9 + 2 * place)
        self._travel(day, time(16))
        self._decide(day, _actor(_TEAM_LEADER))
        work_off()

    def _travel(self, day: date, hour: time) -> None:
        clock.travel_to(datetime.combine(day, hour, UTC))

    def _bank_files(self, day: date) -> None:
        """Bring in what was paid since the last business day, in the format of each bank."""
        due = [each for each in sorted(self.payments) if each <= day]
        arrived = [payment for each in due for payment in self.payments.pop(each)]
        for bank in BANKS:
            receipts = [receipt for code, receipt in arrived if code == bank.creditor]
            if receipts:
                self._bring_in(bank, receipts, day)

    def _bring_in(self, bank: Bank, receipts: Sequence[Receipt], day: date) -> None:
        self._numbers[bank.creditor] += 1
        number, opening = self._numbers[bank.creditor], self._balances[bank.creditor]
        self._balances[bank.creditor] += sum(receipt.amount_minor for receipt in receipts)
        account = payment_queries.bank_accounts().get(iban=bank.iban)
        content = statement(bank, receipts, day=day, number=number, opening_minor=opening)
        payment_actions.import_statement_file(
            file=io.BytesIO(content),
            name=f"{bank.creditor.lower()}-{day}.{bank.format}",
            bank_account_id=account.pk,
            at=clock.now(),
            by=DEMO,
        )

    def _apply_what_waits(self, by: Actor) -> None:
        """Say of lines that named an account or an item whose they are; what names nothing waits for whoever looks round."""
        lines = list(payment_queries.waiting_lines(scope=by.scope).filter(waits=Waits.AMOUNT_DIFFERS)[:_LINES])
        for line_id, candidates in payment_queries.candidates(lines).items():
            account_id = candidates[0].account_id
            payment_actions.allocate_line(line_id=line_id, account_id=account_id, at=clock.now(), by=by)

    def _call(self, day: date, by: Actor, *, hour: int) -> None:
        """Work through the worklist of one collector as far as the day goes."""
        for number in range(_CALLS):
            self._travel(day, time(hour, number * 4))
            work = worklist_actions.take_next(today=day, at=clock.now(), by=by)
            if work is None:
                return
            account = account_queries.get_account(work.account_id)
            try:
                self._speak(account, day, by)
            except Refusal:
                # The account is held or closed by now: the collector leaves it and says so.
                worklist_actions.complete_task(work_item_id=work.pk, outcome="not_possible", at=clock.now(), by=by)
            work.refresh_from_db()
            if work.state == "open" and work.due_on <= day:
                worklist_actions.complete_task(work_item_id=work.pk, outcome="done", at=clock.now(), by=by)
        worklist_actions.give_back(by=by)

    def _decide(self, day: date, by: Actor) -> None:
        """Decide the disputes of some days ago: every other debtor was right and is credited."""
        due = [each for each in sorted(self.disputes) if each <= day]
        for reference, dispute in [raised for each in due for raised in self.disputes.pop(each)]:
            is_right = self.debtors[reference].number % 2 == 0
            decided = dispute_actions.resolve_dispute(
                account_id=dispute.account_id,
                dispute_id=dispute.pk,
                outcome=State.UPHELD if is_right else State.REJECTED,
                at=clock.now(),
                by=by,
            )
            self.credited[reference] += decided.credited_minor

    def _speak(self, account: Account, day: date, by: Actor) -> None:
        debtor = self.debtors[account.reference]
        dice = Random(f"{self.seed}/{account.reference}/{day}")  # noqa: S311 - repeatable dice for a made-up book
        balance = ledger_queries.balance(account.pk, currency=account.currency)
        if balance.minor <= 0 or debtor.character is Character.SILENT or dice.random() < 0.35:
            outcome = dice.choice([CallOutcome.NO_ANSWER, CallOutcome.LEFT_MESSAGE, CallOutcome.BUSY])
            desk_actions.record_call(account_id=account.pk, outcome=outcome, at=clock.now(), by=by)
        elif debtor.character is Character.DISPUTER:
            item = next(iter(account_queries.open_items([account.pk])), None)
            if item is None:
                return
            desk_actions.record_call(account_id=account.pk, outcome=CallOutcome.DISPUTE, at=clock.now(), by=by)
            dispute = dispute_actions.raise_dispute(
                account_id=account.pk,
                item_id=item.pk,
                amount=Money(max(1, item.open_minor // 2), item.currency),
                reason=dice.choice([Reason.PRICE, Reason.QUALITY, Reason.NOT_RECEIVED]),
                at=clock.now(),
                by=by,
            )
            self.disputes[day + _DECIDED_AFTER].append((account.reference, dispute))
        elif debtor.character in (Character.PROMPT, Character.SLOW):
            # They pay of their own accord, and say so.
            desk_actions.record_call(account_id=account.pk, outcome=CallOutcome.INFORMED, at=clock.now(), by=by)
        else:
            self._promise(account, debtor, balance, dice, day, by)

    def _promise(
        self, account: Account, debtor: DemoAccount, balance: Money, dice: Random, day: date, by: Actor
    ) -> None:
        pay_on = day + timedelta(days=dice.randint(3, 9))
        desk_actions.record_call(account_id=account.pk, outcome=CallOutcome.PROMISE, at=clock.now(), by=by)
        desk_actions.take_promise(account_id=account.pk, amount=balance, pay_on=pay_on, at=clock.now(), by=by)
        if debtor.character is Character.KEEPER:
            # Now and then the narrative names nothing that can be read: such lines wait for a person.
            narrative = account.reference if dice.random() < 0.9 else "THANK YOU"
            receipt = Receipt(balance.minor, debtor.name, narrative)
            self.payments[pay_on].append((debtor.creditor.code, receipt))
            self.promised[account.reference].append((pay_on, balance.minor))
