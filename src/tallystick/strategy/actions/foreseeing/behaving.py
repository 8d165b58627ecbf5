"""What people do on a day in a world: they get their messages, do their tasks, promise, and pay, as it is assumed.

Whether somebody does is decided by a hash of the account, the day, and what it is about. So an account has the same luck by both
ways and in every repetition, and only what is done about it can make a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from tallystick.accounts import actions as accounts
from tallystick.contact import actions as contact
from tallystick.contact.events import CallLogged
from tallystick.contact.rules.words import RIGHT_PARTY, TO_DEBTOR, TRY_AGAIN, CallOutcome, Direction
from tallystick.disputes.rules import Reason
from tallystick.jurisdictions import queries as jurisdictions
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import add_business_days, is_business_day
from tallystick.kernel.money import Money
from tallystick.payments.actions import matching
from tallystick.payments.rules.states import Method
from tallystick.promises.events import PromiseMade
from tallystick.strategy.actions.foreseeing import coming
from tallystick.strategy.actions.foreseeing.living import Day, work_off
from tallystick.strategy.actions.foreseeing.world import FIRST_NEW
from tallystick.strategy.rules.foresight import assumptions as rules
from tallystick.strategy.rules.foresight.assumptions import Assumption
from tallystick.strategy.rules.rehearsal import AGES
from tallystick.timeline import actions as timeline
from tallystick.worklists import actions as worklists
from tallystick.worklists.events import TaskDone
from tallystick.worklists.rules import Kind

#: Outcomes of calls after which a payment may follow: the right person was spoken to, and promised nothing.
_SPOKEN_TO = sorted(word.value for word in RIGHT_PARTY - {CallOutcome.PROMISE})
_UNREACHED = sorted(word.value for word in TRY_AGAIN)


def _luck(of: str, about: int) -> str:
    """Write a number from 0 up to 1 that is an account's own on a day, about one thing."""
    seed = f"%(seed)s::bigint * 1000000 + (%(day)s::date - DATE '2000-01-01') * 16 + {about}"
    return f"(((hashint8extended({of}, {seed}) >> 11) & 9007199254740991) / 9007199254740992.0)"


#: What is left to luck, by the markers of queries.
_LUCK = {
    "luck_of_work": _luck("work.account_id + work.action_no", 0),
    "luck_of_result": _luck("work.account_id + work.action_no", 1),
    "luck_of_promise": _luck("promise.account_id", 2),
    "luck_to_pay": _luck("reached.account_id", 3),
    "luck_of_day": _luck("reached.account_id", 4),
    "luck_of_again": _luck("work.account_id + work.action_no", 5),
    "luck_of_invoice": _luck("item.id", 6),
    "luck_to_dispute": _luck("account.id", 7),
    "luck_to_be_solved": _luck("dispute.account_id", 8),
    "luck_to_win": _luck("dispute.account_id", 9),
}


@cache
def _query(name: str) -> str:
    text = sql.load("tallystick.strategy", "foreseeing.sql", name)
    return sql.fill(text, **{marker: luck for marker, luck in _LUCK.items() if "{" + marker + "}" in text})


class People:
    """Debtors and colleagues, as it is assumed that they are."""

    def __init__(self, assumed: Mapping[str, Assumption], *, calendar: str, seed: int, by: Actor) -> None:
        self._assumed = assumed
        self._holidays = jurisdictions.holidays(calendar)
        self._seed = seed
        self._by = by

    def begin(self, day: Day) -> None:
        """Have those who have promised already keep it or not."""
        self._mean_to_keep(day, made_on=None)

    def __call__(self, day: Day) -> None:
        """Have them do what they do on a day."""
        self._bring(day)
        contact.imagine_sending(at=day.morning, by=self._by)
        if is_business_day(day.on, self._holidays):
            due = {row["kind"] for row in sql.rows(_query("kinds_due"), {"day": day.on})}
            for kind in Kind:
                if kind.value in due:
                    self._work(day, kind)
        # All of it is answered at once: answers are the dearest part of a day.
        work_off()
        self._pay(day)
        self._mean_to_pay(day)

    def _bring(self, day: Day) -> None:
        """Have new invoices come, and disputes raised and solved."""
        chance = self._chance(day)
        if times := rules.times_as_before(self._assumed):
            asked = {**chance, "times": times, "as_before": rules.AS_BEFORE}
            coming.add_invoices(sql.rows(_query("add_invoices"), asked), day, by=self._by)
        if share := self._value("disputes.raised"):
            asked = {**chance, "share": share, "week": rules.WEEK, "reason": Reason.OTHER.value}
            coming.hear_disputes(sql.rows(_query("raise_disputes"), asked), day, by=self._by)
        if share := self._value("disputes.solved"):
            asked = {**chance, "share": share, "week": rules.WEEK, "upheld": self._value("disputes.upheld")}
            coming.end_disputes(sql.rows(_query("solve_disputes"), asked), day, by=self._by)

    def _value(self, name: str) -> Decimal:
        return self._assumed[name].value

    def _chance(self, day: Day) -> dict[str, Any]:
        return {"day": day.on, "at": day.morning, "seed": self._seed, "by": self._by.label}

    def _work(self, day: Day, kind: Kind) -> None:
        """Have tasks of a kind done, calls with what comes of them."""
        share = self._value(f"done.{kind.value}")
        if not share:
            return
        results = rules.results_of(self._assumed, kind)
        asked = {
            "words": [word for word, _upto in results],
            "upto": [upto for _word, upto in results],
            "unreached": _UNREACHED,
            "again": self._value("again"),
            "first_new": FIRST_NEW,
        }
        worked = sql.rows(_query("do_tasks"), {**self._chance(day), "kind": kind.value, "share": share, **asked})
        if kind in rules.CALLS:
            self._call(day, [row["account_id"] for row in worked], [row["outcome"] for row in worked])
            self._put_off(day, [row for row in worked if row["is_again"]])
        done = (row for row in worked if not row["is_again"])
        self._tell(
            day, (TaskDone(row["account_id"], row["id"], kind, row["title"], row["outcome"], "") for row in done)
        )

    def _put_off(self, day: Day, again: list[dict[str, Any]]) -> None:
        """Have calls that reached nobody made again on the next working day, as the desk does."""
        retry_on = add_business_days(day.on + timedelta(days=1), 0, self._holidays)
        for outcome in _UNREACHED:
            ids = [row["id"] for row in again if row["outcome"] == outcome]
            if ids:
                worklists.put_off_tasks(
                    work_item_ids=ids, due_on=retry_on, reason=outcome, today=day.on, at=day.morning, by=self._by
                )

    def _call(self, day: Day, account_ids: list[int], outcomes: list[str]) -> None:
        asked = {"account_ids": account_ids, "outcomes": outcomes}
        made = sql.rows(_query("log_calls"), {**self._chance(day), **asked})
        self._tell(
            day, (CallLogged(row["account_id"], row["id"], Direction.OUT, row["outcome"], "", "", None) for row in made)
        )
        self._promise(day, sorted({row["account_id"] for row in made if row["outcome"] == CallOutcome.PROMISE.value}))

    def _promise(self, day: Day, account_ids: list[int]) -> None:
        """Have debtors promise what they owe."""
        if not account_ids:
            return
        pay_on = day.on + timedelta(days=int(self._assumed["promise_days"].value))
        made = sql.rows(_query("promise"), {**self._chance(day), "account_ids": account_ids, "pay_on": pay_on})
        self._tell(
            day,
            (
                PromiseMade(
                    row["account_id"],
                    row["id"],
                    Money(row["amount_minor"], row["currency"]),
                    pay_on,
                    row["grace_until_on"],
                    Money(row["balance_minor"], row["currency"]),
                )
                for row in made
            ),
        )
        self._mean_to_keep(day, made_on=day.on)

    def _mean_to_keep(self, day: Day, *, made_on: date | None) -> None:
        """Have who promised, on a day or ever, mean to keep it or not."""
        if share := self._value("kept"):
            sql.execute(_query("mean_to_keep"), {**self._chance(day), "share": share, "made_from": made_on})

    def _mean_to_pay(self, day: Day) -> None:
        """Have debtors whom something reached today make up their minds to pay within some days, or not to."""
        for reach in (*rules.REACHES, rules.ALONE):
            shares = {how: [self._value(f"pays.{reach}.{age}.{how}") for age in rules.AGES] for how in ("full", "part")}
            if not any((*shares["full"], *shares["part"])):
                continue
            by = {rules.CALL: "reached_by_call", rules.ALONE: "reached_by_nothing"}.get(reach, "reached_by_message")
            query = sql.fill(_query("mean_to_pay"), reached=sql.load("tallystick.strategy", "foreseeing.sql", by))
            asked = {
                "reach": reach,
                "reached": _SPOKEN_TO,
                "of_balance": self._value("part"),
                "within": rules.WEEK if reach == rules.ALONE else rules.FOLLOWS_DAYS,
                "follows": rules.FOLLOWS_DAYS,
                "channels": [channel.value for channel in TO_DEBTOR],
            }
            sql.execute(query, {**self._chance(day), **asked, **shares, "ages": list(AGES)})

    def _pay(self, day: Day) -> None:
        """Have those pay whose day has come: what they meant to, and never more than they owe."""
        paying = sql.rows(_query("pay"), {**self._chance(day), "method": Method.BANK_TRANSFER.value})
        if not paying:
            return
        accounts.apply_credits(
            [
                accounts.Credit(
                    account_id=row["account_id"],
                    cause_id=row["id"],
                    amount=Money(row["amount_minor"], row["currency"]),
                    booked_on=day.on,
                )
                for row in paying
            ],
            at=day.morning,
            by=self._by,
        )
        matching.announce(paying, at=day.morning, by=self._by)
        work_off()

    def _tell(self, day: Day, told: Iterable[Any]) -> None:
        timeline.append_all([(event, day.on) for event in told], at=day.morning, by=self._by)
