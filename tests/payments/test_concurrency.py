"""Two people at once: the second waits for the first, and then finds what the first has done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from tests.builders import AT, TEST
from tests.payments.bank_files import csv_of, import_file

from tallystick.kernel import sql
from tallystick.kernel.money import Money
from tallystick.payments import actions, queries
from tallystick.payments.models import Payment, StatementFile, StatementLine
from tallystick.payments.rules import states

pytestmark = pytest.mark.django_db(transaction=True)


def _waits_for_us(process_id: int) -> bool:
    return bool(sql.value("SELECT cardinality(pg_blocking_pids(%s)) > 0", [process_id]))


def while_first(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """Do `first` in a transaction, begin `second` in another before it ends, and give what comes of `second`.

    It ends only once the second is seen to wait for it, so that the two have truly met.
    """
    started: dict[str, int] = {}
    is_connected = threading.Event()

    def do() -> Any:
        try:
            started["pid"] = sql.value("SELECT pg_backend_pid()")
            is_connected.set()
            return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            doing = pool.submit(do)
            assert is_connected.wait(120)
            for _try in range(1000):
                if _waits_for_us(started["pid"]) or doing.done():
                    break
                threading.Event().wait(0.01)
            assert not doing.done(), doing.exception() or doing.result()
        return doing.exception() or doing.result()


def breaches() -> list[Any]:
    return [row for invariant in queries.INVARIANTS for row in sql.rows(invariant.breaches)]


def test_two_people_take_the_same_line_and_one_of_them_is_refused(till):
    line = till.line("60.00", "SVW-1001")

    def take() -> Payment:
        return actions.allocate_line(
            line_id=line.pk, account_id=till.account.pk, seen=Money(6000, "GBP"), at=AT, by=TEST
        )

    refused = while_first(take, take)

    assert isinstance(refused, states.LineNotWaiting)
    assert Payment.objects.count() == 1
    till.later.refresh_from_db()
    assert till.later.open_minor == 8000
    assert breaches() == []


def test_two_people_take_a_part_each_and_one_of_them_is_refused(till):
    line = till.line("60.00", "SVW-1001")

    def take() -> Payment:
        return actions.allocate_line(
            line_id=line.pk,
            account_id=till.account.pk,
            amount=Money(3000, "GBP"),
            seen=Money(6000, "GBP"),
            at=AT,
            by=TEST,
        )

    refused = while_first(take, take)

    assert isinstance(refused, states.LineChanged)
    assert StatementLine.objects.get().open_minor == 3000
    assert breaches() == []


def test_a_line_is_parked_while_another_takes_it(till):
    line = till.line("60.00", "SVW-1001")

    refused = while_first(
        lambda: actions.allocate_line(line_id=line.pk, account_id=till.account.pk, at=AT, by=TEST),
        lambda: actions.park_line(line_id=line.pk, note="later", at=AT, by=TEST),
    )

    assert isinstance(refused, states.LineNotWaiting)
    line.refresh_from_db()
    assert line.state == states.LineState.APPLIED


def test_a_payment_is_undone_by_two_people_and_its_line_waits_once(till):
    line = till.line("60.00", "SVW-1001")
    payment = actions.allocate_line(line_id=line.pk, account_id=till.account.pk, at=AT, by=TEST)

    def undo() -> Payment:
        return actions.reverse_payment(payment_id=payment.pk, reason=states.ReversalReason.ERROR, at=AT, by=TEST)

    refused = while_first(undo, undo)

    assert isinstance(refused, states.PaymentReversed)
    line.refresh_from_db()
    assert (line.state, line.open_minor) == (states.LineState.WAITING, 6000)
    assert breaches() == []


def test_the_same_file_is_brought_in_twice_at_once_and_taken_once(till):
    rows = [("13/02/2026", "INV-1", "40.00"), ("14/02/2026", "WHO", "7.50")]

    again = while_first(lambda: import_file(csv_of(rows), till.bank), lambda: import_file(csv_of(rows), till.bank))

    assert again.is_repeat
    assert (StatementFile.objects.count(), StatementLine.objects.count(), Payment.objects.count()) == (1, 2, 1)
    assert breaches() == []


def test_two_files_that_overlap_come_in_at_once_and_each_line_is_kept_once(till):
    first, second = [("13/02/2026", "A", "1.00"), ("14/02/2026", "B", "2.00")], [("14/02/2026", "B", "2.00")]

    imported = while_first(
        lambda: import_file(csv_of(first), till.bank),
        lambda: import_file(csv_of([*second, ("15/02/2026", "C", "3.00")]), till.bank),
    )

    assert (imported.new_lines, imported.known_lines) == (1, 1)
    assert StatementLine.objects.count() == 3
    assert breaches() == []
