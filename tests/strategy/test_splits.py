"""Splits: accounts told apart by chance, the same way every day, and on the record with every decision."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from tests import builders
from tests.strategy import builders as strategies
from tests.strategy.builders import DAY, happened, run
from tests.strategy.reference import arm_of

from tallystick.contact.rules.weighing import ALONE
from tallystick.kernel import sql
from tallystick.strategy.models import Decision
from tallystick.strategy.queries import catalogue, why
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules import narration, own_words, reading
from tallystick.strategy.rules.document import Split

DOCUMENT = """
name: test
title: Test
start: waiting
splits:
  early-call:
    shares: {champion: 60, challenger: 40}
states:
  waiting:
    steps:
      - id: call
        when: split.early_call = "challenger"
        otherwise: skip
        do: [note: call]
      - id: letter
        do: [note: letter]
"""
SHARES = {"champion": 60, "challenger": 40}


def _arms(split: Split, ids: range) -> list[str]:
    fact = own_words.with_words((split,), ALONE, catalogue.rooms_catalogue()).facts[own_words.name_of_split(split.id)]
    return sql.value(
        f"SELECT array_agg({compiler.fact_sql(fact, DAY)} ORDER BY id) "  # noqa: S608
        "FROM generate_series(%s::bigint, %s::bigint) AS one(id), "
        "LATERAL (SELECT id AS account_id, id * 7 AS party_id) AS book",
        [ids.start, ids.stop - 1],
    )


@pytest.mark.django_db
@pytest.mark.parametrize("by_debtor", [False, True])
@pytest.mark.parametrize("shares", [{"a": 50, "b": 50}, {"a": 1, "b": 98, "c": 1}, {"one": 33, "two": 33, "three": 34}])
@pytest.mark.parametrize("ids", [range(1, 2_000), range(2**40, 2**40 + 500)])
def test_the_database_chooses_as_the_reference_does(by_debtor, shares, ids):
    found = _arms(Split("early-call", tuple(shares.items()), by_debtor), ids)

    assert found == [arm_of("early-call", shares, number * 7 if by_debtor else number) for number in ids]


@pytest.mark.django_db
def test_shares_are_kept_and_splits_say_nothing_of_each_other():
    ids = range(1, 20_001)
    one, other = (_arms(Split(name, tuple(SHARES.items()), by_debtor=False), ids) for name in ("early-call", "tone"))

    together = Counter(zip(one, other, strict=True))

    # Four standard deviations of 20,000 draws, about 0.0035 each.
    assert abs(Counter(one)["champion"] / 20_000 - 0.6) < 0.014
    assert abs(together["champion", "champion"] / 20_000 - 0.36) < 0.014


@pytest.mark.django_db
def test_an_arm_decides_stays_and_is_kept_with_every_decision():
    accounts = [builders.account() for _number in range(30)]
    strategies.publish(DOCUMENT)
    strategies.refresh(*(account.pk for account in accounts))
    run(DAY)
    before = {account.pk: happened(account.pk)[0][1] for account in accounts}
    strategies.publish(DOCUMENT.replace("title: Test", "title: Second"), day=DAY + timedelta(days=1))
    run(DAY + timedelta(days=1))

    arms = {account.pk: arm_of("early-call", SHARES, account.pk) for account in accounts}
    assert set(arms.values()) == {"champion", "challenger"}
    assert all((before[pk] == "Call") == any(title == "Call" for _day, title in happened(pk)) for pk in arms)
    for decision in Decision.objects.all():
        assert decision.facts == {"split.early_call": arms[decision.account_id]}
    challenger = next(pk for pk, arm in arms.items() if arm == "challenger")
    assert [day for day, _title in happened(challenger)] == [DAY, DAY + timedelta(days=1)]
    [*_later, first] = why.history(challenger)
    assert first.condition == "split early call is “challenger”"
    assert first.said_values == "early call: “challenger”"


@pytest.mark.django_db
def test_why_names_the_arm():
    account = builders.account()
    arm = arm_of("early-call", SHARES, account.pk)
    other = next(name for name in SHARES if name != arm)
    strategies.publish(DOCUMENT.replace('"challenger"\n        otherwise: skip', f'"{other}"'))
    strategies.refresh(account.pk)

    assert f"Now early call: “{arm}”." in why.why(account.pk, day=DAY).sentence


@pytest.mark.django_db
def test_all_accounts_of_a_debtor_are_in_one_arm_where_that_is_said():
    first = builders.account()
    second = strategies.sibling(first)
    strategies.publish(DOCUMENT.replace("    shares", "    by: debtor\n    shares"))
    strategies.refresh(first.pk, second.pk)
    run(DAY)

    arms = {decision.facts["split.early_call"] for decision in Decision.objects.all()}
    assert arms == {arm_of("early-call", SHARES, first.party_id)}


def test_a_split_is_read_aloud():
    document = reading.read(
        DOCUMENT.replace("    shares", "    by: debtor\n    shares"),
        catalogue.rooms_vocabulary(),
    )

    told = narration.narrate(document, catalogue.rooms_catalogue())

    assert [(each.title, each.when) for each in told.splits] == [
        ("Early call", "by chance, each debtor with all accounts: 60 % champion, 40 % challenger")
    ]
    assert told.states[0].steps[0].when == "if split early call is “challenger”; otherwise it is passed over"


@pytest.mark.parametrize(
    ("before", "after", "on_line", "said"),
    [
        pytest.param("challenger: 40", "challenger: 30", "shares:", "come to a hundred", id="sum"),
        pytest.param("challenger: 40", "challenger: -1", "shares:", "from 0 to 100", id="less than nothing"),
        pytest.param("challenger: 40", "Challenger!: 40", "shares:", "small letters", id="arm"),
        pytest.param('"challenger"\n', '"chalenger"\n', "when:", "Did you mean “challenger”?", id="no such arm"),
        pytest.param("early_call", "early_cal", "when:", "Did you mean “split.early_call”?", id="no such split"),
        pytest.param("  early-call:", "  in:", "  in:", "cannot be the name", id="word of the language"),
        pytest.param(
            "  early-call:",
            "  early_call: {shares: {a: 50, b: 50}}\n  early-call:",
            "early-call:",
            "two splits",
            id="twice",
        ),
        pytest.param("    shares", "    by: person\n    shares", "by: person", "account, debtor", id="by"),
    ],
)
def test_a_mistake_is_named_with_its_line(before, after, on_line, said):
    mistaken = DOCUMENT.replace(before, after, 1)

    with pytest.raises(reading.DocumentMistaken) as refused:
        reading.read(mistaken, catalogue.rooms_vocabulary())

    [problem, *_more] = [each for each in refused.value.problems if said in each.sentence]
    assert on_line in mistaken.splitlines()[problem.line - 1]
