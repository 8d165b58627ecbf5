"""Proofs of facts: a story of an account, told through the rooms' own actions, and the values worked out by hand beforehand.

    @proves({"accounts.balance": gbp("75.00"), "payments.last_on": date(2026, 2, 20)})
    def test_what_is_paid_is_no_longer_owed(debtor):
        ...
        return account

The decorator asserts; the story only lives it and gives its account. It reads the facts as strategies do: out of the book, after
every background job and the night's run of that day. `test_catalogue.py` fails for every fact that no proof is about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import wraps
from types import MappingProxyType

import pytest
from tests.strategy import builders as strategies
from tests.strategy.builders import DAY

from tallystick.accounts.models import Account
from tallystick.config.working_off import work_off
from tallystick.kernel import clock, sql
from tallystick.kernel.money import Money
from tallystick.strategy.queries import catalogue, invariants
from tallystick.strategy.rules import compile as compiler
from tallystick.strategy.rules import types

Value = Money | date | str | bool | int | None


@dataclass(frozen=True)
class Proof:
    """A story, the day on which its account is looked at, and what must be true of it then."""

    story: str
    day: date
    expected: Mapping[str, Value]


PROOFS: list[Proof] = []


def proves(expected: Mapping[str, Value], *, on: date = DAY) -> Callable[[Callable[..., Account]], Callable[..., None]]:
    """Make a story the proof of some facts: each has its value on a day, in the book and in a condition."""
    if not expected:
        raise ValueError("a proof is about a fact at least")
    strange = sorted(set(expected) - set(catalogue.rooms_catalogue().facts))
    if strange:
        raise ValueError(f"there are no facts named {', '.join(strange)}")
    fixed = MappingProxyType(dict(expected))

    def prove(story: Callable[..., Account]) -> Callable[..., None]:
        PROOFS.append(Proof(f"{story.__module__}.{story.__name__}", on, fixed))

        @pytest.mark.django_db
        @wraps(story)
        def proof(*args: object, **kwargs: object) -> None:
            try:
                account = story(*args, **kwargs)
                assert isinstance(account, Account), "a story gives its account"
                live_until(on)
                strategies.run(on)
                wrong = differing(fixed, account, day=on) or untrue(fixed, account, day=on) or breaches(on)
                assert not wrong, "; ".join(wrong)
            finally:
                clock.travel_to(None)

        return proof

    return prove


def live_until(day: date) -> None:
    """Let a day come: its morning, with everything done that waits to be done in the background."""
    clock.travel_to(strategies.at(day))
    work_off()


def values(account: Account, *, day: date) -> dict[str, object]:
    """Give every fact of an account as the book has it on a day; money in minor units."""
    facts = catalogue.facts()
    read = ", ".join(f"{catalogue.expression(fact, day)} AS fact_{place}" for place, fact in enumerate(facts))
    (row,) = sql.rows(f"SELECT {read} FROM strategy_book AS book WHERE account_id = %s", [account.pk])  # noqa: S608
    return {fact.name: row[f"fact_{place}"] for place, fact in enumerate(facts)}


def differing(expected: Mapping[str, Value], account: Account, *, day: date) -> list[str]:
    """Give, in words, the facts of an account that have another value on a day than was expected."""
    found = values(account, day=day)
    return [
        f"{name} is {found[name]!r}, not {plain(value)!r}"
        for name, value in expected.items()
        if found[name] != plain(value) or isinstance(found[name], bool) != isinstance(value, bool)
    ]


def plain(value: Value) -> object:
    """Give a value as the book has it: money in minor units."""
    return value.minor if isinstance(value, Money) else value


def written(value: Value) -> str:
    """Write a value as a condition does."""
    match value:
        case None:
            return "is unknown"
        case Money():
            return f"= {value.amount} {value.currency}"
        case bool():
            return f"= {str(value).lower()}"
        case str():
            return f'= "{value}"'
        case date():
            return f"= {value.isoformat()}"
        case int():
            return f"= {value}"


def untrue(expected: Mapping[str, Value], account: Account, *, day: date) -> list[str]:
    """Give the conditions, one for each value, that are not true of an account on a day."""
    words = catalogue.rooms_catalogue()
    conditions = [f"{name} {written(value)}" for name, value in expected.items()]
    read = ", ".join(
        f"({compiler.to_sql(types.understand(text, words), words, day)}) IS TRUE AS condition_{place}"
        for place, text in enumerate(conditions)
    )
    (row,) = sql.rows(f"SELECT {read} FROM strategy_book AS book WHERE account_id = %s", [account.pk])  # noqa: S608
    return [text for place, text in enumerate(conditions) if not row[f"condition_{place}"]]


def breaches(day: date) -> list[str]:
    """Give how the book differs from a fresh computation on a day, as `tallystick check` would name it."""
    (fresh,) = [each for each in invariants.INVARIANTS if each.name == "facts equal a fresh computation"]
    assert callable(fresh.breaches)
    return [row["what"] for rows in fresh.breaches(strategies.at(day)) for row in sql.rows(rows.select, rows.params)]


def reads_the_account(name: str) -> bool:
    """Tell whether a fact depends on the account at all, and not only on the day."""
    return "book." in catalogue.rooms_catalogue().facts[name].sql
