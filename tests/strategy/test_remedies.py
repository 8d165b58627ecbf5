"""The smallest change that frees an account: true once it is made, by the compiled SQL itself, and not a unit earlier."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from tests.strategy.examples import CATALOGUE, DAY, accounts, conditions, facts_of, histories_of
from tests.strategy.reference import Reference

from tallystick.kernel import sql
from tallystick.kernel.facts import FactType
from tallystick.strategy.queries import catalogue
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules import types
from tallystick.strategy.rules.levers import Standing, Wish, is_age
from tallystick.strategy.rules.remedies import Change, Wait, remedies
from tallystick.strategy.rules.remedies_aloud import said_remedies
from tallystick.strategy.rules.tree import LookBack, Name, Node, words
from tallystick.strategy.rules.types import Catalogue


def _written(fact, value):
    """Write a fact as the value it is to have; an age goes on growing from there."""
    if value is None:
        type_ = {"money": "numeric", "number": "numeric", "date": "date", "text": "text", "boolean": "boolean"}[
            fact.type
        ]
        return replace(fact, sql=f"NULL::{type_}")
    if is_age(fact):
        return replace(fact, sql=f"{{day}} - DATE '{DAY}' + ({value})")
    if fact.type is FactType.DATE:
        value = value if isinstance(value, date) else date.fromordinal(value)
        return replace(fact, sql=f"DATE '{value}'")
    if fact.type is FactType.TEXT:
        return replace(fact, sql=compiler.quote_text(value).replace("%", "%%"))
    return replace(fact, sql=str(value).lower() if isinstance(value, bool) else f"({value})::numeric")


def _changed(facts, remedy):
    """Give the facts and the day after a remedy."""
    facts = dict(facts)
    day = DAY
    for part in remedy:
        if isinstance(part, Wait):
            day = part.until
        else:
            facts[part.fact.name] = part.to
    return facts, day


def _text(tree, facts, day):
    """Write a condition over facts as they are to be, what is looked back at among them."""
    looked = {CATALOGUE.fact(word): f"looked.back_{n}" for n, word in enumerate(words(tree)) if type(word) is LookBack}
    named = [replace(_written(fact, facts[fact.name]), name=name) for fact, name in looked.items()]
    known = [_written(fact, facts[fact.name]) for fact in CATALOGUE.facts.values()]
    return compiler.to_sql(_by_name(tree, looked), Catalogue.of([*known, *named]), day)


def _by_name(value, looked):
    """Give a condition that names what it looks back at."""
    if type(value) is LookBack:
        return Name(looked[CATALOGUE.fact(value)], value.span)
    if type(value) is tuple:
        return tuple(_by_name(each, looked) for each in value)
    if isinstance(value, Node):
        return replace(value, **{each.name: _by_name(getattr(value, each.name), looked) for each in fields(value)})
    return value


def _facts(tree, account):
    """Give everything that a condition can ask of an account, by the slow evaluator."""
    facts = facts_of(account)
    reference = Reference(facts, DAY, histories_of(account))
    for word in words(tree):
        if type(word) is LookBack:
            value = reference.of(word)
            facts[CATALOGUE.fact(word).name] = int(value) if isinstance(value, Fraction) else value
    return facts


def _answers(texts):
    with sql.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(texts))
        return list(cursor.fetchone())


def _smaller(remedy):
    """Give what a remedy would be with one of its parts a unit smaller, for each part that can be."""
    for place, part in enumerate(remedy):
        match part:
            case Wait(days=days):
                less = Wait(days - 1, part.until - timedelta(days=1))
            case Change(was=int(), to=int()) if part.fact.type is not FactType.BOOLEAN:
                less = replace(part, to=part.to - (1 if part.by > 0 else -1))
            case _:
                continue
        yield (*remedy[:place], less, *remedy[place + 1 :])


_IS_WISHED = {
    Wish.TRUE: lambda answer: answer is True,
    Wish.FALSE: lambda answer: answer is False,
    Wish.NOT_TRUE: lambda answer: answer is not True,
    Wish.NOT_FALSE: lambda answer: answer is not False,
}


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("wish", Wish)
@settings(
    max_examples=250,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(conditions, accounts)
def test_a_remedy_is_enough_and_a_unit_less_is_not(wish, text, account):
    tree = types.understand(text, CATALOGUE)
    facts = _facts(tree, account)
    found = remedies([(tree, wish)], Standing(CATALOGUE, DAY, facts))

    [now] = _answers([_text(tree, facts, DAY)])
    assert (found[:1] == [()]) or not _IS_WISHED[wish](now), "an account that lacks nothing is told so"
    assert found[:1] != [()] or _IS_WISHED[wish](now), "and one that does is not"
    enough = [_text(tree, *_changed(facts, remedy)) for remedy in found]
    less = [(remedy, _text(tree, *_changed(facts, each))) for remedy in found for each in _smaller(remedy)]
    answers = _answers(["1", *enough, *(each for _remedy, each in less)])[1:]
    for remedy, answer in zip(found, answers, strict=False):
        assert _IS_WISHED[wish](answer), remedy
    for (remedy, _each), answer in zip(less, answers[len(enough) :], strict=True):
        assert not _IS_WISHED[wish](answer), remedy


def _said(text, wish=Wish.TRUE, **values):
    """Say the remedies for an account of the real catalogue, of which nothing is known but some facts."""
    known = catalogue.rooms_catalogue()
    facts = dict.fromkeys(known.facts) | {"accounts.currency": "GBP"}
    facts |= {known.short[name][0]: value for name, value in values.items()}
    found = remedies([(types.understand(text, known), wish)], Standing(known, date(2026, 11, 29), facts))
    return said_remedies(found, "GBP")


@pytest.mark.parametrize(
    ("text", "values", "said"),
    [
        ("balance <= £50", {"balance": 6_240}, "with £12.40 more paid"),
        ("balance < £50", {"balance": 6_240}, "with £12.41 more paid"),
        ("overdue > £100", {"overdue": 9_999}, "with £0.02 more overdue"),
        ("balance * 0.5 >= £50", {"balance": 9_999}, "with £0.01 more owed"),
        ("days_past_due >= 7", {"days_past_due": 3}, "in 4 days (Thursday, 3 December 2026)"),
        ("days_past_due > 3", {"days_past_due": 3}, "tomorrow (Monday, 30 November 2026)"),
        ("days_past_due <= 3", {"days_past_due": 9}, "with days past due at most 3 days"),
        ("oldest_due_on < today - 30 days", {"oldest_due_on": date(2026, 10, 30)},
         "tomorrow (Monday, 30 November 2026), or with oldest due on 29 October 2026 or earlier"),
        ("today >= 2026-12-24", {}, "in 25 days (Thursday, 24 December 2026)"),
        ("broken_in_a_row >= 2", {"broken_in_a_row": 1}, "with one more broken promise"),
        ("broken_in_a_row >= 2", {"broken_in_a_row": 0}, "with 2 more broken promises"),
        ("open_count = 0", {"open_count": 1}, "with the dispute decided"),
        ("has_email", {"has_email": False}, "with an e-mail address"),
        ("has_email or has_address", {"has_email": False, "has_address": False},
         "with a postal address, or with an e-mail address"),
        ("has_email and balance > £50", {"has_email": False, "balance": 5_000}, "with £0.01 more owed and an e-mail address"),
        ("balance > £50 or (days_past_due > 5 and has_email)", {"has_email": False, "balance": 0, "days_past_due": 4},
         "with £50.01 more owed, or in 2 days (Tuesday, 1 December 2026) with an e-mail address"),
        ("balance > £50 and balance < £60", {"balance": 9_000}, "with £30.01 more paid"),
        ('country = "GB"', {"country": "FR"}, "with country “GB”"),
        ('country != "FR"', {"country": "FR"}, "with country other than “FR”"),
        ('country in {"GB", "IE"}', {"country": "FR"}, "with country “GB” or “IE”"),
        ('kind != "person"', {"kind": "person"}, "with kind “company”"),
        ("balance > €50", {"balance": 0}, ""),
        ("broken_count < 2", {"broken_count": 3}, ""),
        ("days_since_call >= 3", {}, "with days since call at least 3 days"),
        ("last_on > today - 7 days", {"last_on": date(2026, 11, 20)}, "with last on 23 November 2026 or later"),
        ("balance > £50 and balance < £40", {"balance": 0}, ""),
        ("balance > £50", {"balance": 6_000}, ""),
    ],
)  # fmt: skip
def test_a_remedy_is_said_as_a_person_would_say_it(text, values, said):
    assert _said(text, **values) == said


@pytest.mark.parametrize(
    ("text", "values", "said"),
    [
        ("holds.stops_contact", {"stops_contact": True}, "with the hold ended"),
        ("disputes.open_count > 0", {"open_count": 2}, "with 2 disputes decided"),
        ("overdue <= 0", {"overdue": 0}, "with £0.01 more overdue"),
        (
            "promises.is_open and balance > 0",
            {"is_open": True, "balance": 100},
            "with £1.00 more paid, or with no open promise",
        ),
    ],
)
def test_a_guard_is_to_be_anything_but_true(text, values, said):
    assert _said(text, Wish.NOT_TRUE, **values) == said


def test_what_one_change_brings_about_is_not_asked_for_with_another():
    text = '(segment != "sme") or ((segment = "key") and (£500 = balance))'
    facts = {**dict.fromkeys(CATALOGUE.facts), "balance": 0, "currency": "GBP"}

    found = remedies([(types.understand(text, CATALOGUE), Wish.TRUE)], Standing(CATALOGUE, DAY, facts))

    assert [len(remedy) for remedy in found] == [1]
