"""`tallystick check`: a sound book passes, and whatever is broken on purpose is named, counted and ends with 1."""

import io
import json
import re
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.payments.bank_files import bank_account, csv_of, import_file
from tests.strategy import builders as strategies

from tallystick.access import actions as access_actions
from tallystick.access.rules.grants import EVERYTHING
from tallystick.access.rules.rights import Role
from tallystick.accounts.models import Account, Item
from tallystick.charges import actions as charge_actions
from tallystick.config import invariants
from tallystick.contact import actions as contact_actions
from tallystick.contact.rules.digests import Pace
from tallystick.contact.rules.words import Audience, CallOutcome, To
from tallystick.disputes import actions as dispute_actions
from tallystick.disputes.rules import Reason, State
from tallystick.documents import actions as document_actions
from tallystick.documents.rules.files import DocumentKind
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason as HoldReason
from tallystick.insight import actions as insight_actions
from tallystick.kernel import clock, sql
from tallystick.kernel.actor import Actor
from tallystick.kernel.money import Money
from tallystick.kernel.outcome import Chosen
from tallystick.payments import actions as payment_actions
from tallystick.payments.models import Payment
from tallystick.payments.rules.states import ReversalReason
from tallystick.promises import actions as promise_actions
from tallystick.reconciliations import actions as reconciliation_actions
from tallystick.reconciliations.rules import Level
from tallystick.strategy import actions as strategy_actions
from tallystick.strategy.models import LearnedShares
from tallystick.strategy.queries import versions
from tallystick.timeline import actions as timeline

_OF_POLICY = "WHERE paper_id IN (SELECT id FROM strategy_paper WHERE kind <> 'strategy')"
DOCUMENT = """
name: test
title: Chasing
start: waiting
splits:
  tone:
    shares: {soft: 50, firm: 50}
    learns: {state: late, measure: paid_in_full, within: 14 days, at_least: 10}
states:
  waiting:
    steps:
      - id: suspend
        title: Suspend the service
        when: days_past_due >= 7
        do:
          - service: suspend
          - task: {kind: call, title: Call}
          - hold: {reason: manual, days: 3}
          - note: Suspended.
      - id: later
        title: Look again
        after: 30 days
        do:
          - note: Looked again.
    leave:
      - {when: days_past_due > 4000, go: late}
  late:
    steps: [{id: note, when: split.tone = "soft", do: [note: Late.]}]
"""

RISK = """
kind: scorecard
name: risk
title: Risk
components:
  - id: age
    of: days_past_due
    bands: {below 7: 10, 7 and above: 3, unknown: 0}
"""

#: Tables that only grow; whoever owns the server can have it otherwise.
GROWING = (
    "timeline_event",
    "timeline_seal",
    "ledger_entry",
    "accounts_allocation",
    "strategy_decision",
    "strategy_score",
    "strategy_learned_shares",
    "documents_document",
    "documents_blob",
    "insight_closing",
)


#: What the payment that stands pays in the end, in minor units by item.
PAYS = {"INV-1003": 3900, "INV-1004": 100}


@pytest.fixture
def book():
    """A book in which something of everything happened, and every event is sealed; give the account it happened to."""
    clock.travel_to(AT)
    strategy_actions.rebuild(day=TODAY)
    published = strategies.publish(DOCUMENT)
    [split] = versions.program_of(published.document).document.splits
    LearnedShares.objects.create(
        strategy="test",
        split="tone",
        terms=split.terms,
        week=TODAY,
        since=TODAY,
        shares={"soft": 40, "firm": 60},
        found=[],
        set_at=AT - timedelta(days=1),
        set_by="test",
    )
    _late_since_yesterday()
    account, quiet = builders.account(), builders.account()
    item = builders.invoice(account, "100.00", reference="INV-1001")
    for reference, amount in (("INV-1002", "50.00"), ("INV-1003", "40.00"), ("INV-1004", "10.00")):
        builders.invoice(account, amount, reference=reference)
    builders.invoice(quiet, due_on=TODAY)
    sql.value("SELECT nextval('timeline_event_id_seq')")
    bank = bank_account(account.client)
    lines = [("13/02/2026", "INV-1003", "40.00"), ("14/02/2026", "INV-1004", "10.00"), ("14/02/2026", "WHO", "7.00")]
    import_file(csv_of(lines), bank)
    bounced = Payment.objects.get(amount_minor=1000)
    payment_actions.reverse_payment(payment_id=bounced.pk, reason=ReversalReason.BOUNCED, at=AT, by=TEST)
    pays = {Item.objects.get(reference=name).pk: Money(minor, "GBP") for name, minor in PAYS.items()}
    payment_actions.reallocate_payment(
        payment_id=Payment.objects.get(amount_minor=4000).pk, items=pays, reason="Short", at=AT, by=TEST
    )
    dispute = dispute_actions.raise_dispute(
        account_id=account.pk, item_id=item.pk, amount=Money(500, "GBP"), reason=Reason.PRICE, at=AT, by=TEST
    )
    dispute_actions.resolve_dispute(
        account_id=account.pk, dispute_id=dispute.pk, outcome=State.UPHELD, credit=None, at=AT, by=TEST
    )
    promise_actions.record_promise(
        account_id=account.pk, amount=Money(2000, "GBP"), pay_on=TODAY + timedelta(days=3), at=AT, by=TEST
    )
    letter = document_actions.NewFile(account.pk, DocumentKind.SENT_LETTER, "letter.txt", "text/plain", b"Pay us.")
    document = document_actions.store_document(file=letter, at=AT, by=TEST)
    _told_in_a_digest(quiet)
    strategies.run(TODAY)
    second = Item.objects.get(reference="INV-1002")
    hold_actions.hold_items(
        account_id=account.pk, item_ids=[second.pk], amount=Money(3000, "GBP"), reason=HoldReason.MANUAL, at=AT, by=TEST
    )
    risk = strategy_actions.draft(document=RISK, at=AT, by=TEST)
    strategy_actions.publish(version_id=risk.pk, at=AT, by=TEST)
    strategy_actions.keep_scores(day=TODAY, at=AT, by=TEST)
    sql.execute(
        "UPDATE contact_message SET state = 'sent', sent_at = %s, document_id = %s WHERE account_id = %s",
        [AT - timedelta(days=1), document.pk, account.pk],
    )
    _interest_until_yesterday(account)
    strategies.answer(TODAY)
    _reconciled(account)
    assert insight_actions.close_months(month_on=date(2026, 2, 1), today=TODAY, at=AT, by=TEST)
    timeline.seal_events(at=AT)
    timeline.add_note(account_id=quiet.pk, text="Quiet.", happened_on=TODAY, at=AT, by=TEST)
    timeline.seal_events(at=AT + timedelta(days=2))
    yield account
    clock.travel_to(None)


def _late_since_yesterday():
    """Have an account that was called the evening before, and about which the run of the day decides by time."""
    account, evening = builders.account(), AT - timedelta(hours=12)
    builders.invoice(account, due_on=TODAY - timedelta(days=7))
    contact_actions.log_call(
        account_id=account.pk, outcome=CallOutcome.NO_ANSWER, number="07700 900123", at=evening, by=TEST
    )
    strategies.answer(TODAY - timedelta(days=1))


def _told_in_a_digest(account):
    """Have a colleague be told of an account in a digest that left yesterday."""
    ann = access_actions.add_user(username="ann", email="ann@house.example", at=AT, by=TEST)
    access_actions.set_roles(user_id=ann.pk, roles=[Role.COLLECTOR], reaches=[EVERYTHING], at=AT, by=TEST)
    by = Actor("Ann", user_id=ann.pk)
    asked_at = AT - timedelta(days=2)
    contact_actions.choose_own(paces={"": Pace.DAILY}, hour=8, weekday=0, calendar="GB-EAW", at=asked_at, by=by)
    contact_actions.load_templates(at=asked_at, by=TEST)
    contact_actions.queue_notices(
        Chosen([account.pk], [1], "test"), to=To(Audience.USER, "ann"), template="notice_to_sales", at=asked_at, by=TEST
    )
    contact_actions.send_due(at=asked_at, by=TEST)
    assert contact_actions.send_digests(at=AT - timedelta(hours=1), by=TEST).done == 1


def _interest_until_yesterday(account):
    """Charge interest and a fixed sum on what is late."""
    document = {
        "rate": {"rule": "interest.late_payment"},
        "fixed_sum": {"rule": "late_payment.fixed_sum"},
        "charged": "daily",
        "fees": [{"code": "late", "for": "late", "amount": "5.00"}],
    }
    charge_actions.set_agreement(
        client_id=account.client_id, from_on=date(2026, 1, 1), document=document, at=AT, by=TEST
    )
    assert charge_actions.accrue(day=TODAY - timedelta(days=1), at=AT, by=TEST).done
    assert charge_actions.charge_fees(day=TODAY - timedelta(days=1), at=AT, by=TEST).done


def _reconciled(account):
    """Hold the client's book against a control total that differs from it."""
    reconciliation_actions.reconcile(
        client_code=account.client.code,
        level=Level.CONTROL,
        on=TODAY,
        total=Money(100, "GBP"),
        name="Control account",
        at=AT,
        by=TEST,
    )


def unlock():
    """Have the record changed like any other table, as somebody does who owns the server."""
    sql.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in GROWING:
        for leaf in [table, *(row["leaf"] for row in sql.rows(LEAVES, [table]))]:
            sql.execute(f"ALTER TABLE {leaf} DISABLE TRIGGER USER")
            sql.execute(f"GRANT UPDATE, DELETE ON {leaf} TO CURRENT_USER")


LEAVES = "SELECT inhrelid::regclass::text AS leaf FROM pg_inherits WHERE inhparent = %s::text::regclass"


def again(table):
    """Write the statement that adds the first row of a table once more, under a number of its own."""
    columns = [
        row["name"]
        for row in sql.rows(
            "SELECT attname AS name FROM pg_attribute WHERE attrelid = %s::text::regclass AND attnum > 0"
            " AND NOT attisdropped AND attname <> 'id'",
            [table],
        )
    ]
    names = ", ".join(columns)
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} ORDER BY id LIMIT 1"  # noqa: S608


ENTRY = (
    "INSERT INTO ledger_entry (account_id, item_id, debit, credit, amount_minor, currency, booked_on, cause_kind, cause_id,"
    " cause_no, posted_at, reverses_id) SELECT {} FROM accounts_account AS account WHERE id = %(account)s"
)

REFUSED = (
    "INSERT INTO timeline_event (account_id, recorded_at, happened_on, kind, actor, data)"
    " SELECT account_id, recorded_at, happened_on, 'strategy.OrderRefused', actor, data || '{{\"order_no\": {}}}'"
    " FROM timeline_event WHERE kind = 'strategy.StepTaken' AND account_id = %(account)s"
)

#: Each invariant, how it is broken, and what is said of it.
BREAKS = [
    (
        "the hash chain is whole",
        ["UPDATE timeline_event SET actor = 'Mallory' WHERE kind = 'accounts.ItemAdded'"],
        "or the seal, was changed",
    ),
    (
        "the hash chain is whole",
        ["DELETE FROM timeline_event WHERE kind = 'promises.PromiseMade'"],
        "1 of its events are gone",
    ),
    (
        "no event slipped in",
        [
            "INSERT INTO timeline_event (id, account_id, recorded_at, happened_on, kind, actor, data)"
            " SELECT gap.id, %(account)s, now(), now(), 'timeline.NoteAdded', 'Mallory', '{}'"
            " FROM (SELECT min(id) + 1 AS id FROM timeline_event AS event"
            "       WHERE NOT EXISTS (SELECT FROM timeline_event AS next WHERE next.id = event.id + 1)) AS gap"
        ],
        "stands between sealed ones",
    ),
    (
        "documents are what they were",
        ["UPDATE documents_blob SET content = 'Pay us more.'"],
        "letter.txt) has other bytes than it was stored with",
    ),
    ("documents are what they were", ["DELETE FROM documents_blob"], "letter.txt) has lost its bytes"),
    (
        "the ledger balances",
        [ENTRY.format("id, NULL, 1, 99, 500, 'GBP', now(), 6, 77, 0, now(), NULL")],
        "moves 500 from 1 to 99",
    ),
    (
        "no money was posted twice",
        ["ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_once", again],
        "one cause has 2 entries",
    ),
    (
        "reversals mirror what they reverse",
        ["UPDATE ledger_entry SET amount_minor = amount_minor + 1 WHERE reverses_id IS NOT NULL"],
        "does not mirror entry",
    ),
    (
        "items are what the ledger says",
        ["UPDATE accounts_item SET open_minor = 4999 WHERE reference = 'INV-1002'"],
        "item INV-1002 shows 4999, the ledger says 5000",
    ),
    (
        "profiles are what parties are",
        ["UPDATE parties_profile SET addresses = addresses + 1"],
        " of kind address are counted",
    ),
    (
        "what is owed by day is what accounts owe",
        ["UPDATE accounts_owed_by_day SET minor = minor + 1 WHERE due_on IS NOT NULL"],
        " owed",
    ),
    (
        "money on account is what the ledger says",
        ["UPDATE accounts_account SET on_account_minor = 5 WHERE id = %(account)s"],
        "shows 5 on account, the ledger says 0",
    ),
    (
        "credits are allocated once",
        ["UPDATE ledger_entry SET amount_minor = 4000 WHERE amount_minor = 3900"],
        "of 4000 pays 4100",
    ),
    ("allocations were decided", ["DELETE FROM accounts_allocation"], "is of decision 1, which nobody took"),
    (
        "entries belong to an account",
        ["UPDATE ledger_entry SET account_id = 999999 WHERE id = (SELECT min(id) FROM ledger_entry)"],
        "account 999999: entry",
    ),
    (
        "nothing belongs to nobody",
        ["UPDATE accounts_item SET client_id = 999999 WHERE reference = 'INV-1002'"],
        "belongs to no account of its client",
    ),
    (
        "accounts are found by their reference",
        ["DELETE FROM accounts_account_lookup WHERE account_id = %(account)s"],
        "is not found by its reference",
    ),
    (
        "a closed month is closed once",
        ["UPDATE insight_closing SET number = number + 1"],
        "does not follow",
    ),
    (
        "every difference has a name",
        ["UPDATE reconciliations_difference SET minor = minor + 1"],
        ", its differences come to ",
    ),
    (
        "interest is what the ledger says",
        ["UPDATE charges_bearing SET charged_minor = charged_minor + 1"],
        ", the ledger says ",
    ),
    (
        "interest is what its lines prove",
        ["UPDATE charges_line SET amount_minor = amount_minor + 1"],
        ", its lines to ",
    ),
    (
        "each day of interest has one line",
        ["UPDATE charges_line SET first_day = first_day + 1"],
        "does not follow the one before",
    ),
    (
        "interest stands beside the item that bears it",
        ["UPDATE charges_bearing SET interest_item_id = NULL"],
        "stands beside no item of its account",
    ),
    (
        "fixed sums are what the ledger says",
        ["UPDATE charges_bearing SET fixed_minor = 1"],
        "is 1, the ledger says ",
    ),
    (
        "fees are what the ledger says",
        [
            "UPDATE charges_fee SET amount_minor = 1",
        ],
        "is 1, the ledger says 500",
    ),
    ("holds belong to an account", ["UPDATE holds_hold SET account_id = 999999"], "belongs to no account"),
    (
        "items are held as their holds say",
        ["UPDATE accounts_item SET held_minor = 4000 WHERE held_minor = 3000"],
        "item INV-1002 is not on hold as hold",
    ),
    (
        "items are held as their holds say",
        ["UPDATE holds_hold SET ended_at = now(), ending = 'lifted' WHERE item_id IS NOT NULL"],
        "item INV-1002 is on hold by no hold",
    ),
    (
        "items are held as their holds say",
        ["UPDATE accounts_item SET held_minor = NULL, held_from_on = NULL, held_until_on = NULL"],
        "does not stand on the item it names",
    ),
    (
        "no hold was placed twice",
        ["ALTER TABLE holds_hold DROP CONSTRAINT holds_hold_once_per_cause", again],
        "has 2 holds",
    ),
    (
        "suspense is what waits",
        ["UPDATE payments_statement_line SET open_minor = 300 WHERE amount_minor = 700"],
        "suspense is 1700, the lines say 1300",
    ),
    (
        "lines are what was made of them",
        ["UPDATE payments_statement_line SET open_minor = 300 WHERE amount_minor = 700"],
        "has 300 left of 700, payments took 0",
    ),
    ("payments are booked", ["UPDATE payments_payment SET amount_minor = 9999"], "of 9999 has entries of 4000"),
    (
        "transfers meet",
        [ENTRY.format("id, NULL, 33, 9, 500, 'GBP', now(), 3, 77, 0, now(), NULL")],
        "GBP is on the way between accounts",
    ),
    (
        "messages belong to an account",
        ["UPDATE contact_message SET client_id = 999999"],
        "belongs to no account of its client",
    ),
    (
        "no message was queued twice",
        ["ALTER TABLE contact_message DROP CONSTRAINT contact_message_once_per_cause", again],
        "has 2 messages",
    ),
    (
        "what waits for a digest is told",
        ["DELETE FROM contact_notice_copy"],
        "is in no digest and waits for none",
    ),
    ("what waits for a digest is told", ["DELETE FROM contact_digest"], "is in a digest that is not"),
    (
        "a digest that left is kept",
        ["UPDATE contact_digest SET document_id = NULL"],
        "left, and what it said is not kept",
    ),
    ("what left is kept", ["UPDATE contact_message SET document_id = NULL"], "left, and what it said is not kept"),
    (
        "promises are judged by their money",
        ["UPDATE promises_promise SET paid_minor = 1"],
        "is open, and open by its money",
    ),
    (
        "one promise is open",
        ["DROP INDEX promises_promise_one_open", again],
        "2 promises are open",
    ),
    (
        "disputes are of the account's items",
        [
            "UPDATE disputes_dispute SET item_id = (SELECT id FROM accounts_item WHERE account_id <> %(account)s LIMIT 1)"
        ],
        "is of no item of the account",
    ),
    (
        "items are disputed as their disputes say",
        ["UPDATE accounts_item SET disputed_minor = 7 WHERE account_id = %(account)s"],
        "says 7 is disputed, its disputes 0",
    ),
    ("upheld disputes are credited", ["UPDATE disputes_dispute SET credited_minor = 1"], "says 1, the ledger 500"),
    (
        "closed accounts have no work",
        [
            "UPDATE accounts_account SET state = 'closed', closed_on = now(), close_reason = 'paid' WHERE id = %(account)s"
        ],
        "is open on a closed account",
    ),
    (
        "work belongs to an account",
        ["UPDATE worklists_work_item SET client_id = 999999"],
        "belongs to no account of its client",
    ),
    (
        "no task was opened twice",
        ["ALTER TABLE worklists_work_item DROP CONSTRAINT worklists_work_item_once_per_cause", again],
        "has 2 tasks",
    ),
    (
        "facts equal a fresh computation",
        ["UPDATE accounts_item SET due_on = due_on - 1 WHERE reference = 'INV-1002'"],
        ": 2026-02-01 in the book, 2026-01-31 afresh",
    ),
    (
        "facts equal a fresh computation",
        ["UPDATE worklists_work_item SET state = 'done', done_at = now()"],
        "worklists.open_tasks: 1 in the book, 0 afresh; ",
    ),
    (
        "facts equal a fresh computation",
        ["DELETE FROM strategy_book WHERE account_id = %(account)s"],
        "does not stand in the",
    ),
    (
        "facts equal a fresh computation",
        ["INSERT INTO strategy_book (account_id) VALUES (64999)"],
        "account 64999: stands in the book, and there is no such account",
    ),
    (
        "every version is understood",
        ["UPDATE strategy_version SET document = replace(document, 'days_past_due', 'days_past_dew')"],
        "Chasing 1 cannot be read: The document has ",
    ),
    (
        "what decides was approved",
        ["UPDATE strategy_version SET document = replace(document, 'Look again', 'Look twice')"],
        "Chasing 1 was published, and is not what was approved",
    ),
    (
        "what decides was approved",
        [
            "INSERT INTO strategy_version (paper_id, number, document, state, created_at, created_by, is_by_system,"
            " published_at, published_by, retired_at, restores_id)"
            " SELECT paper_id, 2, document || '#', 'retired', created_at, created_by, false, published_at, published_by,"
            " published_at, id FROM strategy_version"
        ],
        "Chasing 2 is not the version 1 that it restores",
    ),
    (
        "every policy is understood",
        [f"UPDATE strategy_version SET document = replace(document, 'days_past_due', 'days_past_dew') {_OF_POLICY}"],  # noqa: S608
        "Risk 1 cannot be understood",
    ),
    (
        "what decides was approved",
        [f"UPDATE strategy_version SET document = document || '#' {_OF_POLICY}"],  # noqa: S608
        "Risk 1 was published, and is not what was approved",
    ),
    (
        "scores are what their inputs give",
        ["UPDATE strategy_score SET inputs = '{\"age\": 6}' WHERE account_id = %(account)s"],
        "the score of 2026-03-02 is not what its inputs give",
    ),
    (
        "scores are what their inputs give",
        ["UPDATE strategy_score SET score = score + 1 WHERE account_id = %(account)s"],
        "the contributions of 2026-03-02 do not sum to the score",
    ),
    (
        "the book is of these facts",
        ["UPDATE strategy_rebuild SET facts = 'others'"],
        "the facts of this program are others than those the book was last rebuilt by, on 2026-03-02",
    ),
    (
        "the book is of these facts",
        ["DELETE FROM strategy_rebuild"],
        "the book was never rebuilt by the facts of this program",
    ),
    (
        "learned shares are sound",
        ['UPDATE strategy_learned_shares SET shares = \'{"soft": 40, "firm": 50}\''],
        "test, tone, from 2026-03-02: its shares are not a hundred, or one is nothing",
    ),
    (
        "learned shares are sound",
        ["UPDATE strategy_learned_shares SET since = since - 1"],
        "test, tone, from 2026-03-01: it held before it was set",
    ),
    (
        "learned shares are sound",
        [
            "INSERT INTO strategy_split_act (strategy, split, kind, reason, at, by)"
            " SELECT strategy, split, 'frozen', 'Christmas', set_at - interval '1 day', 'mara' FROM strategy_learned_shares"
        ],
        "test, tone, from 2026-03-02: it was set while frozen",
    ),
    (
        "chances are those of the day",
        ['UPDATE strategy_decision SET facts = facts || \'{"split.tone chances": {"soft": 50, "firm": 50}}\''],
        "was decided for on 2026-03-02 by other chances than the split tone had on 2026-03-02",
    ),
    (
        "open accounts have a next step or a reason",
        ["UPDATE strategy_book SET place = 99 WHERE account_id = %(account)s"],
        "stands in place 99 of Chasing 1, which there is not",
    ),
    (
        "open accounts have a next step or a reason",
        ["UPDATE strategy_book SET version_id = 999999 WHERE account_id = %(account)s"],
        "is in version 999999 of a strategy, which there is not",
    ),
    (
        "open accounts have a next step or a reason",
        ["UPDATE strategy_book SET next_review_on = NULL WHERE account_id = %(account)s"],
        "waits for “Look again” of Chasing, on no day",
    ),
    (
        "open accounts have a next step or a reason",
        ["UPDATE strategy_book SET version_id = NULL, place = NULL WHERE account_id = %(account)s"],
        "is in no strategy, though Chasing is assigned to it",
    ),
    (
        "open accounts have a next step or a reason",
        ["DELETE FROM strategy_assignment"],
        "is in Chasing, though none is assigned to it",
    ),
    (
        "open accounts have a next step or a reason",
        ["UPDATE strategy_version SET state = 'retired', emptied_at = now()"],
        "is in Chasing 1, which every account has left",
    ),
    (
        "nothing due was forgotten",
        [
            "UPDATE strategy_book SET oldest_due_on = '2026-02-01', state_entered_on = '2026-03-01'"
            " WHERE account_id <> %(account)s AND NOT is_house"
        ],
        "Suspend the service is due and did not happen",
    ),
    (
        "no decision was made twice",
        ["ALTER TABLE strategy_decision DROP CONSTRAINT strategy_decision_once", again],
        "was decided 2 times on 2026-03-02",
    ),
    ("what was decided was done", ["DELETE FROM worklists_work_item"], "ordered a task call, and there is none"),
    (
        "what was decided was done",
        ["DELETE FROM contact_message"],
        "ordered a message service suspend, and there is none",
    ),
    ("what was decided was done", ["UPDATE holds_hold SET reason = 'legal'"], "which did not order it"),
    ("what was decided was done", ["UPDATE worklists_work_item SET cause_id = 999999"], "comes of decision 999999"),
    (
        "what was decided was noted",
        ["DELETE FROM timeline_event WHERE kind = 'timeline.NoteAdded' AND data ->> 'decision' IS NOT NULL"],
        "ordered notes: 1, on the timeline: 0",
    ),
    (
        "what was decided was noted",
        ["UPDATE timeline_event SET data = data || '{\"decision\": 999999}' WHERE kind = 'timeline.NoteAdded'"],
        "decision 999999 ordered notes: 0, on the timeline: 1",
    ),
    (
        "what was decided was told",
        ["DELETE FROM timeline_event WHERE kind = 'strategy.StepTaken'"],
        "of 2026-03-02 is not on the timeline",
    ),
    (
        "what was decided was told",
        ["UPDATE timeline_event SET data = data || '{\"decision_id\": 999999}' WHERE kind = 'strategy.StepTaken'"],
        "the timeline tells of decision 999999, which there is not",
    ),
    (
        "what was decided was told",
        [
            "INSERT INTO timeline_event (account_id, recorded_at, happened_on, kind, actor, data)"
            " SELECT account_id, recorded_at, happened_on, kind, actor, data FROM timeline_event"
            " WHERE kind = 'strategy.StepTaken'"
        ],
        "is on the timeline 2 times",
    ),
    (
        "no decision of the night was stale",
        [
            "UPDATE strategy_book SET contact_call_on = NULL",
            # All is one transaction here: as if it had looked when all that was told was over.
            "UPDATE strategy_run_chunk SET looks = '[[0, [], 9999999999]]'",
        ],
        "does not know of contact.CallLogged",
    ),
    ("what was refused was refused once", [REFUSED.format(7), REFUSED.format(7)], "was refused 2 times"),
    ("what was refused was refused once", [REFUSED.format(0)], "was refused, and carried out"),
    ("finished runs are whole", ["DELETE FROM strategy_run_chunk"], "is finished, and of its 1 parts 0 are done"),
    (
        "finished runs are whole",
        [
            "INSERT INTO strategy_run_failure (run_id, chunk, failed_at, worker, error, sentence)"
            " SELECT run_id, chunk, marked_at, worker, 'KeyError', 'It failed.' FROM strategy_run_chunk"
        ],
        "part 1 of the run of 2026-03-02 is done, and has failed",
    ),
]


def checked(*arguments):
    """Run `tallystick check`, and give its exit code with what it said."""
    said = io.StringIO()
    try:
        call_command("check", *arguments, stdout=said)
    except CommandError as error:
        return error.returncode, said.getvalue() + str(error)
    return 0, said.getvalue()


@pytest.mark.django_db
def test_a_sound_book_passes_and_everything_in_it_was_looked_at(book):
    code, said = checked()

    assert code == 0, said
    lines = said.splitlines()
    assert lines.pop() == "Everything that must be true is true."
    assert len(lines) == len(list(invariants.all_invariants()))
    for line in lines:
        assert line.startswith("ok ")
        assert int(line.split()[-1].replace(",", "")) > 0, line


def test_every_invariant_is_broken_by_a_test():
    assert {invariant.name for _room, invariant in invariants.all_invariants()} == {
        name for name, _how, _said in BREAKS
    }


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "how", "what"), BREAKS, ids=[f"{name}: {said}"[:80] for name, _how, said in BREAKS])
@pytest.mark.once
def test_what_is_broken_is_named_and_ends_with_1(book, name, how, what):
    unlock()
    for statement in how:
        text = (
            again(how[0].split()[2] if "TABLE" in how[0] else "promises_promise") if statement is again else statement
        )
        assert sql.execute(text, {"account": book.pk}) != 0

    code, said = checked()

    assert code == 1
    (line,) = [line for line in said.splitlines() if line.startswith("BAD") and name in line]
    rest = said.split(line)[1].split("\nok ")[0].split("\nBAD")[0]
    assert what in rest
    assert "What to do: " in rest


@pytest.mark.django_db
def test_facts_that_wait_for_the_next_run_are_compared_as_of_their_last_day(book):
    later = AT + timedelta(days=120)
    clock.travel_to(later)
    assert checked("facts equal")[0] == 0

    unlock()
    sql.execute("UPDATE payments_payment SET booked_on = booked_on - 1 WHERE amount_minor = 4000")

    code, said = checked("facts equal")
    assert code == 1
    assert re.search(r"payments.last_on, [^:;]+: 2026-02-13 in the book, 2026-02-12 afresh", said)


@pytest.mark.django_db
def test_accounts_that_wait_for_their_answer_are_passed_over(book):
    builders.invoice(book, "9.00", due_on=date(2025, 12, 1))
    builders.account()

    assert checked()[0] == 0


@pytest.mark.django_db
def test_an_order_that_was_refused_is_done_with(book):
    sql.execute("DELETE FROM worklists_work_item")
    refused = sql.Rows(
        "SELECT account_id, due_on AS happened_on, jsonb_build_object('decision_id', id, 'order_no', 1) AS data"
        " FROM strategy_decision WHERE cause_id = 0"
    )
    timeline.append_rows(refused, kind="strategy.OrderRefused", at=AT, by=TEST)

    assert checked("decided was done")[0] == 0


@pytest.mark.django_db
def test_of_many_breaches_the_first_are_named_and_all_are_counted(book):
    for _number in range(3):
        builders.account()
    sql.execute("DELETE FROM accounts_account_lookup")

    code, said = checked("found by their reference", "--named", "2")

    assert code == 1
    total = Account.objects.count()
    assert f"{total} breaches:" in said
    assert said.count("is not found by its reference") == 2
    assert f"and {total - 2} more" in said


@pytest.mark.django_db
def test_a_room_or_some_words_choose_what_is_checked_and_json_says_it_all(book):
    names = [json.loads(line)["name"] for line in checked("ledger", "one promise", "--json")[1].splitlines()]
    assert names == [
        "the ledger balances",
        "no money was posted twice",
        "reversals mirror what they reverse",
        "one promise is open",
    ]

    sql.execute("UPDATE accounts_item SET open_minor = 4999 WHERE reference = 'INV-1002'")
    code, said = checked("items are", "--json")

    assert code == 1
    told = json.loads(said.splitlines()[0])
    assert (told["room"], told["checked"], told["breaches"]) == ("accounts", 18, 1)
    assert told["named"] == [f"account {book.pk}: item INV-1002 shows 4999, the ledger says 5000"]

    code, said = checked("no such thing")
    assert code == 1
    assert "tallystick check --list" in said


def test_what_would_be_checked_is_listed_with_its_meaning():
    code, said = checked("--list")

    assert code == 0
    for room, invariant in invariants.all_invariants():
        assert f"{room:<12} {invariant.name}\n" in said
        assert invariant.sentence in said
        assert invariant.sentence.endswith(".")


@pytest.mark.django_db(transaction=True)
def test_check_writes_nothing_and_cannot():
    with invariants._one_look(), pytest.raises(Exception, match="read-only transaction"):
        sql.execute("DELETE FROM accounts_client")


@pytest.mark.django_db
def test_before_the_run_of_a_day_nothing_can_have_been_forgotten(book):
    clock.travel_to(AT + timedelta(days=1))

    code, said = checked("nothing due")

    assert code == 0
    assert said.splitlines()[0].split()[-1] == "0"


@pytest.mark.django_db
def test_a_version_that_cannot_be_read_is_one_breach_and_not_one_for_each_account(book):
    sql.execute(
        "UPDATE strategy_version SET document = replace(document, 'days_past_due', 'days_past_dew') WHERE paper_id IN"
        " (SELECT id FROM strategy_paper WHERE kind = 'strategy')"
    )

    code, said = checked("understood")

    assert code == 1
    (bad,) = [line for line in said.splitlines() if line.startswith("BAD")]
    assert "every version is understood" in bad
