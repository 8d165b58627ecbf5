"""Whether we may: the rule by itself, and its twin in SQL over the same situations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.conf import settings
from tests.contact.conftest import AT, BY, Book, chosen, only_message

from tallystick.accounts import actions as account_actions
from tallystick.accounts.models import Account, Item
from tallystick.accounts.rules import NEVER, CloseReason, PartyRole
from tallystick.contact import actions
from tallystick.contact.models import Message, Template
from tallystick.contact.rules.may import RULES, Limits, Situation, activity_of, may_we, quiet_until
from tallystick.contact.rules.words import Channel, Command, Purpose
from tallystick.holds.models import Hold
from tallystick.holds.rules import STOPS, Activity, Reason
from tallystick.parties.models import ContactPoint

FREE = Situation(Channel.EMAIL, address="ann@example.org")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({}, "", id="nothing stands against it"),
        pytest.param({"account_open": False}, "contact.account_closed", id="account closed"),
        pytest.param({"owed_minor": 0}, "contact.nothing_owed", id="nothing owed"),
        pytest.param({"owed_minor": 1}, "", id="a penny owed"),
        pytest.param({"holds": frozenset({Reason.MANUAL})}, "contact.held", id="held"),
        pytest.param({"held_minor": 1}, "contact.held", id="every item held"),
        pytest.param({"owed_minor": 2, "held_minor": 1}, "", id="one item of two held"),
        pytest.param({"held_minor": 1, "purpose": Purpose.INFORMATION}, "", id="every item held, a statement"),
        pytest.param({"represented": True}, "contact.represented", id="a solicitor acts"),
        pytest.param({"address": ""}, "contact.no_address", id="no address"),
        pytest.param({"address_state": "bad"}, "contact.address_bad", id="bounced before"),
        pytest.param({"consent": False}, "contact.consent_refused", id="refused to be reached here"),
        pytest.param({"consent": None}, "", id="nothing said about consent"),
        pytest.param({"recent": 2}, "", id="heard twice this week"),
        pytest.param({"recent": 3}, "contact.too_often", id="heard three times this week"),
        pytest.param({"recent": 9, "purpose": Purpose.REQUIRED}, "", id="the law asks for it however often"),
        pytest.param({"recent": 9, "account_open": False}, "contact.account_closed", id="the first no is told"),
    ],
)
def test_the_first_no_decides(changed: dict[str, object], code: str) -> None:
    assert may_we(replace(FREE, **changed), Limits()).refusal == code


@pytest.mark.parametrize("reason", Reason)
def test_a_promise_holds_back_demands_and_not_information(reason: Reason) -> None:
    held = replace(FREE, holds=frozenset({reason}))

    demand = may_we(held, Limits())
    information = may_we(replace(held, purpose=Purpose.INFORMATION), Limits())
    required = may_we(replace(held, purpose=Purpose.REQUIRED), Limits())

    assert not demand
    assert bool(information) == (reason not in {Reason.BREATHING_SPACE, Reason.INSOLVENCY})
    assert required


def test_a_service_is_given_back_whatever_stands_against_it() -> None:
    worst = Situation(
        Channel.SERVICE,
        command=Command.RESUME,
        purpose=Purpose.INTERNAL,
        address="NG-1",
        account_open=False,
        owed_minor=0,
        holds=frozenset(Reason),
        represented=True,
        recent=99,
    )

    assert may_we(worst, Limits())
    assert may_we(replace(worst, command=Command.SUSPEND), Limits()).refusal == "contact.account_closed"
    assert activity_of(purpose=Purpose.INTERNAL, command=Command.SUSPEND) == Activity.ENFORCE


def test_notices_to_colleagues_ask_for_an_address_and_nothing_else() -> None:
    notice = Situation(Channel.NOTICE, purpose=Purpose.INTERNAL, address="a@house.example", holds=frozenset(Reason))

    assert may_we(notice, Limits()).by_rule == {"addressed": True}


@pytest.mark.parametrize(
    ("at", "until"),
    [
        pytest.param(
            datetime(2026, 7, 1, 6, 59, 59, tzinfo=UTC), datetime(2026, 7, 1, 7, tzinfo=UTC), id="before eight"
        ),
        pytest.param(datetime(2026, 7, 1, 7, 0, tzinfo=UTC), None, id="eight sharp, summer time"),
        pytest.param(datetime(2026, 7, 1, 19, 59, 59, tzinfo=UTC), None, id="last second before nine"),
        pytest.param(datetime(2026, 7, 1, 20, 0, tzinfo=UTC), datetime(2026, 7, 2, 7, tzinfo=UTC), id="nine sharp"),
        pytest.param(datetime(2026, 7, 4, 20, 0, tzinfo=UTC), datetime(2026, 7, 6, 7, tzinfo=UTC), id="Saturday night"),
        pytest.param(datetime(2026, 7, 5, 12, 0, tzinfo=UTC), datetime(2026, 7, 6, 7, tzinfo=UTC), id="Sunday noon"),
        pytest.param(
            datetime(2026, 10, 24, 20, 30, tzinfo=UTC), datetime(2026, 10, 26, 8, tzinfo=UTC), id="clocks go back"
        ),
        pytest.param(datetime(2026, 12, 24, 22, 0, tzinfo=UTC), datetime(2026, 12, 26, 8, tzinfo=UTC), id="Christmas"),
    ],
)
def test_no_telephone_sounds_at_night_on_sundays_or_on_holidays(at: datetime, until: datetime | None) -> None:
    assert quiet_until(at, time_zone="Europe/London", limits=Limits(), holidays=[date(2026, 12, 25)]) == until


# The twin: the same situations, once as values and once as rows.

_POINTS = {
    "none": None,
    "works": ("unverified", None),
    "confirmed, agreed": ("confirmed", True),
    "bad": ("bad", None),
    "refused": ("confirmed", False),
}


def _rows(book: Book, situation: Situation) -> Account:
    """Write a situation down as an account that is in it."""
    account = book.account(email=None if not situation.address else "{number}@debtor.example")
    ContactPoint.objects.filter(party_id=account.party_id).update(
        state=situation.address_state, consent=situation.consent
    )
    if situation.represented:
        account_actions.relate_party(
            account_id=account.pk, party_id=account.party_id, role=PartyRole.SOLICITOR, has_authority=True, at=AT, by=BY
        )
    for reason in situation.holds:
        Hold.objects.create(
            account=account, reason=reason, from_on=AT.date(), placed_at=AT, placed_by="test", ended_by=""
        )
    if situation.held_minor:
        Item.objects.filter(account=account).update(held_from_on=AT.date(), held_until_on=NEVER)
    if situation.owed_minor == 0:
        Item.objects.filter(account=account).update(open_minor=0, settled_on=AT.date())
    template = Template.objects.get(name="statement", channel="email")
    for number in range(situation.recent):
        Message.objects.create(
            account=account,
            party_id=account.party_id,
            client_id=book.client.pk,
            cause_kind="earlier",
            cause_id=number,
            template=template,
            channel=Channel.EMAIL,
            purpose=Purpose.INFORMATION,
            state="sent",
            queued_at=AT - timedelta(days=6),
            next_attempt_at=AT,
            sent_at=AT - timedelta(days=6),
            queued_by="test",
        )
    if not situation.account_open:
        account_actions.close_account(account_id=account.pk, reason=CloseReason.PAID, at=AT, by=BY)
    return account


def _situations() -> list[Situation]:
    made = []
    for point, closed, (owed, held), holds, represented, recent in product(
        _POINTS.values(),
        [False, True],
        [(0, 0), (1, 0), (1, 1)],
        [frozenset(), frozenset({Reason.PROMISE}), frozenset({Reason.INSOLVENCY, Reason.MANUAL})],
        [False, True],
        [0, 2, 3],
    ):
        # Two things at once at most stand against it: enough for every pair, and a tenth of the product.
        against = [
            point in (None, ("bad", None), ("confirmed", False)),
            closed,
            not owed,
            held,
            holds,
            represented,
            recent > 2,
        ]
        if sum(map(bool, against)) > 2:
            continue
        state, consent = point or ("unverified", None)
        made.append(
            Situation(
                Channel.EMAIL,
                account_open=not closed,
                owed_minor=owed,
                held_minor=held,
                holds=holds,
                represented=represented,
                address="" if point is None else "x",
                address_state=state,
                consent=consent,
                recent=recent,
            )
        )
    return made


@pytest.mark.parametrize(
    ("name", "purpose"),
    [("reminder_1", Purpose.DEMAND), ("statement", Purpose.INFORMATION)],
    ids=["demand", "information"],
)
def test_the_set_is_judged_as_each_account_by_itself(book: Book, name: str, purpose: Purpose) -> None:
    situations = [replace(situation, purpose=purpose) for situation in _situations()]
    accounts = [_rows(book, situation) for situation in situations]

    outcome = actions.queue_messages(chosen(*accounts), template=name, channel=Channel.EMAIL, at=AT, by=BY)

    wanted = [may_we(situation, settings.CONTACT_LIMITS) for situation in situations]
    messages = {m.account_id: m for m in Message.objects.filter(cause_kind="decision")}
    for situation, account, answers in zip(situations, accounts, wanted, strict=True):
        message = messages[account.pk]
        heard = message.answers_queued.pop("heard")
        assert (message.refusal, message.answers_queued) == (answers.refusal, answers.by_rule), situation
        assert heard == situation.recent
    assert outcome.done == sum(map(bool, wanted))
    assert outcome.refused.total() == len(situations) - outcome.done


@pytest.mark.parametrize("command", Command)
@pytest.mark.parametrize("against", ["nothing", "closed", "paid", "held"])
def test_service_commands_are_judged_alike_in_sql(book: Book, command: Command, against: str) -> None:
    situation = Situation(
        Channel.SERVICE,
        purpose=Purpose.INTERNAL,
        command=command,
        address="x",
        account_open=against != "closed",
        owed_minor=0 if against == "paid" else 1,
        holds=frozenset({Reason.VULNERABILITY}) if against == "held" else frozenset(),
    )
    account = _rows(book, situation)

    actions.queue_service_commands(chosen(account), command=command, at=AT, by=BY)

    message = only_message(account)
    answers = may_we(situation, settings.CONTACT_LIMITS)
    assert (message.refusal, message.answers_queued) == (answers.refusal, answers.by_rule)


@pytest.mark.parametrize(
    ("from_on", "until_on", "held"),
    [
        pytest.param(date(2026, 7, 1), None, True, id="begins today"),
        pytest.param(date(2026, 7, 2), None, False, id="begins tomorrow"),
        pytest.param(date(2026, 6, 1), date(2026, 7, 2), True, id="last day"),
        pytest.param(date(2026, 6, 1), date(2026, 7, 1), False, id="over since today"),
    ],
)
def test_a_hold_counts_by_the_day_at_the_creditor(book: Book, from_on: date, until_on: date | None, held: bool) -> None:
    account = book.account()
    Hold.objects.create(
        account=account, reason=Reason.DISPUTE, from_on=from_on, until_on=until_on, placed_at=AT, placed_by="test"
    )
    # 23:30 UTC on the last of June is the first of July in London.
    at = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)

    actions.queue_messages(chosen(account), template="reminder_1", channel=Channel.EMAIL, at=at, by=BY)

    assert (only_message(account).refusal == "contact.held") == held


def test_one_person_hears_no_more_often_for_having_more_accounts(book: Book) -> None:
    first = book.account()
    others = [book.account(party_id=first.party_id) for _number in range(4)]

    outcome = actions.queue_messages(chosen(first, *others), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)

    assert outcome.done == 3
    assert outcome.refused == {"contact.too_often": 2}
    assert [only_message(account).refusal for account in (first, *others)] == ["", "", "", *["contact.too_often"] * 2]
    assert [only_message(account).answers_queued["heard"] for account in (first, *others)] == [0, 1, 2, 3, 3]


@pytest.mark.parametrize(
    ("later", "may"),
    [(timedelta(days=7) - timedelta(seconds=1), False), (timedelta(days=7), True)],
    ids=["a second less than seven days", "seven days"],
)
def test_what_was_heard_counts_for_seven_days(book: Book, later: timedelta, may: bool) -> None:
    account = book.account()
    for cause in range(3):
        actions.queue_messages(chosen(account, cause=cause), template="reminder_1", channel=Channel.EMAIL, at=AT, by=BY)

    outcome = actions.queue_messages(
        chosen(account, cause=9), template="reminder_1", channel=Channel.EMAIL, at=AT + later, by=BY
    )

    assert bool(outcome.done) == may


def test_every_rule_is_a_question_with_a_code_of_this_room() -> None:
    assert len({rule.name for rule in RULES}) == len({rule.code for rule in RULES}) == len(RULES)
    assert all(rule.code.startswith("contact.") for rule in RULES)
    assert all(activity in set(Activity) for stopped in STOPS.values() for activity in stopped)
