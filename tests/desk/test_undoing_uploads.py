"""A loaded file is taken back with everything that followed from it: counted beforehand, done once, line by line."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests import builders
from tests.builders import TEST
from tests.intake.files import AT, invoice, loaded, source, written
from tests.intake.loading import account_of, kinds_of, owed_on
from tests.strategy import builders as strategies

from tallystick.accounts import actions as account_actions
from tallystick.accounts.actions import bulk
from tallystick.accounts.models import Account, Item, SourceCredit
from tallystick.accounts.rules import CloseReason
from tallystick.charges import actions as charge_actions
from tallystick.config import invariants
from tallystick.contact.models import Message
from tallystick.desk import actions
from tallystick.desk.rules.undoing import ChainChanged
from tallystick.disputes import actions as dispute_actions
from tallystick.disputes.models import Dispute
from tallystick.disputes.rules import Reason as DisputeReason
from tallystick.holds import actions as hold_actions
from tallystick.holds.models import Hold
from tallystick.holds.rules import Reason as HoldReason
from tallystick.intake import queries as intake_queries
from tallystick.intake import rules
from tallystick.intake.models import Batch, Source
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import Money
from tallystick.kernel.refusals import NotPermitted
from tallystick.ledger import queries as ledger_queries
from tallystick.ledger.models import Entry
from tallystick.ledger.rules import Cause
from tallystick.promises import actions as promise_actions
from tallystick.promises.models import Promise
from tallystick.strategy import actions as strategy_actions
from tallystick.timeline.models import Event
from tallystick.worklists.models import WorkItem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("hearing")]

NEXT, LATER = AT + timedelta(days=1), AT + timedelta(days=2)
#: Who may take uploads back, and nothing that this is made of.
MANAGER = Actor(label="monica", user_id=7, rights=frozenset({"take uploads back"}))


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


def look(batch: Batch, *, at: datetime = LATER, by: Actor = MANAGER) -> Any:
    return actions.look_at_upload(batch_id=batch.pk, at=at, by=by)


def undo(batch: Batch, *, at: datetime = LATER, by: Actor = MANAGER, seen: str = "", reason: str = "wrong file") -> Any:
    seen = seen or look(batch, at=at, by=by).seen
    return actions.take_upload_back(batch_id=batch.pk, reason=reason, seen=seen, at=at, by=by)


def said(chain: Any) -> dict[str, tuple[int, int | None]]:
    return {each.what.value: (each.number, each.amount.minor if each.amount else None) for each in chain.counts}


def pay(account: Account, amount: str, *, cause: int = 1, on: date = date(2026, 3, 1), at: datetime = NEXT) -> None:
    credit = account_actions.Credit(account_id=account.pk, cause_id=cause, amount=gbp(amount), booked_on=on)
    account_actions.apply_credits([credit], cause_kind=Cause.PAYMENT, at=at, by=TEST)


def unsound() -> list[str]:
    strategies.answer()
    return [finding.invariant.name for finding in invariants.check() if not finding.is_sound]


@pytest.fixture
def ledger() -> Source:
    strategy_actions.rebuild(day=AT.date())
    return source()


def test_what_a_file_added_comes_to_nothing_and_was_as_it_was_for_who_asks_what_was_known(ledger):
    batch = loaded(ledger, written([invoice(1), invoice(2, amount="50.00"), invoice(3, account="B2")]))
    account = account_of(ledger, "A1")

    chain = undo(batch)

    assert said(chain) == {"added": (3, 250_00), "opened": (2, None)}
    assert [(item.amount_minor, item.open_minor, item.settled_on) for item in Item.objects.all()] == [(0, 0, None)] * 3
    assert owed_on(account) == gbp("0.00")
    for day in (date(2026, 1, 9), date(2026, 1, 20), LATER.date()):
        assert ledger_queries.balance(account.pk, currency="GBP", on=day) == gbp("0.00")
    assert ledger_queries.balance(account.pk, currency="GBP", known_at=NEXT) == gbp("150.00")
    assert kinds_of(account) == ["accounts.AccountOpened", "accounts.ItemsAdded", "accounts.ItemsTakenBack"]
    assert Entry.objects.filter(cause_kind=Cause.ITEM).count() == 3, "nothing is deleted"
    assert intake_queries.get_batch(batch.pk).state == rules.BatchState.UNDONE
    assert unsound() == []


def test_a_look_changes_nothing(ledger):
    batch = loaded(ledger, written([invoice(1)]))
    before = [table.objects.count() for table in (Entry, Event)]

    first, second = look(batch), look(batch)

    assert first.seen == second.seen
    assert [(line.reference, line.amount, line.what.value) for line in first.lines] == [
        ("INV-00001", gbp("100.00"), "added")
    ]
    assert [table.objects.count() for table in (Entry, Event)] == before
    assert intake_queries.get_batch(batch.pk).state == rules.BatchState.COMMITTED
    assert not intake_queries.holds_lines(batch.pk)


def test_it_is_done_once(ledger):
    batch = loaded(ledger, written([invoice(1)]))
    seen = look(batch).seen
    undo(batch, seen=seen)
    entries = Entry.objects.count()

    with pytest.raises(rules.BatchStateUnfit):
        undo(batch, seen=seen)

    assert Entry.objects.count() == entries


def test_payments_of_what_is_gone_wait_on_account_on_the_day_they_came(ledger):
    batch = loaded(ledger, written([invoice(1), invoice(2, amount="50.00")]))
    account = account_of(ledger, "A1")
    pay(account, "120.00")

    chain = undo(batch)

    account.refresh_from_db()
    assert said(chain)["released"] == (2, 120_00)
    assert (account.on_account_minor, owed_on(account)) == (120_00, gbp("-120.00"))
    assert ledger_queries.balance(account.pk, currency="GBP", on=date(2026, 3, 1)) == gbp("-120.00")
    assert unsound() == []


def test_payments_pay_what_else_is_open_where_money_on_account_does(ledger):
    account_actions.change_client(client_id=ledger.client_id, on_account_pays=True, at=AT, by=TEST)
    wrong = loaded(ledger, written([invoice(1)]))
    account = account_of(ledger, "A1")
    pay(account, "100.00")
    loaded(ledger, written([invoice(2, amount="70.00")]), at=NEXT + timedelta(hours=1))

    chain = undo(wrong)

    account.refresh_from_db()
    assert said(chain)["allocated"] == (1, None)
    assert (account.on_account_minor, Item.objects.get(reference="INV-00002").open_minor) == (30_00, 0)
    assert unsound() == []


def test_the_right_file_is_loaded_after_the_wrong_one_and_taken_back_too(ledger):
    wrong = loaded(ledger, written([invoice(1, amount="1000.00")]))
    undo(wrong, at=NEXT)
    right = loaded(ledger, written([invoice(1, amount="10.00")]), at=LATER)
    account = account_of(ledger, "A1")
    assert (owed_on(account), Item.objects.get().open_minor) == (gbp("10.00"), 10_00)

    chain = undo(right, at=LATER + timedelta(days=1))

    assert said(chain) == {"changed": (1, 10_00)}
    assert (owed_on(account), Item.objects.get().amount_minor) == (gbp("0.00"), 0)
    assert unsound() == []


def test_what_a_file_corrected_is_again_as_it_was(ledger):
    loaded(ledger, written([invoice(1)]))
    batch = loaded(ledger, written([invoice(1, amount="130.00", issued_on="2026-01-12", due_on="2026-02-20")]), at=NEXT)

    chain = undo(batch)

    item = Item.objects.get()
    assert said(chain) == {"changed": (1, 130_00)}
    assert (item.amount_minor, item.open_minor) == (100_00, 100_00)
    assert (item.issued_on, item.due_on) == (date(2026, 1, 10), date(2026, 2, 9))
    account = account_of(ledger, "A1")
    assert ledger_queries.balance(account.pk, currency="GBP", on=date(2026, 1, 10)) == gbp("100.00")
    assert unsound() == []


def test_files_are_taken_back_one_after_the_other_the_last_first(ledger):
    batches = [
        loaded(ledger, written([invoice(1, amount=amount)]), at=NEXT + timedelta(hours=number))
        for number, amount in enumerate(("100.00", "150.00", "120.00"))
    ]

    amounts = []
    for number, batch in enumerate(reversed(batches)):
        undo(batch, at=LATER + timedelta(hours=number))
        amounts.append(Item.objects.get().amount_minor)

    assert amounts == [150_00, 100_00, 0]
    assert unsound() == []


def test_days_of_which_the_former_were_not_kept_are_named_and_stay(ledger, monkeypatch):
    loaded(ledger, written([invoice(1)]))
    # As files told it before the former days were kept.
    kept, query = "'was_issued_on', was_issued_on, 'was_due_on', was_due_on", bulk._query
    assert kept in query("told_redated")
    monkeypatch.setattr(bulk, "_query", lambda name: query(name).replace(f",\n           {kept}", ""))
    batch = loaded(ledger, written([invoice(1, due_on="2026-02-20")]), at=NEXT)

    chain = undo(batch)

    assert said(chain) == {"changed": (1, 100_00), "loses_days": (1, None)}
    assert Item.objects.get().due_on == date(2026, 2, 20)


def test_an_item_that_comes_to_less_than_was_paid_on_it_keeps_what_fits_and_the_rest_waits(ledger):
    loaded(ledger, written([invoice(1)]))
    batch = loaded(ledger, written([invoice(1, amount="300.00")]), at=NEXT)
    account = account_of(ledger, "A1")
    pay(account, "80.00", cause=1)
    pay(account, "150.00", cause=2)

    chain = undo(batch)

    account.refresh_from_db()
    item = Item.objects.get()
    assert said(chain)["released"] == (1, 130_00)
    assert (item.amount_minor, item.open_minor, account.on_account_minor) == (100_00, 0, 130_00)
    assert owed_on(account) == gbp("-130.00")
    # Whoever takes the second payment back takes what it still pays back with it.
    account_actions.take_back_credit(
        account_id=account.pk, cause_kind=Cause.PAYMENT, cause_id=2, reason="bounced", at=LATER, by=TEST
    )
    assert owed_on(account) == gbp("20.00")
    assert unsound() == []


def test_what_the_file_settled_is_open_again(ledger):
    headings = (
        "Account",
        "Customer Name",
        "Invoice Number",
        "Invoice Date",
        "Due Date",
        "Amount",
        "Currency",
        "Balance",
    )
    loaded(ledger, written([[*invoice(1), "100.00"]], headings=headings))
    batch = loaded(ledger, written([[*invoice(1), "40.00"], [*invoice(2), "0.00"]], headings=headings), at=NEXT)

    chain = undo(batch)

    assert said(chain) == {"added": (1, 100_00), "changed": (1, 100_00)}
    assert list(Item.objects.order_by("reference").values_list("amount_minor", "open_minor")) == [
        (100_00, 100_00),
        (0, 0),
    ]
    assert not SourceCredit.objects.filter(taken_back_on__isnull=True).exists()
    assert unsound() == []


def test_credit_notes_of_a_file_are_taken_back_and_what_they_replaced_stands_again(ledger):
    loaded(ledger, written([invoice(1), invoice(9, amount="-30.00")]))
    batch = loaded(ledger, written([invoice(9, amount="-45.00"), invoice(8, amount="-5.00")]), at=NEXT)
    account = account_of(ledger, "A1")
    assert owed_on(account) == gbp("50.00")

    chain = undo(batch)

    account.refresh_from_db()
    assert said(chain) == {"credits": (2, 50_00)}
    assert (owed_on(account), account.on_account_minor) == (gbp("70.00"), 30_00)
    standing = SourceCredit.objects.filter(taken_back_on__isnull=True)
    assert list(standing.values_list("reference", "amount_minor")) == [("INV-00009", 30_00)]
    assert unsound() == []


def corrected_by_hand(account: Account, item: Item) -> None:
    account_actions.adjust_item(
        account_id=account.pk, item_id=item.pk, change=gbp("-5.00"), reason="agreed", at=NEXT, by=TEST
    )


def corrected_by_a_file(account: Account, item: Item) -> None:
    of = Source.objects.get()
    loaded(of, written([invoice(1, amount="90.00")]), at=NEXT)


def corrected_there_and_back(account: Account, item: Item) -> None:
    loaded(Source.objects.get(), written([invoice(1, amount="90.00")]), at=NEXT)
    loaded(Source.objects.get(), written([invoice(1)]), at=NEXT + timedelta(hours=1))


def disputed_and_credited(account: Account, item: Item) -> None:
    dispute = dispute_actions.raise_dispute(
        account_id=account.pk, item_id=item.pk, reason=DisputeReason.PRICE, at=NEXT, by=TEST
    )
    dispute_actions.resolve_dispute(
        account_id=account.pk, dispute_id=dispute.pk, outcome=dispute_actions.rules.State.UPHELD, at=NEXT, by=TEST
    )


def closed(account: Account, item: Item) -> None:
    account_actions.close_account(account_id=account.pk, reason=CloseReason.ERROR, at=NEXT, by=TEST)


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        pytest.param(corrected_by_hand, "changed_since", id="a person corrected it"),
        pytest.param(corrected_by_a_file, "changed_since", id="a later file corrected it"),
        pytest.param(corrected_there_and_back, "changed_since", id="later files corrected it there and back"),
        pytest.param(disputed_and_credited, "credited_since", id="a dispute was decided with a credit"),
        pytest.param(closed, "account_closed", id="the account is closed"),
    ],
)
def test_what_something_later_changed_stays_and_is_named_with_its_line(ledger, happens, code):
    batch = loaded(ledger, written([invoice(1), invoice(2, account="B2")]))
    account, item = account_of(ledger, "A1"), Item.objects.get(reference="INV-00001")
    happens(account, item)
    item.refresh_from_db()
    owed = item.amount_minor

    seen = look(batch)
    chain = undo(batch, seen=seen.seen)

    item.refresh_from_db()
    assert [(line.reference, line.stays) for line in seen.lines] == [("INV-00001", code), ("INV-00002", "")]
    assert (said(chain)["added"], said(chain)["stays"]) == ((1, 100_00), (1, owed))
    assert (item.amount_minor, Item.objects.get(reference="INV-00002").amount_minor) == (owed, 0)
    assert [(error.line, error.code) for error in intake_queries.row_errors(batch.pk)] == [(2, code)]


def test_a_file_that_lists_a_document_as_it_is_changed_nothing_and_takes_nothing_back(ledger):
    first = loaded(ledger, written([invoice(1)]))
    second = loaded(ledger, written([invoice(1)]), at=NEXT)

    assert said(undo(second)) == {}
    assert Item.objects.get().open_minor == 100_00
    assert said(undo(first, at=LATER + timedelta(hours=1)))["added"] == (1, 100_00)


def test_documents_that_the_file_left_out_are_open_again_and_settled_by_the_next(ledger):
    whole = {"holds_everything_open": True}
    loaded(ledger, written([invoice(1), invoice(2)]), **whole)
    batch = loaded(ledger, written([invoice(1)]), at=NEXT, **whole)
    assert Item.objects.get(reference="INV-00002").open_minor == 0

    chain = undo(batch)

    assert said(chain) == {"reopened": (1, 100_00)}
    assert Item.objects.get(reference="INV-00002").open_minor == 100_00
    loaded(ledger, written([invoice(1)]), at=LATER + timedelta(hours=1), **whole)
    assert Item.objects.get(reference="INV-00002").open_minor == 0
    assert unsound() == []


def test_interest_and_fixed_sums_on_what_is_gone_are_taken_back_as_the_night_would(ledger):
    document = {"rate": {"percent": 8, "day_count": "actual/365"}, "charged": "daily"}
    charge_actions.set_agreement(
        client_id=ledger.client_id, from_on=date(2020, 1, 1), document=document, at=AT, by=TEST
    )
    batch = loaded(ledger, written([invoice(1, amount="1000.00"), invoice(2, account="B2")]))
    night = LATER.date() - timedelta(days=1)
    charge_actions.accrue(day=night, at=LATER, by=TEST)
    charged = sum(Item.objects.filter(kind="interest").values_list("open_minor", flat=True))
    assert charged > 0

    chain = undo(batch)

    assert said(chain)["interest"] == (0, -charged)
    assert owed_on(account_of(ledger, "A1")) == gbp("0.00")
    assert charge_actions.accrue(day=night, at=LATER, by=TEST).done == 0
    assert unsound() == []


def test_disputes_holds_and_promises_that_rest_on_it_end_with_the_reason(ledger):
    batch = loaded(ledger, written([invoice(1), invoice(2, account="B2")]))
    one, other = account_of(ledger, "A1"), account_of(ledger, "B2")
    first, second = Item.objects.order_by("reference")
    dispute_actions.raise_dispute(account_id=one.pk, item_id=first.pk, reason=DisputeReason.PRICE, at=NEXT, by=TEST)
    hold_actions.hold_items(account_id=other.pk, item_ids=[second.pk], reason=HoldReason.MANUAL, at=NEXT, by=TEST)
    promise_actions.record_promise(account_id=one.pk, amount=gbp("10.00"), pay_on=date(2026, 4, 20), at=NEXT, by=TEST)

    chain = undo(batch)

    assert {name: said(chain)[name][0] for name in ("disputes", "holds", "promises")} == {
        "disputes": 1,
        "holds": 1,
        "promises": 1,
    }
    assert Dispute.objects.get().resolution == "The import that it followed from was taken back."
    assert [hold.ending for hold in Hold.objects.all()] == ["lifted"]
    assert [promise.state for promise in Promise.objects.all()] == ["withdrawn"]
    assert not Item.objects.filter(disputed_minor__isnull=False).exists()
    assert not Item.objects.filter(held_from_on__isnull=False).exists()
    assert unsound() == []


#: Whoever is sent new documents is written to, called, and left alone for some days.
DOCUMENT = """
name: test
title: Test
start: waiting
states:
  waiting:
    title: Waiting
    answers:
      - event: accounts.ItemsAdded
        title: New documents
        go: told
  told:
    title: Told
    steps:
      - id: tell
        title: Tell them
        do:
          - email: reminder_1
          - task: {kind: follow_up, title: Tell them}
          - hold: {reason: manual, days: 5}
"""


@pytest.mark.usefixtures("templates")
def test_what_the_strategy_did_because_of_the_file_is_taken_back_and_what_has_left_is_named(book):
    strategy_actions.rebuild(day=AT.date())
    strategies.publish(DOCUMENT)
    strategies.refresh(book.account.pk)
    of, lines = source(client=book.near), [invoice(1, account="SVW-1001"), invoice(2, account="NEW-1")]
    batch = loaded(of, written(lines), at=builders.AT)
    strategies.answer()
    own = book.task(book.account, title="Somebody's own")
    message = Message.objects.get(account_id=book.account.pk)
    assert (message.state, WorkItem.objects.filter(title="Tell them").count()) == ("queued", 2)

    before = said(look(batch))
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=NEXT)
    chain = undo(batch)

    assert {name: before[name][0] for name in ("messages", "tasks", "holds")} == {"messages": 1, "tasks": 2, "holds": 2}
    assert ("messages" in said(chain), said(chain)["left"]) == (False, (1, None))
    assert [work.state for work in WorkItem.objects.filter(title="Tell them")] == ["cancelled"] * 2
    own.refresh_from_db()
    assert own.state == "open"
    assert [hold.ending for hold in Hold.objects.all()] == ["lifted"] * 2


def test_where_something_changed_since_the_look_nothing_is_done(ledger):
    batch = loaded(ledger, written([invoice(1)]))
    seen = look(batch).seen
    pay(account_of(ledger, "A1"), "10.00")
    entries = Entry.objects.count()

    with pytest.raises(ChainChanged):
        undo(batch, seen=seen)

    assert Entry.objects.count() == entries
    assert intake_queries.get_batch(batch.pk).state == rules.BatchState.COMMITTED


def test_who_may_import_may_not_take_back(ledger):
    batch = loaded(ledger, written([invoice(1)]))
    importer = Actor(label="ada", rights=frozenset({"import receivables", "adjust items", "add items"}))

    with pytest.raises(NotPermitted):
        look(batch, by=importer)
    with pytest.raises(NotPermitted):
        undo(batch, seen="x", by=importer)


def test_where_it_takes_two_one_asks_and_another_does_it(ledger, settings):
    settings.INTAKE_TWO_TAKE_BACK = True
    batch = loaded(ledger, written([invoice(1)]))
    other = Actor(label="nora", user_id=8, rights=MANAGER.rights)

    undo(batch)
    asked = intake_queries.get_batch(batch.pk)
    assert not intake_queries.holds_lines(batch.pk)
    with pytest.raises(rules.OwnUndo):
        undo(batch)
    undo(batch, by=other, reason="")

    done = intake_queries.get_batch(batch.pk)
    assert (asked.state, asked.undo_asked_by, asked.undo_reason) == ("committed", "monica", "wrong file")
    assert (done.state, done.undo_asked_by, done.undone_by) == ("undone", "monica", "nora")


def test_nobody_takes_back_without_a_reason(ledger):
    batch = loaded(ledger, written([invoice(1)]))

    with pytest.raises(rules.WhyMissing):
        undo(batch, reason=" ")
