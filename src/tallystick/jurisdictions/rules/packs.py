"""Read a pack whole or not at all, and hold it to the examples that it claims of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from tallystick.jurisdictions.rules import kinds
from tallystick.jurisdictions.rules.pack import Example, Law, Pack, Row, Rule
from tallystick.jurisdictions.rules.reading import BadPack, Mistake, Node, Wrong
from tallystick.jurisdictions.rules.sources import Confidence, Source
from tallystick.kernel.currencies import is_currency
from tallystick.kernel.refusals import Refusal

_HEAD = {"id", "jurisdiction", "title", "last_review", "review_by", "sources", "rules"}
_RULE = {"id", "title", "kind", "unit", "decided_on", "rows", "examples"}
_ROW = {"from", "value", "source", "confidence"}
_MORE_OF_A_ROW = {"until", "at", "note", "reviewed", "checked_until", "status"}


def read_pack(content: object, *, name: str) -> Pack:
    """Read a pack from the content of its file. Its examples are run by `failing_examples`, for they may need other packs.

    :raises BadPack: it is not well formed; each rule is listed with its first mistake
    """
    node = Node(content)
    mistakes: list[Mistake] = []
    rules: list[Rule] = []
    try:
        node.only(_HEAD)
        last_review, review_by = node.at("last_review").day(), node.at("review_by").day()
        if review_by <= last_review:
            raise node.at("review_by").wrong("the next review lies before the last", "write the day of the next one")
        sources = {key: _read_source(each) for key, each in node.at("sources").fields()}
        listed = list(node.at("rules").each())
    except Wrong as wrong:
        raise BadPack(name, [wrong.mistake]) from None
    for each in listed:
        try:
            rule = _read_rule(each, sources, last_review)
            if rule.id in {known.id for known in rules}:
                raise each.at("id").wrong(f"“{rule.id}” is there already", "give the rule an id of its own")
            rules.append(rule)
        except Wrong as wrong:
            mistakes.append(wrong.mistake)
    if mistakes:
        raise BadPack(name, mistakes)
    return Pack(
        id=node.at("id").text(),
        jurisdiction=node.at("jurisdiction").text(),
        title=node.at("title").text(),
        last_review=last_review,
        review_by=review_by,
        rules=tuple(rules),
    )


def _read_source(node: Node) -> Source:
    node.only({"title", "url"})
    return Source(node.at("title").text(), node.at("url").text())


def _read_rule(node: Node, sources: Mapping[str, Source], reviewed: date) -> Rule:
    node.only(_RULE)
    named = Node(node.content, f"{node.place} ({node.at('id').name()})")
    kind = named.at("kind").text()
    if kind not in kinds.KINDS:
        raise named.at("kind").wrong(f"there is no kind “{kind}”", f"write one of {', '.join(kinds.KINDS)}")
    if kind == "scale" and not is_currency(named.at("unit").text()):
        raise named.at("unit").wrong("a scale is of money", "write the code of its currency, such as GBP")
    rows = [_read_row(each, kind, sources, reviewed) for each in named.at("rows").each()]
    in_force = [row for row in rows if not row.status]
    for before, after in pairwise(in_force):
        if after.first_day <= before.first_day or (before.until is not None and before.until > after.first_day):
            raise named.at("rows").wrong(
                f"the row from {after.first_day} does not come after the one from {before.first_day}",
                "order rows by the day from which they hold; one ends where the next begins",
            )
    return Rule(
        id=named.at("id").name(),
        title=named.at("title").text(),
        kind=kind,
        unit=named.at("unit").text(),
        decided_on=named.at("decided_on").text(),
        rows=tuple(in_force),
        pending=tuple(row for row in rows if row.status),
        examples=tuple(_read_example(each) for each in named.at("examples").each()),
    )


def _read_row(node: Node, kind: str, sources: Mapping[str, Source], reviewed: date) -> Row:
    node.only(_ROW, _MORE_OF_A_ROW)
    source = node.at("source").text()
    if source not in sources:
        raise node.at("source").wrong(f"“{source}” is not among the sources", "add it to them, or name one that is")
    row = Row(
        first_day=node.at("from").day(),
        until=node.maybe("until", Node.day),
        value=kinds.KINDS[kind].read(node.at("value")),
        written=node.at("value").content,
        source=sources[source],
        provision=node.maybe("at", Node.text) or "",
        confidence=node.at("confidence").word(Confidence),
        note=node.maybe("note", Node.text) or "",
        reviewed=node.maybe("reviewed", Node.day) or reviewed,
        checked_until=node.maybe("checked_until", Node.day),
        status=node.maybe("status", Node.text) or "",
    )
    if row.until is not None and row.until <= row.first_day:
        raise node.at("until").wrong("the row ends before it begins", "write the first day on which it no longer holds")
    return row


def _read_example(node: Node) -> Example:
    node.only({"day", "gives"}, {"given"})
    return Example(
        day=node.at("day").day(),
        given={name: each.content for name, each in node.at("given").fields()} if node.has("given") else {},
        gives={name: each.content for name, each in node.at("gives").fields()},
        place=node.place,
    )


def failing_examples(pack: Pack, law: Law) -> Iterator[str]:
    """Give a sentence for each worked example of a pack that its rules do not bear out."""
    for rule in pack.rules:
        for example in rule.examples:
            try:
                answers = kinds.ask(rule, example.given, day=example.day, law=law)
            except Refusal as refusal:
                yield f"{example.place}: {refusal}"
                continue
            for name, expected in example.gives.items():
                if name not in answers:
                    yield f"{example.place}: {rule.id} answers no “{name}”, only {', '.join(answers)}"
                elif not same(answers[name], expected):
                    yield f"{example.place}: {rule.id} gives {name} {answers[name]}, not {expected}"


def same(found: Any, expected: object) -> bool:
    """Test if an answer is what a file says: numbers as numbers, lists thing by thing."""
    if isinstance(found, Decimal):
        try:
            return found == Decimal(str(expected))
        except InvalidOperation:
            return False
    if isinstance(expected, Sequence) and not isinstance(expected, str):
        return isinstance(found, Sequence) and len(found) == len(expected) and all(map(same, found, expected))
    return bool(found == expected) and isinstance(found, bool) is isinstance(expected, bool)
