"""Golden accounts as YAML: read with every mistake by its line, and written so that reading gives the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from tallystick.strategy.rules import strict_yaml
from tallystick.strategy.rules.golden import (
    OF_PLACE,
    Case,
    Outcome,
    ValueUnreadable,
    Written,
    fact_named,
    read_value,
    with_currency,
)
from tallystick.strategy.rules.mistakes import nearest
from tallystick.strategy.rules.reading import DocumentMistaken, Vocabulary
from tallystick.strategy.rules.section import Problem, Section
from tallystick.strategy.rules.strict_yaml import Mapping, Scalar, Sequence, Yaml, YamlUnreadable

MOST_CASES = 200

_KEYS = (
    "name",
    "title",
    "day",
    "state",
    "step",
    "entered",
    "stepped",
    "waits_until",
    "event",
    "facts",
    "happens",
    "orders",
)
_REQUIRED = ("name", "title", "day", "state", "entered", "happens")
_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
#: What may stand without quotes and is read as it was: words, and the values of facts that are no words.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_. -]*[A-Za-z0-9_]|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMERIC = re.compile(r"(?!-0$)-?[0-9]+(\.[0-9]+)?( [A-Z]{3})?")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off"})


def read_cases(text: str, vocabulary: Vocabulary) -> list[Case]:
    """Read golden accounts.

    :raises DocumentMistaken: something in them is wrong; every mistake is named
    """
    if not text.strip():
        return []
    try:
        root = strict_yaml.read(text)
    except YamlUnreadable as refusal:
        raise DocumentMistaken([Problem((), refusal.fields["line"], str(refusal.fields["reason"]))]) from None
    problems: list[Problem] = []
    if not isinstance(root, Sequence) or len(root.items) > MOST_CASES:
        raise DocumentMistaken(
            [Problem((), root.line, _("a list of at most {n} accounts is expected.").format(n=MOST_CASES))]
        )
    cases = []
    for place, item in enumerate(root.items, start=1):
        cases.append(_Reader(item, place, vocabulary, problems).case())
        if [case.name for case in cases].count(cases[-1].name) > 1:
            problems.append(Problem((place, "name"), item.line, _("two golden accounts have this name.")))
    if problems:
        raise DocumentMistaken(sorted(problems, key=lambda problem: problem.line))
    return cases


class _Reader:
    """Reads one golden account; mistakes are gathered by its section."""

    def __init__(self, node: Yaml, place: int, vocabulary: Vocabulary, problems: list[Problem]) -> None:
        self._section, self._vocabulary = Section(node, (place,), problems), vocabulary
        facts = node.entries.get("facts") if isinstance(node, Mapping) else None
        self._values = facts.entries if isinstance(facts, Mapping) else {}

    def case(self) -> Case:
        section = self._section
        section.only(_KEYS, required=_REQUIRED)
        name = section.text("name")
        if name and not _ID.fullmatch(name):
            section.problem(_("small letters, digits and dashes are expected here."), "name")
        event = section.text("event")
        if event and event not in (self._vocabulary.events or ()):
            section.problem(
                _("there is no event “{word}”."), "event", word=event, existing=self._vocabulary.events or ()
            )
        day = self._day("day") or date.max
        entered_on, stepped_on = self._day("entered") or day, self._day("stepped")
        if entered_on > day or (stepped_on is not None and stepped_on >= day):
            section.problem(_("the account came to its state by the day, and made its last step before it."), "day")
        return Case(
            name=name,
            title=section.text("title"),
            day=day,
            state=section.text("state"),
            step=section.text("step"),
            entered_on=entered_on,
            stepped_on=stepped_on,
            review_on=self._day("waits_until"),
            event=event,
            facts=self._facts(),
            expected=Outcome(tuple(section.texts("happens")), tuple(section.texts("orders"))),
        )

    def _day(self, key: str) -> date | None:
        text = self._section.text(key)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._section.problem(_("a day is expected here, such as 2026-03-02."), key)
            return None

    def _facts(self) -> dict[str, Written]:
        section, catalogue = self._section.section("facts"), self._vocabulary.catalogue
        facts: dict[str, Written] = {}
        for key in self._values:
            fact = fact_named(key, catalogue)
            if fact is None or fact.name.startswith(OF_PLACE):
                near = nearest(key, (*catalogue.short, *catalogue.facts))
                section.problem(
                    _("there is no fact “{word}” to state."), key, word=key, existing=[near] if near else ()
                )
                continue
            node = self._values[key]
            try:
                if not isinstance(node, Scalar):
                    raise ValueUnreadable(_("one value is expected here."))
                facts[fact.name] = read_value(fact, node.value)
            except ValueUnreadable as wrong:
                section.problem(str(wrong), key)
        try:
            return with_currency(facts, catalogue)
        except ValueUnreadable as wrong:
            section.problem(str(wrong))
            return facts


def write_cases(cases: list[Case]) -> str:
    """Write golden accounts as YAML."""
    return "\n".join("\n".join(_lines(case)) for case in cases) + "\n" if cases else ""


def _lines(case: Case) -> Iterator[str]:
    yield f"- name: {case.name}"
    pairs = {
        "title": case.title,
        "day": case.day.isoformat(),
        "state": case.state,
        "step": case.step,
        "entered": case.entered_on.isoformat(),
        "stepped": case.stepped_on.isoformat() if case.stepped_on else "",
        "waits_until": case.review_on.isoformat() if case.review_on else "",
        "event": case.event,
    }
    for key, value in pairs.items():
        if value:
            yield f"  {key}: {_written(value)}"
    if case.facts:
        yield "  facts:"
        for name in sorted(case.facts):
            yield f"    {name}: {_written_fact(case.facts[name])}"
    for key, words in (("happens", case.expected.happens), ("orders", case.expected.orders)):
        if words:
            yield f"  {key}:"
            yield from (f"    - {_written(word)}" for word in words)
        elif key == "happens":
            yield "  happens: []"


def _written_fact(value: Written) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if _NUMERIC.fullmatch(value) else _written(value)


def _written(text: str) -> str:
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if is_plain else json.dumps(text, ensure_ascii=False)
