"""Write down what a proof afresh says: charge what is missing, take back what was wrong, and keep the lines of both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from tallystick.accounts import actions as accounts
from tallystick.accounts.rules import ItemKind
from tallystick.charges import events
from tallystick.charges.actions.releasing import release
from tallystick.charges.models import Line as KeptRow
from tallystick.charges.queries import proofs
from tallystick.charges.queries.agreements import InForce
from tallystick.charges.queries.proofs import KeptLine, Proven, Record, Row
from tallystick.charges.rules import accruing
from tallystick.charges.rules.proof import Line
from tallystick.charges.rules.terms import Compounding
from tallystick.jurisdictions.rules.rates import DayCount
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import Money
from tallystick.kernel.outcome import Outcome
from tallystick.ledger import actions as ledger
from tallystick.ledger.rules import CHARGED_AGAINST, Cause, Head
from tallystick.timeline import actions as timeline


def _query(name: str) -> str:
    return sql.load("tallystick.charges", "accrual.sql", name)


@dataclass(frozen=True, slots=True)
class Charge:
    """What is charged on an item, and taken back, under one head; `number` is that of the next entry, `item_id` holds it."""

    row: Row
    head: Head
    cause: Cause
    number: int
    item_id: int | None
    entries: Sequence[accruing.Entry]
    taken_back: Sequence[Row]

    @property
    def minor(self) -> int:
        """What the item that holds it changes by."""
        return sum(entry.minor for entry in self.entries) - sum(int(entry["amount_minor"]) for entry in self.taken_back)


@dataclass(frozen=True, slots=True)
class Change:
    """What a proof changes of an item: from which day it differs from what was charged, and what is charged and taken back."""

    proven: Proven
    from_on: date | None
    #: What was charged through the last day, and what should have been.
    was: int
    should: int
    interest: Charge
    fixed: Charge


@dataclass(slots=True)
class _Lines:
    """Lines to be written, taken back, and to be written as far as they have grown."""

    new: list[KeptRow] = field(default_factory=list)
    taken_back: list[tuple[KeptLine, int]] = field(default_factory=list)
    extended: list[tuple[int, int, Line]] = field(default_factory=list)


def prove(rows: Sequence[Row], *, agreements: Sequence[InForce], day: date, at: datetime, by: Actor) -> Outcome:
    """Prove items of accounts that are held, and write down what follows."""
    if not rows:
        return Outcome()
    account_ids = sorted({row["account_id"] for row in rows})
    record = proofs.record_of(account_ids)
    proven, refused = proofs.prove([{**row, "day": day} for row in rows], agreements=agreements, record=record)
    if not proven:
        return Outcome(refused=refused)
    kept = proofs.kept_lines(account_ids)
    changes = [_change(each, kept[each.row["item_id"]], record) for each in proven]
    interest = _beside([change.interest for change in changes], ItemKind.INTEREST)
    fixed = _beside([change.fixed for change in changes], ItemKind.FEE)
    changes = [
        replace(change, interest=one, fixed=other) for change, one, other in zip(changes, interest, fixed, strict=True)
    ]
    is_released = post_charges([*interest, *fixed], record, day=day, at=at)
    _keep_lines(changes, kept, at=at)
    _note(changes, is_released)
    _tell(changes, day=day, at=at, by=by)
    return Outcome(done=len(changes), refused=refused)


def _change(proven: Proven, kept: Sequence[KeptLine], record: Record) -> Change:
    row = proven.row
    was, from_on, should = row["charged_minor"], None, 0
    if row["through_on"] is not None:
        before = proven.until(row["through_on"])
        should = before.total
        from_on = accruing.first_difference([each.line for each in kept], before.lines)
        if from_on is None and was != should:
            from_on = row["first_day"]
    standing = record.charges_of(row["account_id"], row["item_id"], Cause.INTEREST)
    wrong = [entry for entry in standing if from_on is not None and entry["booked_on"] >= from_on]
    charged = sum(entry["amount_minor"] for entry in standing) - sum(entry["amount_minor"] for entry in wrong)
    entries = list(accruing.entries(proven.terms, proven.proof, charged=charged))
    if charged + sum(entry.minor for entry in entries) != proven.proof.total:
        # More was charged of the first days than they come to now: nothing of it can stay.
        wrong, entries = standing, list(accruing.entries(proven.terms, proven.proof, charged=0))
    interest = Charge(row, Head.INTEREST, Cause.INTEREST, row["charges"], row["interest_item_id"], entries, wrong)
    return Change(proven, from_on, was, should, interest, _fixed(proven, record))


def _fixed(proven: Proven, record: Record) -> Charge:
    """Give what changes of the sum that is charged once because an item is late."""
    row, entries, wrong = proven.row, [], []
    if proven.fixed != row["fixed_minor"]:
        wrong = record.charges_of(row["account_id"], row["item_id"], Cause.FIXED_SUM)
        if proven.fixed and proven.bearing:
            entries = [accruing.Entry(proven.bearing.first_day, proven.fixed)]
    return Charge(row, Head.FEES, Cause.FIXED_SUM, row["fixed_charges"], row["fixed_item_id"], entries, wrong)


def _beside(charges: Sequence[Charge], kind: ItemKind) -> list[Charge]:
    """Open the items that charges need, and have the charges name them."""
    opened = accounts.open_items_beside(
        [
            (charge.row["account_id"], charge.row["item_id"], charge.row["first_day"])
            for charge in charges
            if charge.entries and charge.item_id is None
        ],
        kind=kind,
    )
    return [replace(charge, item_id=opened.get(charge.row["item_id"], charge.item_id)) for charge in charges]


def post_charges(charges: Sequence[Charge], record: Record, *, day: date, at: datetime) -> set[int]:
    """Post the entries of charges and write their items; give the items that bear of which something paid was released."""
    changed = [charge for charge in charges if charge.entries or charge.taken_back]
    released = [release(charge.row, charge.item_id, charge.minor, record, head=charge.head) for charge in changed]
    taken_back = [entry["id"] for charge in changed for entry in charge.taken_back]
    taken_back += [entry_id for each in released for entry_id in each.reverses]
    if taken_back:
        accounts_touched = sorted({charge.row["account_id"] for charge in changed})
        named = {"account_ids": accounts_touched, "entry_ids": taken_back, "reversal": Cause.REVERSAL}
        ledger.reverse_rows(sql.Rows(_query("reversals"), named), at=at)
    postings = [posting for charge in changed for posting in _postings(charge)]
    ledger.post([*postings, *(posting for each in released for posting in each.postings)], at=at)
    accounts.recharge_items(
        [
            accounts.Recharge(charge.row["account_id"], charge.item_id, charge.minor + of.waived_minor, of.minor, day)
            for charge, of in zip(changed, released, strict=True)
            if charge.item_id is not None
        ]
    )
    return {charge.row["item_id"] for charge, of in zip(changed, released, strict=True) if of.minor}


def _postings(charge: Charge) -> Iterator[ledger.Posting]:
    for number, entry in enumerate(charge.entries, charge.number):
        yield ledger.Posting(
            account_id=charge.row["account_id"],
            debit=charge.head,
            credit=CHARGED_AGAINST[charge.head],
            amount_minor=entry.minor,
            currency=charge.row["currency"],
            booked_on=entry.booked_on,
            cause_kind=charge.cause,
            cause_id=charge.row["item_id"],
            cause_no=number,
            item_id=charge.item_id,
        )


def _keep_lines(changes: Sequence[Change], kept: dict[int, list[KeptLine]], *, at: datetime) -> None:
    lines = _Lines()
    for change in changes:
        _sort_lines(change, {each.line.first_day: each for each in kept[change.proven.row["item_id"]]}, lines, at)
    back = [(each.id, account_id, each.line) for each, account_id in lines.taken_back]
    for name, touched in (("take_back_lines", back), ("extend_lines", lines.extended)):
        if touched:
            columns = {
                "line_id": [line_id for line_id, _account, _line in touched],
                "account_id": [account_id for _line_id, account_id, _line in touched],
                "last_day": [line.last_day for _line_id, _account, line in touched],
                "days": [line.days for _line_id, _account, line in touched],
                "amount_minor": [line.amount for _line_id, _account, line in touched],
            }
            sql.execute(_query(name), {**columns, **({"at": at} if name == "take_back_lines" else {})})
    KeptRow.objects.bulk_create(lines.new, batch_size=5_000)


def _sort_lines(change: Change, old: dict[date, KeptLine], lines: _Lines, at: datetime) -> None:
    account_id = change.proven.row["account_id"]
    for line in change.proven.proof.lines:
        before = old.pop(line.first_day, None)
        if before is None:
            lines.new.append(_row(change.proven.row, line, at))
        elif accruing.is_extended(before.line, line) and (
            change.from_on is None or before.line.last_day < change.from_on
        ):
            if before.has_grown or before.line.last_day != line.last_day:
                lines.extended.append((before.id, account_id, line))
        else:
            lines.taken_back.append((before, account_id))
            lines.new.append(_row(change.proven.row, line, at))
    lines.taken_back += [(each, account_id) for each in old.values()]


def _row(row: Row, line: Line, at: datetime) -> KeptRow:
    return KeptRow(
        account_id=row["account_id"],
        item_id=row["item_id"],
        first_day=line.first_day,
        last_day=line.last_day,
        days=line.days,
        base_minor=line.base,
        percent=line.percent,
        rule=line.rate.rule,
        row_from=line.rate.row_from,
        read_on=line.rate.read_on,
        index_percent=line.rate.index_percent,
        source=line.rate.source,
        amount_minor=line.amount,
        stopped_by=line.stopped_by,
        is_capped=line.capped,
        added_minor=line.added,
        held_minor=line.held,
        held_by=line.held_by,
        kept_at=at,
    )


def _note(changes: Sequence[Change], is_released: set[int]) -> None:
    noted = [_noted(change, is_released=change.proven.row["item_id"] in is_released) for change in changes]
    columns: dict[str, Any] = {name: [each[name] for each in noted] for name in noted[0]}
    sql.execute(_query("note_proofs"), {**columns, "other_causes": list(accruing.OTHER_CAUSES)})


def _noted(change: Change, *, is_released: bool) -> dict[str, Any]:
    proven = change.proven
    terms, bearing, agreement = proven.terms, proven.bearing, proven.agreement
    last, steady, settled = accruing.Last(), None, agreement is None
    if bearing is not None and proven.proof.lines:
        last = accruing.last_of(terms, proven.proof)
        steady = accruing.steady_until(terms, bearing, proven.proof, known_until=proven.known_until)
        settled = accruing.is_settled(bearing, through=proven.through)
    # What was paid on interest that bore interest itself is another amount now: it is proven once more.
    is_due_again = is_released and terms.compounding is not Compounding.NONE
    return {
        "id": proven.row["id"],
        "account_id": proven.row["account_id"],
        "first_day": bearing.first_day if bearing else proven.row["first_day"],
        "through_on": proven.through,
        "steady_until_on": steady,
        "is_settled": settled,
        "charged_minor": proven.proof.total,
        "lifted_minor": proven.proof.lifted_by,
        "most_minor": terms.most,
        "charges": change.interest.number + len(change.interest.entries),
        "fixed_minor": proven.fixed,
        "fixed_item_id": change.fixed.item_id,
        "fixed_charges": change.fixed.number + len(change.fixed.entries),
        "base_minor": last.base,
        "percent": last.percent,
        "year_days": last.year_days,
        "is_thirty": terms.day_count is DayCount.THIRTY_360,
        "stretch_days": last.days,
        "stretch_minor": last.minor,
        "law": None if is_due_again else agreement.law_print if agreement else 0,
        "agreement_id": agreement.id if agreement else proven.row["agreement_id"],
        "interest_item_id": change.interest.item_id,
    }


def _tell(changes: Sequence[Change], *, day: date, at: datetime, by: Actor) -> None:
    """Tell what was corrected, by item, and what was charged, by account."""
    told: list[tuple[Any, date]] = [(event, day) for change in changes for event in _corrections(change)]
    by_account: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        if change.proven.proof.total > change.should:
            by_account[change.proven.row["account_id"]].append(change)
    for account_id, grown in by_account.items():
        amount = Money(sum(each.proven.proof.total - each.should for each in grown), grown[0].proven.row["currency"])
        through = max(each.proven.through for each in grown)
        told.append((events.InterestCharged(account_id, amount, len(grown), through), through))
    timeline.append_all(told, at=at, by=by)


def _corrections(change: Change) -> Iterator[object]:
    row = change.proven.row
    account_id, item_id, reference = row["account_id"], row["item_id"], row["reference"]
    if change.from_on is not None and change.was != change.should:
        was, now = Money(change.was, row["currency"]), Money(change.should, row["currency"])
        yield events.InterestCorrected(
            account_id, item_id, reference, change.from_on, row["through_on"], was, now, now - was
        )
    if change.fixed.taken_back:
        yield events.FixedSumTakenBack(account_id, item_id, reference, Money(row["fixed_minor"], row["currency"]))
    if change.fixed.entries:
        yield events.FixedSumCharged(account_id, item_id, reference, Money(change.proven.fixed, row["currency"]))
