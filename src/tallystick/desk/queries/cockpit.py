"""Everything that stands on the page of one account, in as few questions as it takes; how many is held by a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tallystick.accounts import queries as account_queries
from tallystick.accounts.models import Item
from tallystick.accounts.rules import PartyRole
from tallystick.desk.queries import held
from tallystick.desk.queries.case import Case
from tallystick.desk.rules import warnings
from tallystick.disputes import queries as dispute_queries
from tallystick.disputes.models import Dispute
from tallystick.documents import queries as document_queries
from tallystick.documents.models import Document
from tallystick.holds.models import Hold
from tallystick.kernel import sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotFound
from tallystick.ledger.rules import Cause
from tallystick.parties import queries as party_queries
from tallystick.parties.models import Address, ContactPoint
from tallystick.parties.rules import ContactKind, ContactState
from tallystick.promises import queries as promise_queries
from tallystick.promises import rules as promise_rules
from tallystick.promises.models import Promise
from tallystick.strategy.queries import why as strategy_queries
from tallystick.worklists import queries as worklist_queries
from tallystick.worklists import rules as worklist_rules
from tallystick.worklists.models import WorkItem

#: What a list shows at most before it says that there is more.
MOST_OTHERS = 12
_MOST_DOCUMENTS = 6
#: Further than this nobody counts what waits.
MOST_WAITING = 500


def _query(name: str) -> str:
    return sql.load("tallystick.desk", "cockpit.sql", name)


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed on an account today, and how old it is."""

    balance: Money
    overdue: Money
    disputed: Money
    on_account: Money
    held: held.HeldItems | None
    oldest_due_on: date | None


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An item of an account, and the hold that stands on it."""

    item: Item
    hold: Hold | None = None


@dataclass(frozen=True, slots=True)
class AtWork:
    """Who is at the account right now."""

    user_id: int
    name: str
    since: datetime
    #: How long, when the page was made.
    for_: timedelta
    is_reader: bool

    @property
    def seconds(self) -> int:
        """How long, in whole seconds."""
        return int(self.for_.total_seconds())


@dataclass(frozen=True, slots=True)
class Cockpit:
    """One account on one page."""

    owed: Owed
    items: list[OpenItem]
    settled_items: int
    warnings: list[warnings.Warning]
    holds: list[dict[str, Any]]
    #: All that stands, with the item that is held; None where it is the account.
    standing: list[tuple[Hold, Item | None]]
    disputes: list[Dispute]
    promise: Promise | None
    tasks: list[WorkItem]
    at_work: AtWork | None
    #: How many tasks wait for the reader, no more than `MOST_WAITING`.
    waiting: int
    contact_points: list[ContactPoint]
    address: Address | None
    related: list[dict[str, Any]]
    others: list[dict[str, Any]]
    documents: list[Document]
    why: strategy_queries.Why | None


def cockpit(case: Case, *, by: Actor) -> Cockpit:
    """Give everything that stands on the page of an account, its timeline aside."""
    account = case.account
    disputes = list(dispute_queries.open_disputes([account.pk]))
    standing = held.standing(account.pk, today=case.today)
    items = open_items(account.pk, standing)
    promises = list(promise_queries.promises(account.pk)[:10])
    related = _related(account.pk)
    glance = _glance(case, by=by)
    return Cockpit(
        owed=_owed(case, items, disputes),
        items=items,
        settled_items=glance["settled_items"],
        warnings=warnings.warnings(
            holds=standing.in_force,
            disputes=disputes,
            broken=_broken(promises),
            has_open_promise=_open(promises) is not None,
            representatives=[each["name"] for each in related if each["role"] in warnings.REPRESENTATIVES],
        ),
        holds=standing.in_force,
        standing=standing.listed([each.item for each in items]),
        disputes=disputes,
        promise=_open(promises),
        tasks=list(worklist_queries.open_work([account.pk])),
        at_work=_at_work(glance, case.at, by=by),
        waiting=min(glance["waiting"], MOST_WAITING),
        contact_points=list(party_queries.contact_points(account.party_id)),
        address=party_queries.find_address(account.party_id),
        related=related,
        others=_others(case, by=by),
        documents=document_queries.of_accounts([account.pk], limit=_MOST_DOCUMENTS),
        why=strategy_queries.why(account.pk, day=case.today, past=0, is_brief=True),
    )


def open_items(account_id: int, standing: held.Standing | None = None) -> list[OpenItem]:
    """Give the items of an account on which something is open, oldest due first."""
    return [
        OpenItem(item, standing.on(item) if standing else None) for item in account_queries.open_items([account_id])
    ]


def all_items(account_id: int, *, today: date) -> list[OpenItem]:
    """Give all items of an account, the paid ones too, oldest due first."""
    standing = held.standing(account_id, today=today)
    return [
        OpenItem(item, standing.on(item) if item.open_minor else None) for item in account_queries.items(account_id)
    ]


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened to an item in the ledger."""

    booked_on: date
    cause: Cause
    is_reversal: bool
    charged: Money | None
    paid: Money | None
    open: Money


def item_with_entries(account_id: int, item_id: int) -> tuple[Item, list[Entry]]:
    """Give an item of an account and its ledger entries, oldest first.

    :raises NotFound: the account has no such item
    """
    item = account_queries.items(account_id).filter(pk=item_id).order_by("pk").first()
    if item is None:
        raise NotFound(what="item", reference=item_id)
    rows = sql.rows(_query("entries_of_item"), {"account": account_id, "item": item_id})
    return item, [_entry(row, item.currency) for row in rows]


def _entry(row: dict[str, Any], currency: str) -> Entry:
    amount = Money(row["amount_minor"], currency)
    return Entry(
        booked_on=row["booked_on"],
        cause=Cause(row["cause_kind"]),
        is_reversal=row["is_reversal"],
        charged=amount if row["is_charge"] else None,
        paid=None if row["is_charge"] else amount,
        open=Money(row["open_minor"], currency),
    )


def balance(case: Case) -> Money:
    """Give what is owed on an account: its open items, less money on account."""
    open_minor = sum(item.open_minor for item in account_queries.open_items([case.account.pk]))
    return Money(open_minor - case.account.on_account_minor, case.account.currency)


def numbers_of(case: Case) -> list[ContactPoint]:
    """Give the telephone numbers of the debtor of an account, those that work first."""
    points = [point for point in party_queries.contact_points(case.account.party_id) if point.kind != ContactKind.EMAIL]
    return sorted(points, key=lambda point: (point.state == ContactState.BAD, point.consent is False))


def get_contact_point(case: Case, contact_point_id: int) -> ContactPoint:
    """Give a way to reach the debtor of an account.

    :raises NotFound: the debtor has no such contact point
    """
    found = party_queries.contact_points(case.account.party_id).filter(pk=contact_point_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="contact point", reference=contact_point_id)
    return found


def address_as_typed(case: Case) -> dict[str, str]:
    """Give the present address of the debtor of an account as somebody would type it; nothing where there is none."""
    address = party_queries.find_address(case.account.party_id)
    if address is None:
        return {}
    return {
        "lines": "\n".join(address.lines),
        "town": address.town,
        "county": address.county,
        "postcode": address.postcode,
    }


def _owed(case: Case, items: Sequence[OpenItem], disputes: Sequence[Dispute]) -> Owed:
    account, today = case.account, case.today
    late = [each.item for each in items if each.item.due_on < today and each.item.chased_minor(today)]
    open_minor = sum(each.item.open_minor for each in items)
    return Owed(
        balance=Money(open_minor - account.on_account_minor, account.currency),
        overdue=Money(sum(item.chased_minor(today) for item in late), account.currency),
        held=held.held_items([each.item for each in items], account.currency, today=today),
        disputed=Money(sum(dispute.amount_minor for dispute in disputes), account.currency),
        on_account=Money(account.on_account_minor, account.currency),
        oldest_due_on=min((item.due_on for item in late), default=None),
    )


def _open(promises: Sequence[Promise]) -> Promise | None:
    return next((promise for promise in promises if promise.state == promise_rules.State.OPEN), None)


def _broken(promises: Sequence[Promise]) -> Promise | None:
    """Give the last promise that was judged, if it was broken."""
    judged = {promise_rules.State.KEPT, promise_rules.State.PARTLY_KEPT, promise_rules.State.BROKEN}
    last = next((promise for promise in promises if promise.state in judged), None)
    return last if last is not None and last.state == promise_rules.State.BROKEN else None


def _glance(case: Case, *, by: Actor) -> dict[str, Any]:
    return sql.rows(
        _query("glance"),
        {
            "account": case.account.pk,
            "user_id": by.user_id if by.may("work accounts") else None,
            "clients": by.scope.as_list(),
            "today": case.today,
            "at": case.at,
            "most": MOST_WAITING,
        },
    )[0]


def _at_work(glance: dict[str, Any], at: datetime, *, by: Actor) -> AtWork | None:
    if glance["taken_by"] is None:
        return None
    return AtWork(
        user_id=glance["taken_by"],
        name=glance["taken_by_name"],
        since=glance["taken_at"],
        for_=at - glance["taken_at"],
        is_reader=glance["taken_by"] == by.user_id,
    )


def _related(account_id: int) -> list[dict[str, Any]]:
    found = sql.rows(_query("related"), {"account": account_id})
    return [{**row, "role_label": PartyRole(row["role"]).label} for row in found]


def _others(case: Case, *, by: Actor) -> list[dict[str, Any]]:
    return sql.rows(
        _query("others"),
        {
            "account": case.account.pk,
            "party": case.account.party_id,
            "clients": by.scope.as_list(),
            "most": MOST_OTHERS + 1,
        },
    )


def seen_lately(*, by: Actor, limit: int = 12) -> list[dict[str, Any]]:
    """Give the accounts that a person looked at last, the latest first, those within their scope."""
    return sql.rows(_query("seen"), {"user_id": by.user_id, "clients": by.scope.as_list(), "most": limit})


@dataclass(frozen=True, slots=True)
class Worked:
    """The work a person took and is at."""

    account_id: int
    work_item_id: int
    party: str
    reference: str
    kind: worklist_rules.Kind
    title: str
    state: str
    due_on: date
    due_at: datetime | None


def find_worked(*, at: datetime, by: Actor) -> Worked | None:
    """Give the work that a person took from the worklist and is at, whatever became of it; None for none."""
    rows = sql.rows(
        """
        SELECT work.account_id, work.id AS work_item_id, party.name AS party, account.reference, work.kind, work.title,
               work.state, work.due_on, work.due_at
        FROM worklists_claim AS claim
        JOIN worklists_work_item AS work ON work.id = claim.work_item_id AND work.account_id = claim.account_id
        JOIN accounts_account AS account ON account.id = claim.account_id
        JOIN parties_party AS party ON party.id = account.party_id
        WHERE claim.user_id = %(user_id)s AND claim.until_at > %(at)s
          AND (%(clients)s::bigint[] IS NULL OR account.client_id = ANY(%(clients)s))
        """,
        {"user_id": by.user_id, "at": at, "clients": by.scope.as_list()},
    )
    return Worked(**{**rows[0], "kind": worklist_rules.Kind(rows[0]["kind"])}) if rows else None
