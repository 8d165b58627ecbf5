"""Golden accounts of a version, and the facts of a live account to make one of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import F, Q

from tallystick.kernel import sql
from tallystick.strategy.models import GoldenAccepted, GoldenAccount, Version
from tallystick.strategy.queries import catalogue, life, versions
from tallystick.strategy.rules import bundle, golden_words, golden_yaml, own_words
from tallystick.strategy.rules.golden import OF_PLACE, Case, Outcome, Written, looked_back, step_of, written_value


def cases(version: Version) -> list[Case]:
    """Give the golden accounts of a version by name, with what is expected of them by now."""
    return [case for _number, case in numbered(version)]


def numbered(version: Version, *, draft: Version | None = None) -> list[tuple[int, Case]]:
    """Give the golden accounts of a version by name, each with its number, and with what is expected of it by now.

    That is what was accepted with the policy that was published last among those that something was accepted with, and beyond
    them with a draft of a policy, where one is given.
    """
    of_policies = GoldenAccepted.objects.filter(golden__version=version)
    counts = Q(version__published_at__isnull=False)
    if draft is not None:
        counts |= Q(version=draft)
    accepted = {
        row.golden_id: Outcome(tuple(row.happens), tuple(row.orders))
        for row in of_policies.filter(counts).order_by(F("version__published_at").asc(nulls_last=True), "pk")
    }
    rows = [(row.pk, as_case(row)) for row in life.golden_accounts(version)]
    return [(number, replace(case, expected=accepted.get(number, case.expected))) for number, case in rows]


def as_case(row: GoldenAccount) -> Case:
    """Give a golden account as the case it is."""
    return Case(
        name=row.name,
        title=row.title,
        day=row.day,
        state=row.state,
        step=row.step,
        entered_on=row.entered_on,
        stepped_on=row.stepped_on,
        review_on=row.review_on,
        event=row.event,
        facts=row.facts,
        expected=Outcome(tuple(row.happens), tuple(row.orders)),
    )


def as_row(case: Case) -> dict[str, Any]:
    """Give the columns that keep a case."""
    return {
        "name": case.name,
        "title": case.title,
        "day": case.day,
        "state": case.state,
        "step": case.step,
        "entered_on": case.entered_on,
        "stepped_on": case.stepped_on,
        "review_on": case.review_on,
        "event": case.event,
        "facts": dict(case.facts),
        "happens": list(case.expected.happens),
        "orders": list(case.expected.orders),
    }


def as_yaml(version: Version) -> str:
    """Write the golden accounts of a version."""
    return golden_yaml.write_cases(cases(version))


def as_file(version: Version) -> str:
    """Write a version as one file: its document and its golden accounts."""
    return bundle.join(version.document, as_yaml(version))


def read_yaml(text: str) -> list[Case]:
    """Read golden accounts.

    :raises DocumentMistaken: something in them is wrong
    """
    return golden_yaml.read_cases(text, catalogue.vocabulary())


def taken(account_id: int, *, name: str, title: str, day: date) -> tuple[Case, Version] | None:
    """Make a case of an account as it stands, for a day, and give it with the version it is in; None where it is in none.

    Nothing is expected of it yet. Its facts are those of the catalogue: no name, no address, no number.
    """
    version_id = sql.value("SELECT version_id FROM strategy_book WHERE account_id = %s", [account_id])
    if version_id is None:
        return None
    version = versions.get_version(version_id)
    program = versions.program_of(version.document)
    facts = [fact for fact in catalogue.catalogue().facts.values() if not fact.name.startswith(OF_PLACE)]
    words = own_words.words(program.document, catalogue.catalogue())
    through = [fact for word in golden_words.spoken_by(program, words) for fact in golden_words.made_of(word)]
    looks = [*looked_back(program, words), *(fact for fact in through if fact.name not in words.facts)]
    facts += dict.fromkeys(looks)
    selected = ", ".join(catalogue.expression(fact, day) for fact in facts)
    with sql.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT place, state_entered_on, stepped_on, next_review_on, {catalogue.expression(_currency(), day)},
                   {selected}
            FROM strategy_book AS book WHERE account_id = {account_id:d}
            """  # noqa: S608
        )
        row = cursor.fetchone()
    number, entered_on, stepped_on, review_on, currency, *values = row
    place = program.places[number]
    stated: dict[str, Written] = {
        fact.name: written_value(fact, value, currency) for fact, value in zip(facts, values, strict=True)
    }
    case = Case(
        name=name,
        title=title,
        day=day,
        state=place.state.id,
        step=step_of(place),
        entered_on=entered_on,
        stepped_on=stepped_on,
        review_on=review_on,
        event="",
        facts=stated,
        expected=Outcome((), ()),
    )
    return case, version


def _currency() -> Any:
    return catalogue.catalogue().currency
