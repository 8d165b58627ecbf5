"""Charge the fees that are agreed for occasions on a book: read and written in sets, judged by the rules, once by their key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tallystick.accounts import actions as accounts
from tallystick.accounts import queries as account_queries
from tallystick.accounts.rules import ItemKind
from tallystick.charges import events
from tallystick.charges.actions.proving import Charge as Taken
from tallystick.charges.actions.proving import post_charges
from tallystick.charges.models import Fee as FeeRow
from tallystick.charges.ports import Stopped
from tallystick.charges.queries import agreements as agreement_queries
from tallystick.charges.queries import proofs
from tallystick.charges.queries.agreements import InForce
from tallystick.charges.queries.proofs import Row
from tallystick.charges.rules import accruing
from tallystick.charges.rules.agreed_fees import AgreedFee
from tallystick.charges.rules.fees import Charge, FeeIsFree, FeeTakenBackAlready, Occasion, charges_due
from tallystick.charges.rules.terms import Freeze
from tallystick.kernel import hands as kernel_hands
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.calendars import local_day
from tallystick.kernel.money import Money
from tallystick.kernel.outcome import Outcome
from tallystick.kernel.refusals import NotFound
from tallystick.ledger import actions as ledger
from tallystick.ledger.rules import CHARGED_AGAINST, Cause, Head
from tallystick.timeline import actions as timeline

#: Accounts that are looked at in one transaction; those on which a fee is due are held in it.
CHUNK = 20_000
#: Money that is known so many days after a fee fell due takes it back by itself; what is known later is for somebody to judge.
_KNOWN_LATE_DAYS = 62


def _query(name: str) -> str:
    return sql.load("tallystick.charges", "fees.sql", name)


def charge_fees(*, day: date, chunk: int = CHUNK, hands: int = 1, at: datetime, by: Actor) -> Outcome:
    """Charge the fees that have fallen due by a day on every open account, and give how many; what is charged stays charged.

    :raises DayNotOver: the day is to come
    """
    by.must_be_allowed_to("set charges")
    if day > at.date():
        raise accruing.DayNotOver(day=day)
    agreements = [each for each in agreement_queries.in_force() if by.scope.allows(each.client_id)]
    if not any(each.agreed.fees for each in agreements):
        return Outcome()
    asked = {**agreement_queries.asked(agreements, day), **_asked(agreements, day)}
    chunks = agreement_queries.chunks(asked["clients"], size=chunk)
    charge = partial(_charge_chunk, {each.id: each for each in agreements}, asked, at, by)
    return sum(kernel_hands.share(chunks, charge, hands=min(hands, len(chunks) or 1)), Outcome())


def _asked(agreements: Sequence[InForce], day: date) -> dict[str, Any]:
    fees = [(each.id, fee) for each in agreements for fee in each.agreed.fees]
    return {
        "day": day,
        "clients": sorted({each.client_id for each in agreements if each.agreed.fees}),
        "fee_agreement": [agreement for agreement, _fee in fees],
        "fee_code": [fee.code for _agreement, fee in fees],
        "fee_occasion": [str(fee.occasion) for _agreement, fee in fees],
        "fee_grace": [fee.grace_days for _agreement, fee in fees],
        "fee_once": [str(fee.once) for _agreement, fee in fees],
        "principal": Head.PRINCIPAL,
        "on_account": Head.ON_ACCOUNT,
        "reversal": Cause.REVERSAL,
        "payment": Cause.PAYMENT,
    }


@dataclass(frozen=True, slots=True)
class _Due:
    """A fee that is due: what was asked for, by what is agreed, and what the rules say."""

    row: Row
    fee: AgreedFee
    charge: Charge
    source: str

    @property
    def key(self) -> str:
        return ":".join(self.charge.key)


@transaction.atomic
def _charge_chunk(
    agreements: dict[int, InForce], asked: dict[str, Any], at: datetime, by: Actor, chunk: tuple[int, int]
) -> Outcome:
    asked = {**asked, "low": chunk[0], "high": chunk[1]}
    _correct(asked, at=at, by=by)
    account_ids = sorted({row["account_id"] for row in _occasions({**asked, "account_ids": None})})
    if not account_ids:
        return Outcome()
    sql.execute(_query("lock"), {"account_ids": account_ids})
    # What was there may have been paid, or charged by another, before the accounts were held.
    rows = _occasions({**asked, "account_ids": account_ids})
    due = list(_judged(rows, agreements, day=asked["day"]))
    _write(due, at=at, by=by)
    return Outcome(done=sum(not each.charge.free for each in due))


def _correct(asked: dict[str, Any], *, at: datetime, by: Actor) -> None:
    """Take back what was charged because an item was late, where money that is known since had paid it in time."""
    found = sql.rows(_query("paid_in_time"), {**asked, "known_late_days": _KNOWN_LATE_DAYS})
    if not found:
        return
    sql.execute(_query("lock"), {"account_ids": sorted({row["account_id"] for row in found})})
    fees = FeeRow.objects.filter(pk__in=[row["id"] for row in found], taken_back_at__isnull=True).order_by("pk")
    if fees:
        _take_back(list(fees), reason=_("Paid in time"), day=asked["day"], at=at, by=by)


def _occasions(asked: dict[str, Any]) -> list[Row]:
    fees, chosen = _query("agreed_fees"), agreement_queries.chosen()
    found = []
    for name in ("late", "returned"):
        if name in asked["fee_occasion"]:
            found += sql.rows(sql.fill(_query(name), fees=fees, chosen=chosen), asked)
    return sorted(found, key=lambda row: (row["account_id"], row["code"], row["agreement_id"]))


def _judged(rows: Sequence[Row], agreements: dict[int, InForce], *, day: date) -> Iterator[_Due]:
    account_ids = sorted({row["account_id"] for row in rows})
    keys: dict[tuple[int, str], set[tuple[str, ...]]] = defaultdict(set)
    charged: dict[tuple[int, str], int] = defaultdict(int)
    for row in sql.rows(_query("charged"), {"account_ids": account_ids}):
        keys[row["account_id"], row["code"]].add(tuple(row["key"].split(":")))
        charged[row["account_id"], row["code"]] += 0 if row["is_taken_back"] else row["amount_minor"]
    stopped: dict[int, list[Stopped]] = defaultdict(list)
    for each in proofs.stopped_on(account_ids):
        stopped[each.account_id].append(each)
    for (account_id, code, agreement_id), alike in groupby(
        rows, key=lambda row: (row["account_id"], row["code"], row["agreement_id"])
    ):
        agreement = agreements[agreement_id]
        fee = next(each for each in agreement.agreed.fees if each.code == code)
        of = account_id, code
        for row in sorted(alike, key=lambda row: (row["day"], row["item_id"] or 0, row["name"])):
            occasion = _occasion(row, fee, stopped[account_id], agreement.agreed.freezes)
            if occasion is None:
                continue
            scale, source = agreement.scale_of(fee, row["day"])
            terms = fee.fee_in(row["currency"], scale)
            for charge in charges_due(terms, [occasion], on=day, charged=keys[of], charged_minor=charged[of]):
                keys[of].add(charge.key)
                charged[of] += charge.amount.minor
                yield _Due(row, fee, charge, source)


def _occasion(row: Row, fee: AgreedFee, stopped: Sequence[Stopped], freezes: frozenset[str]) -> Occasion | None:
    """Give the occasion that a row is, less what of it was disputed or held; None where it was stopped as a whole."""
    owed = row["owed_minor"]
    for each in stopped:
        if each.reason not in freezes or each.item_id not in {None, row["item_id"]}:
            continue
        freeze = Freeze(each.first_day, each.last_day, each.reason)
        if freeze.holds(row["day"]) or freeze.holds(fee.falls_on(row["day"])):
            owed -= owed if each.minor is None else each.minor
    if owed <= 0:
        return None
    return Occasion("", str(row["item_id"] or ""), row["name"], row["day"], Money(owed, row["currency"]))


def _write(due: Sequence[_Due], *, at: datetime, by: Actor) -> None:
    if not due:
        return
    names = _names(due)
    written = sql.rows(_query("charge"), {**_columns(due), "at": at})
    ids = {(row["account_id"], row["key"]): row["id"] for row in written}
    charged = [(ids[each.row["account_id"], each.key], each, name) for each, name in zip(due, names, strict=True)]
    charged = [(fee_id, each, name) for fee_id, each, name in charged if not each.charge.free]
    opened = accounts.charge_items(
        [
            accounts.ChargedItem(
                each.row["account_id"], name, each.fee.falls_on(each.row["day"]), each.charge.amount.minor
            )
            for _fee_id, each, name in charged
        ],
        kind=ItemKind.FEE,
    )
    items = [opened[each.row["account_id"], name] for _fee_id, each, name in charged]
    sql.execute(_query("name_items"), {"id": [fee_id for fee_id, *_ in charged], "fee_item_id": items})
    ledger.post(
        [
            ledger.Posting(
                account_id=each.row["account_id"],
                debit=Head.FEES,
                credit=CHARGED_AGAINST[Head.FEES],
                amount_minor=each.charge.amount.minor,
                currency=each.row["currency"],
                booked_on=each.fee.falls_on(each.row["day"]),
                cause_kind=Cause.CHARGE,
                cause_id=fee_id,
                item_id=item_id,
            )
            for (fee_id, each, _name), item_id in zip(charged, items, strict=True)
        ],
        at=at,
    )
    told = [
        (
            events.FeeCharged(
                each.row["account_id"], fee_id, each.fee.code, name, str(each.fee.occasion), each.row["day"], each.charge.amount
            ),
            each.fee.falls_on(each.row["day"]),
        )
        for fee_id, each, name in charged
    ]  # fmt: skip
    timeline.append_all(told, at=at, by=by)


def _names(due: Sequence[_Due]) -> list[str]:
    """Give each a reference: of its item and its code; or of the code and a number, where it is of the account."""
    counted: dict[tuple[int, str], int] = defaultdict(int)
    account_ids = sorted({each.row["account_id"] for each in due})
    for row in sql.rows(_query("charged"), {"account_ids": account_ids}):
        counted[row["account_id"], row["code"]] += 1
    found = []
    for each in due:
        of = each.row["account_id"], each.fee.code
        counted[of] += 1
        found.append(
            f"{each.row['reference']}/{each.fee.code}" if each.row["item_id"] else f"{each.fee.code} {counted[of]}"
        )
    return found


def _columns(due: Sequence[_Due]) -> dict[str, list[Any]]:
    rows = [
        {
            "account_id": each.row["account_id"],
            "item_id": each.row["item_id"],
            "agreement_id": each.row["agreement_id"],
            "code": each.fee.code,
            "key": each.key,
            "occasion": str(each.fee.occasion),
            "occasion_on": each.row["day"],
            "due_on": each.fee.falls_on(each.row["day"]),
            "owed_minor": each.charge.occasion.owed.minor,
            "amount_minor": each.charge.amount.minor,
            "currency": each.row["currency"],
            "is_free": each.charge.free,
            "is_capped": each.charge.capped,
            "source": each.source,
        }
        for each in due
    ]
    return {name: [row[name] for row in rows] for name in rows[0]}


@transaction.atomic
def take_back_fee(*, account_id: int, fee_id: int, reason: str, at: datetime, by: Actor) -> Money:
    """Take a fee back by entries that name those that charged it, and give what it was; its occasion is not charged again.

    What was paid on it becomes money on account.

    :raises NotFound: there is no such account within the actor's scope, or it has no such fee
    :raises FeeTakenBackAlready: it was taken back
    :raises FeeIsFree: nothing was charged
    """
    by.must_be_allowed_to("set charges")
    account = account_queries.lock_account(account_id, scope=by.scope)
    fee = FeeRow.objects.filter(pk=fee_id, account_id=account_id).order_by("pk").first()
    if fee is None:
        raise NotFound(what="fee", reference=fee_id)
    if fee.taken_back_at is not None:
        raise FeeTakenBackAlready()
    if fee.is_free:
        raise FeeIsFree()
    day = local_day(at, account.client.time_zone)
    _take_back([fee], reason=reason.strip(), day=day, at=at, by=by)
    return Money(fee.amount_minor, fee.currency)


def _take_back(fees: Sequence[FeeRow], *, reason: str, day: date, at: datetime, by: Actor) -> None:
    """Take fees of accounts that are held back, in sets."""
    record = proofs.record_of(sorted({fee.account_id for fee in fees}))
    taken = []
    for fee in fees:
        row = {"account_id": fee.account_id, "item_id": fee.pk, "currency": fee.currency, "day": day}
        standing = record.charges_of(fee.account_id, fee.pk, Cause.CHARGE)
        taken.append(Taken(row, Head.FEES, Cause.CHARGE, len(standing), fee.fee_item_id, (), standing))
    post_charges(taken, record, day=day, at=at)
    FeeRow.objects.filter(pk__in=[fee.pk for fee in fees]).update(
        taken_back_at=at, taken_back_by=by.label, reason=reason
    )
    references = account_queries.references_of([fee.fee_item_id for fee in fees if fee.fee_item_id])
    told = [
        (
            events.FeeTakenBack(
                fee.account_id, fee.pk, fee.code, references[fee.fee_item_id or 0], Money(fee.amount_minor, fee.currency), reason
            ),
            day,
        )
        for fee in fees
    ]  # fmt: skip
    timeline.append_all(told, at=at, by=by)
