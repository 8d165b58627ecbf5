"""A customer of a fibre company is reminded, called, promises, breaks the promise, is suspended, pays, and is resumed.

Winter 2026 in England: Christmas Day is a Friday, Boxing Day a Saturday with its substitute on Monday 28, and New Year's Day
is a Friday. The strategy is the shipped one, `service-dunning`; the creditor gives promises a day of grace.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from tests.journeys import doors
from tests.journeys.conftest import must_be_sound
from tests.journeys.diary import diary
from tests.journeys.house import open_house
from tests.journeys.outside import Outside

FILES = Path(__file__).with_name("fixtures")
AMELIA, OLIVER = "amelia.hughes@debtor.example", "oliver.khan@debtor.example"

REMINDED = date(2026, 12, 18)
CALLED = date(2026, 12, 29)
SUSPENDED = date(2027, 1, 5)
PAID = date(2027, 1, 8)

#: What happens to Amelia's account, and on no other day anything.
DIARY = {
    date(2026, 11, 27): ["AccountOpened: KF-1042", "ItemsAdded: 84.50"],
    date(2026, 11, 28): ["StateLeft: Up to date"],
    date(2026, 12, 12): ["StateLeft: Reminding"],
    REMINDED: ["StepTaken: First e-mail", "MessageSent: email, reminder_1"],
    CALLED: [
        "TaskOpened: Call the customer and agree a day of payment",
        "StepTaken: Call",
        "PromiseMade: 84.50, 2027-01-03",
        "TaskDone: promise, Call the customer and agree a day of payment",
        "EventAnswered: Wait for the promised day",
    ],
    SUSPENDED: [
        "PromiseBroken: 84.50, 2027-01-03, 1",
        "ServiceOrdered: suspend",
        "EventAnswered: Suspend the service",
        "ServiceCommanded: suspend",
        "ServiceAcknowledged: suspend",
        "MessageSent: email, suspension_notice",
    ],
    PAID: [
        "TaskOpened: Call the customer, the service has been suspended",
        "StepTaken: Call about the suspension",
        "CreditApplied: 84.50",
        "BalanceCleared",
        "PaymentReceived: 84.50, KF1042 INV 20871",
        "TaskCancelled: Call the customer, the service has been suspended",
        "ServiceOrdered: resume",
        "StateLeft: Resuming",
        "StepTaken: Resume the service",
        "ServiceCommanded: resume",
        "ServiceAcknowledged: resume",
        "MessageSent: email, service_resumed",
    ],
    date(2027, 1, 18): ["StateLeft: Up to date"],
}


def test_a_service_is_suspended_and_resumed(live: Any, begin: Any, outside: Outside) -> None:
    # 27 November: the creditor's invoices come in, due on 11 December.
    calendar = begin(date(2026, 11, 27))
    house = open_house(code="KESTREL", name="Kestrel Fibre", strategy="service-dunning")
    doors.upload_receivables(live, house, FILES / "kestrel-invoices-2026-11-27.csv", by="mara")
    calendar.work()
    amelia, oliver = house.account("KF-1042").pk, house.account("KF-1043").pk

    # 15 December: the bank's file of the 14th says that Oliver paid. Amelia hears nothing until she is seven days late.
    calendar.until(date(2026, 12, 15))
    doors.upload_statement(live, house, FILES / "kestrel-camt053-2026-12-14.xml", by="cass")
    calendar.work()
    calendar.until(REMINDED - timedelta(days=1), time(23, 59))
    assert outside.mails == []
    calendar.until(REMINDED)
    assert outside.mail_to(AMELIA) == [(REMINDED, "Reminder: £84.50 is overdue (KF-1042)")]
    calendar.night_again()

    # 25 December: fourteen days late, but Christmas. The call is asked for on the first business day after.
    calendar.until(CALLED - timedelta(days=1), time(23, 59))
    assert diary(amelia) == _until(CALLED - timedelta(days=1))
    calendar.until(CALLED)
    page = doors.log_in(live, "carla")
    page.keyboard.press("n")
    page.wait_for_url(f"**/accounts/{amelia}")
    page.keyboard.press("p")
    # Nobody types before the field has the cursor.
    page.wait_for_selector("#dialog[open] [name=amount]:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("#dialog[open] [name=pay_on]:focus")
    page.keyboard.type("+5")
    page.keyboard.press("Enter")
    page.get_by_text("Promise recorded: £84.50 by").wait_for()
    calendar.work()

    # 3 January is a Sunday and the day promised, Monday 4 the day of grace: until it is over, nothing is sent.
    calendar.until(SUSPENDED - timedelta(days=1), time(23, 59))
    assert diary(amelia) == _until(CALLED)
    assert len(outside.mails) == 1
    assert outside.commands == []
    calendar.until(SUSPENDED)
    assert outside.commanded() == [(SUSPENDED, "suspend")]
    assert outside.mail_to(AMELIA)[1:] == [(SUSPENDED, "Your service is suspended until KF-1042 is settled")]
    calendar.night_again()

    # 8 January: the file of the 7th brings the payment; the service is resumed within the minute.
    calendar.until(PAID, time(9, 12))
    assert diary(amelia) == {**_until(SUSPENDED), PAID: DIARY[PAID][:2]}
    doors.upload_statement(live, house, FILES / "kestrel-camt053-2027-01-07.xml", by="cass")
    calendar.work()
    assert outside.commanded() == [(SUSPENDED, "suspend"), (PAID, "resume")]
    assert outside.commands[-1].at - calendar.at < timedelta(minutes=1)
    assert outside.mail_to(AMELIA)[2:] == [(PAID, "Thank you: your service is resumed (KF-1042)")]

    # Three weeks later nothing more has happened, and the timeline tells all of it.
    calendar.until(date(2027, 1, 29))
    calendar.night_again()
    assert diary(amelia) == DIARY
    assert len(outside.mails) == 3
    assert len(outside.commands) == 2
    assert outside.wrong == []
    assert outside.mail_to(OLIVER) == []
    assert "PaymentReceived: 42.00, INV-20872" in diary(oliver)[date(2026, 12, 15)]
    _the_cockpit_tells_it(live, amelia)
    must_be_sound()


def _until(day: date) -> dict[date, list[str]]:
    return {each: lines for each, lines in DIARY.items() if each <= day}


def _the_cockpit_tells_it(live: Any, account_id: int) -> None:
    doors.log_in(live, "terry")
    told = live.open(f"/accounts/{account_id}").locator("#timeline").inner_text()
    for said in ("Resume the service", "Suspend the service", "Promise of £84.50 broken", "First e-mail"):
        assert said in told
