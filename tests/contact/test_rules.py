"""Small rules: how long a text message is, how a creditor speaks, when to try again, what a command says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contact.rules.creditor import DetailsUnreadable, read_creditor
from tallystick.contact.rules.fields import Speech
from tallystick.contact.rules.retry import LONGEST_WAIT, MOST_ATTEMPTS, Recovery, next_attempt, recovery, wait_after
from tallystick.contact.rules.sms import length_of, plain_signs
from tallystick.contact.rules.weighing import Weighing
from tallystick.contact.rules.words import RIGHT_PARTY, Audience, CallOutcome, Command, To
from tallystick.contact.rules.writing import Facts, OpenItem, as_command, item_tables, values, write
from tallystick.documents.rules.text import as_plain_text
from tallystick.kernel.money import Money

AT = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "signs", "parts", "is_unicode"),
    [
        pytest.param("", 0, 1, False, id="empty"),
        pytest.param("a" * 160, 160, 1, False, id="one part, full"),
        pytest.param("a" * 161, 161, 2, False, id="one sign more"),
        pytest.param("a" * 306, 306, 2, False, id="two parts, full"),
        pytest.param("a" * 307, 307, 3, False, id="a third"),
        pytest.param("£" * 160, 160, 1, False, id="pounds are one sign"),
        pytest.param("€" * 80, 160, 1, False, id="euros are two"),
        pytest.param("ł" * 70, 70, 1, True, id="a sign outside, one part"),
        pytest.param("ł" * 71, 71, 2, True, id="a sign outside, two parts"),
        pytest.param("😀" * 35, 70, 1, True, id="a face is two"),
    ],
)
def test_a_text_message_is_counted_as_networks_do(text: str, signs: int, parts: int, is_unicode: bool) -> None:
    length = length_of(text)

    assert (length.signs, length.parts, length.is_unicode) == (signs, parts, is_unicode)


@given(st.text(max_size=400))
def test_a_longer_text_never_takes_fewer_parts(text: str) -> None:
    assert length_of(text).parts <= length_of(text + "x").parts


def test_typographic_signs_do_not_double_the_length() -> None:
    assert not length_of(plain_signs("“It’s due” – please call…")).is_unicode


@given(st.integers(min_value=1, max_value=100))
def test_waits_grow_to_the_longest_and_end(attempts: int) -> None:
    assert timedelta(minutes=1) <= wait_after(attempts) <= wait_after(attempts + 1) <= LONGEST_WAIT
    assert (next_attempt(attempts, at=AT) is None) == (attempts >= MOST_ATTEMPTS)


@pytest.mark.parametrize("handed_over", [False, True])
@pytest.mark.parametrize("repeats_safely", [False, True])
def test_only_what_a_person_could_hear_twice_is_left_to_a_person(handed_over: bool, repeats_safely: bool) -> None:
    left = recovery(handed_over=handed_over, repeats_safely=repeats_safely) == Recovery.ASK_A_PERSON

    assert left == (handed_over and not repeats_safely)


@pytest.mark.parametrize(
    "details",
    [{"phone": 42}, {"email": None}, {"lines": "1 Mill Lane"}, {"lines": [1]}, {"iban": ["x"]}],
)
def test_details_that_are_no_text_are_an_error(details: dict[str, object]) -> None:
    with pytest.raises(DetailsUnreadable, match="NG"):
        read_creditor(code="NG", name="Northgate", details=details)


def test_a_letterhead_shows_what_there_is() -> None:
    creditor = read_creditor(
        code="NG", name="Northgate", details={"lines": ["1 Mill Lane"], "website": "https://ng.example/", "tier": 3}
    )

    assert creditor.letterhead_lines() == ("1 Mill Lane", "ng.example")
    assert creditor.words()["name"] == "Northgate"
    assert "code" not in creditor.words()


def facts(*items: OpenItem) -> Facts:
    return Facts(
        today=date(2026, 7, 1),
        creditor=read_creditor(code="NG", name="Northgate", details={}),
        party_name="Ann",
        party_is_company=False,
        reference="NG-1",
        currency="GBP",
        items=items,
    )


def item(reference: str, due_on: date, minor: int, currency: str = "GBP") -> OpenItem:
    return OpenItem(reference, "", "Invoice", due_on, due_on, Money(minor, currency), Money(minor * 2, currency))


@pytest.mark.parametrize(
    ("due_on", "overdue", "days"),
    [
        pytest.param(date(2026, 7, 2), 0, 0, id="due tomorrow"),
        pytest.param(date(2026, 7, 1), 0, 0, id="due today"),
        pytest.param(date(2026, 6, 30), 500, 1, id="due yesterday"),
    ],
)
def test_an_item_is_overdue_from_the_day_after_its_due_day(due_on: date, overdue: int, days: int) -> None:
    account = values(facts(item("I-1", due_on, 500)))["account"]

    assert (account["overdue"], account["days_past_due"]) == (Money(overdue, "GBP"), days)
    assert account["remaining"] == Money(500, "GBP")


def test_an_account_without_open_items_has_nothing_to_say_of_days() -> None:
    account = values(facts())["account"]

    assert (account["remaining"], account["oldest_due_on"], account["open_items"]) == (Money(0, "GBP"), None, 0)
    assert write(subject="{{ account.oldest_due_on }}", body="x", facts=facts(), speech=Speech("en")).subject == ""


def test_tables_keep_currencies_apart_and_items_in_order() -> None:
    tables = item_tables(
        [item("B", date(2026, 2, 1), 100), item("A", date(2026, 1, 1), 200), item("C", date(2026, 1, 1), 300, "JPY")],
        Speech("en"),
    )

    text = as_plain_text(tables)
    assert len(tables) == 2
    assert text.index("A ") < text.index("B ")
    assert "£3.00" in text
    assert "JP¥300" in text


def test_a_command_is_the_same_bytes_on_every_attempt() -> None:
    told = {"client": "NG", "account": "NG-1", "service": "L-7", "cause": "decision 4", "key": "k", "at": AT}

    first, second = (as_command(command=Command.RESUME, **told) for _time in range(2))

    assert first == second
    assert json.loads(first) == {
        "key": "k",
        "command": "resume",
        "client": "NG",
        "account": "NG-1",
        "service": "L-7",
        "cause": "decision 4",
        "decided_at": "2026-07-01T09:30:00+00:00",
    }


def test_right_party_outcomes_are_those_that_say_so() -> None:
    assert {outcome for outcome in CallOutcome if "Right person" in str(outcome.label)} == RIGHT_PARTY


@pytest.mark.parametrize("to", [To(Audience.ROLE, "team leader"), To(Audience.TEAM), To(Audience.USER, "ann")])
def test_an_audience_is_read_as_it_was_written(to: To) -> None:
    assert To.read(str(to)) == to


def test_items_have_the_level_of_their_own_days_and_the_message_the_highest() -> None:
    late, later, early = (item(name, due_on, 100) for name, due_on in LEVELLED)
    weighed = replace(facts(early, later, late), weighing=Weighing((1, 14, 30)))

    words = values(weighed)
    written = write(subject="{{ account.level }}", body="{% table items %}", facts=weighed, speech=Speech("en"))

    assert [(row["reference"], row["level"]) for row in words["items"]] == [("OLD", 3), ("LATE", 1), ("NEW", 0)]
    assert written.subject == "3"
    (table,) = written.blocks
    assert [column.title for column in table.columns] == ["Reference", "Issued", "Due", "Level", "Still to pay"]
    assert [row[3] for row in table.rows] == ["3", "1", "0"]
    assert table.totals == (("Total", "", "", "", "£3.00"),)


LEVELLED = (("LATE", date(2026, 6, 20)), ("OLD", date(2026, 6, 1)), ("NEW", date(2026, 7, 20)))


def test_the_account_of_an_item_stands_in_the_table_where_there_are_several() -> None:
    one, other = (replace(item(name, due_on, 100), account=f"ACC-{name}") for name, due_on in LEVELLED[:2])

    (several,) = item_tables([one, other], Speech("en"))
    (single,) = item_tables([one], Speech("en"))

    assert [row[1] for row in several.rows] == ["ACC-OLD", "ACC-LATE"]
    assert len(single.columns) == 4
