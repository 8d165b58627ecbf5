"""A business breaks a second promise in a row while it owes more: one call is left to a person, ten things happen by themselves.

Spring 2027 in England: Good Friday is 26 March, Easter Monday 29 March, and summer time begins on Sunday 28. The strategy is the
shipped one, `uk-b2b`; the creditor gives promises a day of grace. Three other businesses differ from the case by one thing each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from tests.journeys import doors
from tests.journeys.calendar import Calendar
from tests.journeys.conftest import must_be_sound
from tests.journeys.diary import diary
from tests.journeys.house import House, open_house
from tests.journeys.outside import Outside, Text

FILES = Path(__file__).with_name("fixtures")
MARLOW = "accounts@marlow-joinery.example"

INVOICED = date(2027, 2, 5)
#: Five days before the due day is a Sunday.
COURTESY = date(2027, 2, 15)
REMINDED = date(2027, 2, 22)
#: The call is asked for three business days after the steps before, and is due a business day later.
ASKED, FIRST_CALL = date(2027, 3, 5), date(2027, 3, 8)
FIRST_BROKEN, SECOND_CALL = date(2027, 3, 17), date(2027, 3, 18)
GROWN = date(2027, 3, 19)
#: Promised for Thursday 25; a day of grace is Good Friday, and so lasts until Tuesday 30.
SECOND_BROKEN = date(2027, 3, 31)
PAID = date(2027, 4, 7)

CALL = "Call now, a second promise was broken and the balance grows"
FOLLOW_UP = "See what came of the call after the second broken promise"

#: What happens by itself on the day the second promise is broken: ten things, each of which somebody used to do by hand.
BY_ITSELF = {
    "the promise is judged": ["PromiseBroken: 500.00, 2027-03-25, 2"],
    "an e-mail": ["MessageSent: email, promise_broken"],
    "a letter": ["MessageSent: letter, promise_broken"],
    "a text message": ["MessageSent: sms, reminder"],
    "the service is suspended": [
        "ServiceOrdered: suspend",
        "ServiceCommanded: suspend",
        "ServiceAcknowledged: suspend",
    ],
    "sales are told": ["MessageSent: notice, notice_to_sales"],
    "the team leader is told": ["MessageSent: notice, notice_to_team_leader"],
    "the team is told": ["MessageSent: notice, notice_promise_broken"],
    "a follow-up is put into the diary": [f"TaskOpened: {FOLLOW_UP}"],
    "a note says what was done and why": ["NoteAdded"],
}
#: What waits today, and what is coming.
TABS = ("team", "coming")
#: What a person does: one call, in which a third promise is made.
BY_HAND = ["PromiseMade: 1500.00, 2027-04-07", "CallLogged: promise", f"TaskDone: promise, {CALL}"]

#: What happens to the account of Marlow Joinery, and on no other day anything.
DIARY = {
    INVOICED: ["AccountOpened: HC-3001", "ItemsAdded: 500.00"],
    COURTESY: ["StepTaken: Courtesy before the due day", "MessageSent: email, statement"],
    date(2027, 2, 20): ["StateLeft: Reminding"],
    REMINDED: ["StepTaken: Reminder", "MessageSent: email, reminder_1"],
    date(2027, 2, 23): ["StepSkipped: Reminder by post, where there is no e-mail address"],
    date(2027, 3, 2): ["StepSkipped: Statement"],
    ASKED: ["TaskOpened: Call about the overdue balance", "StepTaken: Call"],
    FIRST_CALL: [
        "PromiseMade: 500.00, 2027-03-15",
        "CallLogged: promise",
        "TaskDone: promise, Call about the overdue balance",
        "EventAnswered: Wait for the promised day",
    ],
    FIRST_BROKEN: [
        "PromiseBroken: 500.00, 2027-03-15, 1",
        "TaskOpened: Call about the broken promise",
        "EventAnswered: Broken promise",
        "MessageSent: email, promise_broken",
    ],
    SECOND_CALL: [
        "PromiseMade: 500.00, 2027-03-25",
        "CallLogged: promise",
        "TaskDone: promise, Call about the broken promise",
        "EventAnswered: Wait for the promised day",
    ],
    GROWN: ["ItemsAdded: 1000.00"],
    SECOND_BROKEN: [
        "PromiseBroken: 500.00, 2027-03-25, 2",
        f"TaskOpened: {CALL}",
        "ServiceOrdered: suspend",
        f"TaskOpened: {FOLLOW_UP}",
        "NoteAdded",
        "EventAnswered: Second broken promise, growing balance",
        "MessageSent: email, promise_broken",
        "MessageSent: letter, promise_broken",
        "ServiceCommanded: suspend",
        "ServiceAcknowledged: suspend",
        "MessageSent: notice, notice_to_sales",
        "MessageSent: notice, notice_to_team_leader",
        "MessageSent: notice, notice_promise_broken",
        "MessageSent: sms, reminder",
        *BY_HAND,
        f"TaskCancelled: {FOLLOW_UP}",
        "EventAnswered: Wait for the promised day",
    ],
    PAID: [
        "CreditApplied: 1500.00",
        "BalanceCleared",
        "PaymentReceived: 1500.00, HC-3001 INV-5101 INV-5211",
        "PromiseKept: 1500.00, 2027-04-07",
        "ServiceOrdered: resume",
        "StateLeft: Resuming",
        "StepTaken: Resume the service",
        "ServiceCommanded: resume",
        "ServiceAcknowledged: resume",
        "MessageSent: email, service_resumed",
    ],
}

#: What the day brings to those for whom one thing is missing.
ORDINARY = [
    "TaskOpened: Call about the broken promise",
    "EventAnswered: Broken promise",
    "MessageSent: email, promise_broken",
]
NEIGHBORS = {
    "HC-3002": ("PromiseBroken: 500.00, 2027-03-25, 2", "the balance has not grown"),
    "HC-3003": ("PromiseBroken: 500.00, 2027-03-25, 2", "the balance is a penny short of £1,500"),
    "HC-3004": ("PromiseBroken: 500.00, 2027-03-25, 1", "the promise before was kept"),
}


@dataclass
class Story:
    """The story as far as it has been told."""

    live: Any
    outside: Outside
    calendar: Calendar
    house: House

    def id_of(self, reference: str) -> int:
        return self.house.account(reference).pk

    @property
    def marlow(self) -> int:
        return self.id_of("HC-3001")


def test_a_second_promise_is_broken_while_the_balance_grows(live: Any, begin: Any, outside: Outside) -> None:
    calendar = begin(INVOICED)
    details = {"phone": "0113 496 0140", "sort_code": "20-20-15", "account_number": "55555555"}
    house = open_house(code="HALDEN", name="Halden Cloud", strategy="uk-b2b", details=details)
    story = Story(live, outside, calendar, house)
    doors.upload_receivables(live, house, FILES / "halden-invoices-2027-02-05.csv", by="mara")
    calendar.work()

    _two_promises_are_made_and_the_first_is_broken(story)
    _more_is_owed_meanwhile(story)
    _ten_things_happen_by_themselves(story)
    _one_call_is_made(story)
    _the_money_comes(story)

    # Three weeks later nothing more has happened to Marlow, and what happened to the others is ordinary.
    calendar.until(PAID + timedelta(weeks=3))
    calendar.night_again()
    assert diary(story.marlow) == DIARY
    assert outside.commanded() == [(SECOND_BROKEN, "suspend"), (PAID, "resume")]
    assert outside.wrong == []
    _the_others_were_treated_as_usual(story)
    _the_timeline_tells_it(story)
    must_be_sound()


def _two_promises_are_made_and_the_first_is_broken(story: Story) -> None:
    """Monday 8 March: £500 is promised for the 15th. It does not come, and is promised again for the 25th."""
    story.calendar.until(FIRST_CALL)
    for reference in NEIGHBORS:
        doors.note_promise(story.house, reference, "500.00", date(2027, 3, 15), by="terry")
    _carla_calls(story, pay_on="15 mar")

    # Oakhanger's money came in time: the file of the 15th is in on the 16th, the last day of grace.
    story.calendar.until(date(2027, 3, 16))
    doors.upload_statement(story.live, story.house, FILES / "halden-camt053-2027-03-15.xml", by="cass")
    story.calendar.work()
    story.calendar.until(FIRST_BROKEN - timedelta(days=1), time(23, 59))
    assert diary(story.marlow) == _until(FIRST_CALL)

    story.calendar.until(SECOND_CALL)
    for reference in NEIGHBORS:
        doors.note_promise(story.house, reference, "500.00", date(2027, 3, 25), by="terry")
    _carla_calls(story, pay_on="25 mar")
    assert diary(story.marlow) == _until(SECOND_CALL)


def _more_is_owed_meanwhile(story: Story) -> None:
    """19 March: another £1,000 is invoiced. Over Easter nobody is chased: a promise is open."""
    story.calendar.until(GROWN)
    doors.upload_receivables(story.live, story.house, FILES / "halden-invoices-2027-03-19.csv", by="mara")
    story.calendar.work()
    story.calendar.until(SECOND_BROKEN - timedelta(days=1), time(23, 59))
    assert diary(story.marlow) == _until(GROWN)
    assert story.outside.texts == []
    assert story.outside.letters() == []
    assert story.outside.commands == []


def _ten_things_happen_by_themselves(story: Story) -> None:
    """31 March: at night the promise is judged, and everything follows; telephones are left alone until eight."""
    story.calendar.until(SECOND_BROKEN, time(7, 59))
    assert story.outside.texts == []
    story.calendar.until(SECOND_BROKEN)
    story.calendar.night_again()

    assert len(BY_ITSELF) == 10
    happened = diary(story.marlow, by_people=False)[SECOND_BROKEN]
    for what, lines in BY_ITSELF.items():
        assert [happened.count(line) for line in lines] == [1] * len(lines), what
    assert happened.count(f"TaskOpened: {CALL}") == 1
    assert SECOND_BROKEN not in diary(story.marlow, by_people=True)
    _everybody_was_reached(story.outside)


def _everybody_was_reached(outside: Outside) -> None:
    due, name = SECOND_BROKEN, "Marlow Joinery Ltd"
    assert outside.mail_to(MARLOW)[-1] == (due, "The payment you told us of has not reached us (HC-3001)")
    assert outside.mail_to("sales@creditor.example") == [(due, f"{name}: £500.00 overdue at Halden Cloud")]
    assert outside.mail_to("carla@house.example") == [(due, f"Promise broken: {name}, HC-3001, £500.00 overdue")]
    assert outside.mail_to("terry@house.example") == [
        (due, f"Please look: {name}, HC-3001, £500.00 overdue"),
        (due, f"Promise broken: {name}, HC-3001, £500.00 overdue"),
    ]
    notices = [mail.text for mail in outside.mails if "/accounts/" in mail.text]
    assert len(notices) == 3
    assert all("£1,500.00" in text for text in notices)
    text = "Halden Cloud: please get in touch about your account HC-3001. Call 0113 496 0140."
    assert outside.texts == [Text(due, "+447700900201", f"{text} If you have already been in touch, thank you.")]
    [letter] = outside.letters()
    for said in ("8 Dock Road Hull HU9 1TT", "31 March 2027", "£500.00 is overdue", "INV-5101", "sort code 20-20-15"):
        assert said in letter
    assert outside.commanded() == [(due, "suspend")]
    assert outside.commands[0].said["account"] == "HC-3001"


def _one_call_is_made(story: Story) -> None:
    """The same morning: it is the first account that Carla is given, and the call is all that she has to do."""
    keys = _carla_calls(story, pay_on="+7", warned_of="Promises broken again and again")
    assert keys <= 6
    assert diary(story.marlow, by_people=True)[SECOND_BROKEN] == BY_HAND
    assert diary(story.marlow) == _until(SECOND_BROKEN)
    # Nothing is left for anybody: who was spoken to need not be looked after.
    for username in ("carla", "terry"):
        doors.log_in(story.live, username)
        due, coming = (story.live.open(f"/worklist?show={tab}").locator("main").inner_text() for tab in TABS)
        assert "Nothing waits here" in due
        assert "Tarn Print Ltd" in coming
        assert "Marlow Joinery Ltd" not in coming


def _carla_calls(story: Story, *, pay_on: str, warned_of: str = "") -> int:
    """Have Carla take the next account, call, and take a promise; give how many keys she pressed once the call was over."""
    page = doors.log_in(story.live, "carla")
    doors.next_account(page)
    assert page.url.endswith(f"/accounts/{story.marlow}")
    assert warned_of in page.locator("main").inner_text()
    keys = doors.call_and_take_promise(page, pay_on=pay_on)
    story.calendar.work()
    return keys


def _the_money_comes(story: Story) -> None:
    """7 April: the file of the 6th brings £1,500; the service is resumed within the minute, and nobody has to do it."""
    story.calendar.until(PAID, time(9, 12))
    assert diary(story.marlow) == _until(SECOND_BROKEN)
    doors.upload_statement(story.live, story.house, FILES / "halden-camt053-2027-04-06.xml", by="cass")
    story.calendar.work()
    resumed = story.outside.commands[-1]
    assert (resumed.said["command"], resumed.on) == ("resume", PAID)
    assert resumed.at - story.calendar.at < timedelta(minutes=1)
    assert story.outside.mail_to(MARLOW)[-1] == (PAID, "Thank you: your service is resumed (HC-3001)")


def _the_others_were_treated_as_usual(story: Story) -> None:
    for reference, (broken, why) in NEIGHBORS.items():
        assert diary(story.id_of(reference))[SECOND_BROKEN] == [broken, *ORDINARY], why
    assert len(story.outside.texts) == 1
    assert {mail.on for mail in story.outside.mails if "sales@creditor.example" in mail.to} == {SECOND_BROKEN}


def _the_timeline_tells_it(story: Story) -> None:
    """The team leader reads on the account what happened, and opens the letter as it left."""
    doors.log_in(story.live, "terry")
    page = story.live.open(f"/accounts/{story.marlow}")
    told = " ".join(page.locator("#timeline").inner_text().split())
    for said in (
        "Promise of £500.00 broken",
        f"E-mail to {MARLOW}",
        "Letter to 8 Dock Road, Hull, HU9 1TT",
        "Text message to +447700900201",
        "Creditor confirmed: Suspend the service",
        "Notice to colleagues to sales@creditor.example",
        "Notice to colleagues to terry@house.example",
        "Notice to colleagues to carla@house.example, terry@house.example",
        f"To do by 7 Apr 2027: {FOLLOW_UP}",
        "A second promise in a row was broken, and more is owed than when the first was made.",
        f"Done: {CALL}",
        f"No longer needed: {FOLLOW_UP}",
        "Promise of £1,500.00 kept",
        "Creditor confirmed: Resume the service",
    ):
        assert said in told
    page.locator("#timeline").get_by_text("Letter to 8 Dock Road").click()
    page.locator("#dialog[open] footer a").first.click()
    original = page.get_by_role("link", name="Open the letter").get_attribute("href")
    assert page.request.get(story.live.url + original).body().startswith(b"%PDF")


def _until(day: date) -> dict[date, list[str]]:
    return {each: lines for each, lines in DIARY.items() if each <= day}
