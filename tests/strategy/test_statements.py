"""A night takes as many statements as there are different orders to give, however many different things it decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at, happened

from tallystick.kernel import sql
from tallystick.strategy import actions
from tallystick.strategy.actions import deciding
from tallystick.strategy.models import Decision, RunChunk
from tallystick.strategy.queries import book, catalogue, versions
from tallystick.timeline.models import Event

pytestmark = pytest.mark.django_db

BEFORE = DAY - timedelta(days=1)
#: Statements that a part of a run takes beside its orders, savepoints left out.
BUDGET = 30
STATES = 9
#: What is asked of every account, whatever its strategy says. Who adds to it writes the book anew, as migration 0022 did.
MIDNIGHT = "version_id place state_entered_on next_review_on stepped_on is_open is_house holds_paused".split()


def document(states: int) -> str:
    """Write a document that has accounts leave for a state by what they owe, and begin each state in the same way."""
    lines = [strategies.HEAD, "states:", "  waiting:", "    leave:"]
    for number in range(states):
        lines += [f"      - when: balance = £{number + 1}", f"        go: state-{number}"]
    for number in range(states):
        lines += [f"  state-{number}:", "    steps:", "      - id: begin", f"        title: Begin {number}"]
        lines += ["        do:", "          - note: begun", "          - task: {kind: call, title: Call}"]
        lines += ["      - id: later", "        after: 5 days", "        do:", "          - note: later"]
    return "\n".join(lines) + "\n"


def night(states: int) -> list[str]:
    """Run a night in which two accounts come to each state; give the statements of its only part."""
    accounts = []
    for number in range(2 * states):
        account = builders.account()
        builders.invoice(account, f"{number % states + 1}.00")
        accounts.append(account.pk)
    strategies.publish(document(states), day=BEFORE)
    strategies.refresh(*accounts, day=BEFORE)
    run = actions.start_run(day=DAY, at=at(DAY), by=BY)

    with CaptureQueriesContext(connection) as captured:
        assert actions.run_chunk(run_id=run.pk, chunk=0, at=at(DAY), by=BY)

    assert Decision.objects.filter(run_id=run.pk).count() == 4 * states
    return [each["sql"] for each in captured if "SAVEPOINT" not in each["sql"]]


def test_statements_do_not_grow_with_what_is_decided():
    statements = night(STATES)

    # A note and a task, of as many steps as there are states: each order is given once, and everything is told at once.
    assert len(statements) <= BUDGET
    told = [each for each in statements if "INSERT INTO timeline_event" in each]
    assert len(told) == 3
    assert sum("INSERT INTO strategy_decision" in each for each in statements) == 2


def test_what_was_decided_is_told_in_the_order_of_each_account():
    night(STATES)

    [account] = (
        Event.objects.filter(data__state="Waiting").order_by("account_id").values_list("account_id", flat=True)[:1]
    )
    assert [title for _day, title in happened(account)] == ["→ State 0", "Begin 0"]
    told = Event.objects.filter(account_id=account, kind__startswith="strategy.").order_by("id")
    assert [each.kind for each in told] == ["strategy.StateLeft", "strategy.StepTaken"]
    assert [each.data["decision_id"] for each in told] == list(
        Decision.objects.filter(account_id=account).order_by("id").values_list("pk", flat=True)
    )
    assert [each.data.get("step") for each in told] == [None, "Begin 0"]


def test_nobody_is_looked_at_again_who_has_to_wait():
    """A transition to a state that begins with a delay is the last thing of the day, and costs no second look."""
    account = builders.account()
    builders.invoice(account, "1.00")
    waits = document(1).replace("      - id: begin\n", "      - id: begin\n        after: 1 days\n")
    strategies.publish(waits, day=BEFORE)
    strategies.refresh(account.pk, day=BEFORE)
    run = actions.start_run(day=DAY, at=at(DAY), by=BY)

    with CaptureQueriesContext(connection) as captured:
        actions.run_chunk(run_id=run.pk, chunk=0, at=at(DAY), by=BY)

    assert happened(account.pk) == [(DAY, "→ State 0")]
    assert sum("INSERT INTO strategy_decision" in each["sql"] for each in captured) == 1
    assert RunChunk.objects.get(run=run).decided == 1
    assert strategies.run(DAY + timedelta(days=1)) == 1
    assert happened(account.pk)[1:] == [(DAY + timedelta(days=1), "Begin 0")]


def test_what_waits_to_be_answered_is_looked_up_for_those_who_act_alone():
    version = strategies.publish(document(STATES), day=BEFORE)
    sql.execute(
        "INSERT INTO strategy_book (account_id, version_id, place) SELECT n, %s, 1 FROM generate_series(1, 20000) AS n",
        [version.pk],
    )
    sql.execute(
        "INSERT INTO strategy_touched (account_id, event_id, kind) SELECT n, n, 'x' FROM generate_series(1, 20000) AS n"
    )
    sql.execute("ANALYZE strategy_book, strategy_touched")
    statement = versions.statement(day=DAY)

    for leaf in (book.BOOK, book.leaves()[0]):
        asked = deciding._text(statement.timed, statement, deciding.Asking(leaf))
        plan = sql.rows(f"EXPLAIN {asked}", {"at": at(DAY), "run_id": 1})
        lines = " ".join(line["QUERY PLAN"] for line in plan)
        assert "Index Only Scan using strategy_touched_of_account" in lines
        assert "Anti Join" not in lines


def test_what_a_night_asks_of_every_account_stands_first_in_its_row():
    columns = sql.rows(
        """
        SELECT attname AS name, attlen < 0 AS is_varying FROM pg_attribute
        WHERE attrelid = 'strategy_book'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
        """
    )
    # The currency, which every amount is compared in, ends what nearly all strategies ask for.
    first = [column["name"] for column in columns[: [column["is_varying"] for column in columns].index(True) + 1]]

    assert first[-1] == "currency"
    assert {*catalogue.stale_columns(), *MIDNIGHT} <= {*first}
    assert len(first) < len(columns) / 3
