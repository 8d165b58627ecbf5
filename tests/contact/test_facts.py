"""Words about what was said, each against an account to which it happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.contact.conftest import AT, BY, Book, chosen
from tests.contact.mailbox import Mailbox

from tallystick.contact import actions, facts
from tallystick.contact.models import Message
from tallystick.contact.rules.words import CallOutcome, Channel, Command, Direction
from tallystick.kernel import sql


def row(source: str, account_id: int, day: date) -> dict[str, Any]:
    (found,) = [each for each in facts.SOURCES if each.name == source]
    rows = sql.rows(sql.fill(found.sql, scope="account_id = %(account)s"), {"account": account_id, "day": day})
    return rows[0] if rows else {}


def messages_30d(account_id: int, day: date) -> int:
    """Count the messages of thirty days by what the source gives."""
    (source,) = [each for each in facts.SOURCES if each.name == "messages"]
    (fact,) = [each for each in facts.FACTS if each.name == "contact.messages_30d"]
    text = sql.fill(source.sql, scope="account_id = %(account)s")
    expression = fact.sql.replace("{day}", "%(day)s::date")
    return int(
        sql.value(f"SELECT {expression} FROM ({text}) AS book", {"account": account_id, "day": day})  # noqa: S608
    )


def test_messages_count_by_the_day_they_left_at_the_creditor(book: Book, mailbox: Mailbox) -> None:
    account = book.account()
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    actions.queue_messages(chosen(account), template="reminder_1", channel=Channel.EMAIL, at=late, by=BY)
    assert row("messages", account.pk, date(2026, 7, 1))["contact_message_on"] is None

    actions.send_due(at=late, by=BY)

    found = row("messages", account.pk, date(2026, 7, 1))
    assert found["contact_message_on"] == date(2026, 7, 1)
    assert found["contact_email_days"] == [date(2026, 7, 1)]
    assert found["contact_letter_days"] is found["contact_sms_days"] is None
    assert messages_30d(account.pk, date(2026, 7, 30)) == 1
    assert messages_30d(account.pk, date(2026, 7, 31)) == 0


def test_notices_to_colleagues_are_no_messages_to_the_debtor(book: Book, mailbox: Mailbox) -> None:
    account = book.account()
    actions.queue_service_commands(chosen(account), command=Command.SUSPEND, at=AT, by=BY)

    actions.send_due(at=AT, by=BY)

    assert messages_30d(account.pk, AT.date()) == 0


@pytest.mark.parametrize(
    ("commands", "suspended"),
    [
        pytest.param([Command.SUSPEND], True, id="suspended"),
        pytest.param([Command.SUSPEND, Command.RESUME], False, id="and resumed"),
        pytest.param([Command.SUSPEND, Command.RESUME, Command.SUSPEND], True, id="and suspended again"),
    ],
)
def test_the_last_command_says_if_the_service_is_suspended(
    book: Book, commands: list[Command], suspended: bool
) -> None:
    account = book.account()
    for number, command in enumerate(commands):
        actions.queue_service_commands(
            chosen(account, cause=number), command=command, at=AT + timedelta(minutes=number), by=BY
        )

    assert row("messages", account.pk, AT.date())["contact_suspended"] == suspended


def test_a_command_that_was_refused_suspends_nothing(book: Book) -> None:
    account = book.account(owed=())

    actions.queue_service_commands(chosen(account), command=Command.SUSPEND, at=AT, by=BY)

    assert Message.objects.get(account=account).state == "refused"
    assert row("messages", account.pk, AT.date()) == {}


def test_attempts_count_from_the_last_time_somebody_was_reached(book: Book) -> None:
    account = book.account()
    story = [
        (CallOutcome.NO_ANSWER, Direction.OUT, 1, date(2026, 7, 1), None),
        (CallOutcome.LEFT_MESSAGE, Direction.OUT, 2, date(2026, 7, 2), None),
        (CallOutcome.PROMISE, Direction.IN, 0, date(2026, 7, 3), date(2026, 7, 3)),
        (CallOutcome.WRONG_PARTY, Direction.OUT, 1, date(2026, 7, 4), date(2026, 7, 3)),
        (CallOutcome.THIRD_PARTY, Direction.IN, 1, date(2026, 7, 5), date(2026, 7, 3)),
    ]

    for number, (outcome, direction, attempts, call_on, reached_on) in enumerate(story):
        actions.log_call(
            account_id=account.pk, outcome=outcome, direction=direction, at=AT + timedelta(days=number), by=BY
        )

        found = row("calls", account.pk, date(2026, 7, 9))
        assert found["contact_attempts"] == attempts
        assert found["contact_call_on"] == call_on
        assert found["contact_right_party_on"] == reached_on
        assert found["contact_call_outcome"] == outcome


def test_every_word_belongs_to_the_room_and_reads_a_column_or_asks_by_the_account() -> None:
    columns = {column.name for source in facts.SOURCES for column in source.columns} | {"account_id"}

    for fact in facts.FACTS:
        assert fact.name.startswith("contact.")
        assert fact.meaning.endswith(".")
        assert any(f"book.{column}" in fact.sql for column in columns)
