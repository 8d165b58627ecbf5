"""Every event is on the page of wiring, and what changes facts brings them up to date."""

import re

import pytest
from tests import builders
from tests.builders import AT, TEST, TODAY
from tests.strategy import builders as strategies

from tallystick.accounts import actions as account_actions
from tallystick.config import wiring
from tallystick.contact import actions as contact_actions
from tallystick.contact.rules.words import Command
from tallystick.desk import actions as desk_actions
from tallystick.kernel import sql
from tallystick.kernel.outcome import Chosen
from tallystick.parties.rules import ContactKind
from tallystick.strategy.models import Touched
from tallystick.strategy.queries import catalogue
from tallystick.timeline import actions as timeline

ANSWERS_NOTES = f"""{strategies.HEAD}states:
  waiting:
    answers:
      - event: timeline.NoteAdded
        title: Read
        do:
          - task: {{kind: review, title: Read the note}}
"""


def touched(kind):
    return list(Touched.objects.filter(kind=kind).order_by("account_id").values_list("account_id", flat=True))


def test_every_event_is_on_the_page_once_and_no_other():
    named = [*wiring.TOUCHES, *wiring.LEAVES_FACTS]

    assert sorted(named) == sorted(catalogue.event_kinds())
    assert set(wiring.JOBS) | set(wiring.BRINGS_ITEMS) | wiring.OF_THE_DEBTOR | wiring.STREAMED <= set(wiring.TOUCHES)
    assert all(reason.endswith(".") for reason in wiring.LEAVES_FACTS.values())


@pytest.mark.django_db
def test_what_is_learned_of_a_debtor_touches_all_accounts_of_that_debtor():
    account = builders.account()
    sibling = account_actions.open_account(
        portfolio=account.portfolio,
        party_id=account.party_id,
        reference="SIBLING",
        currency="GBP",
        opened_on=TODAY,
        at=AT,
        by=TEST,
    )
    stranger = builders.account(account.portfolio)

    desk_actions.add_contact_point(
        account_id=account.pk, kind=ContactKind.EMAIL, value="amelia@example.com", at=AT, by=TEST
    )
    strategies.answer()

    assert strategies.row(account.pk)["has_email"]
    assert strategies.row(sibling.pk)["has_email"]
    assert not strategies.row(stranger.pk)["has_email"]


@pytest.mark.django_db
def test_a_command_counts_from_the_moment_it_is_queued():
    account = builders.account()
    builders.invoice(account)
    chosen = Chosen([account.pk], [1], "decision")

    strategies.answer()

    outcome = contact_actions.queue_service_commands(chosen, command=Command.SUSPEND, at=AT, by=TEST)
    assert outcome.done == 1
    assert touched("contact.ServiceOrdered") == [account.pk]
    strategies.answer()

    assert strategies.row(account.pk)["contact_suspended"]


@pytest.mark.django_db
@pytest.mark.parametrize("answered", [True, False], ids=["a strategy answers it", "no strategy does"])
def test_an_event_that_changes_no_fact_waits_only_where_a_strategy_answers_it(answered):
    account = builders.account()
    if answered:
        strategies.publish(ANSWERS_NOTES)

    timeline.add_note(account_id=account.pk, text="Rang back.", happened_on=TODAY, at=AT, by=TEST)

    assert touched("timeline.NoteAdded") == ([account.pk] if answered else [])


def _tell(kind, *account_ids):
    timeline.append_bulk(kind=kind, account_ids=account_ids, data={}, happened_on=TODAY, at=AT, by=TEST)


def _jobs():
    return sql.value("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'strategy.answer_events'")


@pytest.mark.django_db
def test_a_stream_of_messages_is_answered_by_one_job_and_everything_else_at_once():
    account = builders.account()
    strategies.answer()
    before = _jobs()

    for _number in range(3):
        _tell("contact.MessageSent", account.pk)
    assert _jobs() == before + 1

    _tell("worklists.TaskDone", account.pk)
    assert _jobs() == before + 2

    assert strategies.answer() == 4
    _tell("contact.MessageSent", account.pk)
    assert _jobs() == before + 3


@pytest.mark.django_db
@pytest.mark.parametrize("pays", [True, False])
def test_new_items_start_the_job_that_pays_them_where_the_terms_of_a_client_say_so(pays):
    account = builders.account(builders.portfolio(builders.client(on_account_pays=pays)))

    builders.invoice(account)

    started = sql.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'accounts.allocate_on_account'")
    assert [row["args"]["account_ids"] for row in started] == ([[account.pk]] if pays else [])


#: The tables that facts read, and the events that tell of a change in them; or why there is none.
TOLD_BY = {
    "accounts_account": (
        "accounts.AccountOpened",
        "accounts.AccountClosed",
        "accounts.CreditApplied",
        "accounts.CreditReallocated",
        "accounts.CreditTakenBack",
    ),
    "accounts_client": "Its time zone is given when it is opened, and never changed.",
    "accounts_item": (
        "accounts.CreditApplied",
        "accounts.CreditReallocated",
        "accounts.CreditTakenBack",
        "accounts.ItemAdded",
        "accounts.ItemAdjusted",
        "accounts.ItemRedated",
        "accounts.ItemsAdded",
        "accounts.SettledAtSource",
    ),
    "contact_call": ("contact.CallLogged",),
    "contact_message": (
        "contact.MessageCancelled",
        "contact.MessageFailed",
        "contact.MessageRefused",
        "contact.MessageResent",
        "contact.MessageSent",
        "contact.ServiceCommanded",
        "contact.ServiceOrdered",
    ),
    "disputes_dispute": ("disputes.DisputeRaised", "disputes.DisputeResolved"),
    "holds_hold": ("holds.HoldEnded", "holds.HoldLifted", "holds.HoldMoved", "holds.HoldPlaced"),
    "parties_profile": (
        "desk.AddressChanged",
        "desk.ContactPointAdded",
        "desk.ContactPointChanged",
        "intake.DebtorCorrected",
    ),
    "payments_payment": ("payments.PaymentReceived", "payments.PaymentReversed"),
    "promises_promise": (
        "promises.PromiseBroken",
        "promises.PromiseKept",
        "promises.PromiseMade",
        "promises.PromisePartlyKept",
        "promises.PromiseReopened",
        "promises.PromiseReplaced",
        "promises.PromiseWithdrawn",
    ),
    "worklists_work_item": (
        "worklists.TaskCancelled",
        "worklists.TaskDone",
        "worklists.TaskOpened",
        "worklists.TaskPutOff",
    ),
}


def test_every_table_that_a_fact_reads_is_told_of():
    read = {table for source in catalogue.sources() for table in re.findall(r"\b(?:FROM|JOIN)\s+(\w+_\w+)", source.sql)}

    assert read == set(TOLD_BY), "say which events tell of a change in it, or why there is none"
    for told in TOLD_BY.values():
        assert isinstance(told, str) or set(told) <= set(wiring.TOUCHES)
