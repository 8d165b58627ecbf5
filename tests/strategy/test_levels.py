"""Levels of items, and one message for all that a debtor has with a client."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import BY, DAY, at, happened, run

from tallystick.contact.actions.templates import load_templates
from tallystick.contact.models import Message
from tallystick.contact.queries.merging import messages_to_write
from tallystick.contact.rules.fields import Speech
from tallystick.contact.rules.weighing import Weighing
from tallystick.contact.rules.writing import values, write
from tallystick.documents.rules.text import as_plain_text
from tallystick.holds import actions as hold_actions
from tallystick.holds.rules import Reason
from tallystick.kernel import sql
from tallystick.parties import actions as party_actions
from tallystick.parties.rules import ContactKind
from tallystick.strategy.models import Decision
from tallystick.strategy.queries import catalogue, decided, invariants, runs
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules import narration, own_words, reading
from tallystick.timeline import queries as timeline

DOCUMENT = """
name: test
title: Test
start: chasing
levels: {1: 1 day past due, 2: 14 days past due, 3: 30 days past due}
one_message_per: debtor
states:
  chasing:
    steps:
      - id: write
        when: level >= 1
        do:
          - email: reminder_1
"""


def _account(*ages: int, like=None):
    account = strategies.sibling(like) if like else builders.account()
    if not like:
        party_actions.add_contact_point(
            party_id=account.party_id, kind=ContactKind.EMAIL, value="amelia@debtor.example", at=at(DAY), by=BY
        )
    for age in ages:
        builders.invoice(account, "100.00", due_on=DAY - timedelta(days=age))
    return account


@pytest.fixture
def templates(db):
    load_templates(at=at(DAY), by=BY)


def _run(document: str, *accounts) -> None:
    strategies.publish(document)
    strategies.refresh(*(account.pk for account in accounts))
    run(DAY)


def _written(message: Message):
    [merge] = messages_to_write([message.pk], at=at(DAY))
    return merge.account.facts


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(
    st.sets(st.integers(0, 40), min_size=1, max_size=4),
    st.none() | st.lists(st.integers(-10, 60), min_size=1, max_size=5),
)
def test_the_level_of_an_account_is_the_highest_of_its_items(begins, ages):
    weighing = Weighing(tuple(sorted(begins)))
    fact = own_words.with_words((), weighing, catalogue.rooms_catalogue()).facts["levels.level"]
    oldest = DAY - timedelta(days=max(ages)) if ages else None

    found = sql.value(
        f"SELECT {compiler.fact_sql(fact, DAY)} FROM (SELECT %s::date AS oldest_due_on) AS book",  # noqa: S608
        [oldest],
    )

    assert found == max((weighing.level(age) for age in ages or ()), default=0)


@pytest.mark.usefixtures("templates")
def test_one_message_at_the_highest_level_lists_all_items_with_theirs():
    account = _account(40, 20, 2, -10)
    _run(DOCUMENT, account)

    facts = _written(Message.objects.get())

    words = values(facts)
    assert words["account"]["level"] == 3
    assert [row["level"] for row in words["items"]] == [3, 2, 1, 0]
    assert Decision.objects.get().facts == {"levels.level": 3}


@pytest.mark.usefixtures("templates")
def test_the_account_with_the_highest_level_speaks_for_all_of_its_debtor_with_the_client():
    early = _account(2)
    late = _account(35, like=early)
    _run(DOCUMENT, early, late)

    message = Message.objects.get()
    assert message.account_id == late.pk
    facts = _written(message)
    text = as_plain_text(write(subject="x", body="{% table items %}", facts=facts, speech=Speech("en")).blocks)
    assert early.reference in text
    assert late.reference in text
    assert sorted(row["level"] for row in values(facts)["items"]) == [1, 3]
    assert happened(early.pk) == [(DAY, "Write")]
    [told] = timeline.of_account([early.pk], kinds=["strategy.SpokenFor"])
    assert (told["data"]["speaker"], told["data"]["order"]) == (late.reference, "email reminder_1")
    decision = Decision.objects.get(account_id=early.pk)
    assert decided.find_decision(decision.pk, account_id=early.pk).spoken_for_by == (late.reference,)
    report = runs.report(runs.runs()[0])
    assert [(each.said, each.times) for each in report.orders[0].refusals] == [
        ("another account of the debtor speaks", 1)
    ]
    [rule] = [each for each in invariants.INVARIANTS if each.name == "what was decided was done"]
    assert [sql.rows(part.select, part.params) for part in rule.parts(at=at(DAY))] == [[]]


@pytest.mark.usefixtures("templates")
def test_accounts_of_one_level_are_spoken_for_by_the_one_opened_first():
    first = _account(5)
    second = _account(5, like=first)
    _run(DOCUMENT, first, second)

    assert Message.objects.get().account_id == first.pk


@pytest.mark.usefixtures("templates")
def test_an_account_that_is_held_neither_speaks_nor_is_spoken_of():
    early = _account(2)
    late = _account(35, like=early)
    hold_actions.place_hold(account_id=late.pk, reason=Reason.DISPUTE, at=at(DAY), by=BY)
    _run(DOCUMENT.replace("states:", "never_when: {held: holds.stops_contact}\nstates:"), early, late)

    message = Message.objects.get()
    assert message.account_id == early.pk
    assert [row["account"] for row in values(_written(message))["items"]] == [early.reference]


@pytest.mark.usefixtures("templates")
def test_accounts_with_other_clients_speak_for_themselves():
    one = _account(2)
    other = builders.account(builders.portfolio(builders.client()))
    builders.invoice(other, "50.00", due_on=date(2026, 1, 1))
    sql.execute("UPDATE accounts_account SET party_id = %s WHERE id = %s", [one.party_id, other.pk])
    _run(DOCUMENT, one, other)

    assert {message.account_id for message in Message.objects.all()} == {one.pk, other.pk}
    assert len(values(_written(Message.objects.get(account_id=one.pk)))["items"]) == 1


@pytest.mark.usefixtures("templates")
def test_without_the_word_each_account_speaks_for_itself():
    early = _account(2)
    late = _account(35, like=early)
    _run(DOCUMENT.replace("one_message_per: debtor", "one_message_per: account"), early, late)

    assert {message.account_id for message in Message.objects.all()} == {early.pk, late.pk}


def test_levels_are_read_aloud():
    told = narration.narrate(reading.read(DOCUMENT, catalogue.rooms_vocabulary()), catalogue.rooms_catalogue())

    assert [(each.title, each.when) for each in told.weighing] == [
        ("Level 1", "from 1 day past due"),
        ("Level 2", "from 14 days past due"),
        ("Level 3", "from 30 days past due"),
        (
            "One message for each debtor",
            "the account with the highest level speaks for all that a debtor has with the client",
        ),
    ]
    assert told.states[0].steps[0].when == "as soon as level is at least 1"


@pytest.mark.parametrize(
    ("before", "after", "on_line", "said"),
    [
        pytest.param("2: 14 days past due", "2: 14 days", "levels:", "“14 days past due”", id="days"),
        pytest.param("2: 14 days past due", "2: 1 day past due", "levels:", "later than the one before", id="order"),
        pytest.param("2: 14 days", "4: 14 days", "levels:", "numbered from 1, so this is 2", id="number"),
        pytest.param("per: debtor", "per: person", "one_message_per", "account, debtor", id="per"),
        pytest.param("level >= 1", "levl >= 1", "when:", "Did you mean “level”?", id="word"),
    ],
)
def test_a_mistake_is_named_with_its_line(before, after, on_line, said):
    mistaken = DOCUMENT.replace(before, after, 1)

    with pytest.raises(reading.DocumentMistaken) as refused:
        reading.read(mistaken, catalogue.rooms_vocabulary())

    [problem, *_more] = [each for each in refused.value.problems if said in each.sentence]
    assert on_line in mistaken.splitlines()[problem.line - 1]
