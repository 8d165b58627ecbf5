"""The page of reference about policy documents, made from what their reader itself uses."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from tallystick.strategy.rules.policies import bands, keys, words
from tallystick.strategy.rules.policies.document import ROOMS, Kind
from tallystick.strategy.rules.types import Catalogue

#: A document of each kind; a test reads them as they stand, one after the other.
EXAMPLES = {
    Kind.SEGMENTS: """\
kind: segments
name: size
title: Size of the debt
segments:
  - id: nothing
    title: Nothing overdue
    when: overdue <= 0
  - id: large
    when: balance >= £5,000 or balance >= €6,000
otherwise: {id: usual}
""",
    Kind.SCORECARD: """\
kind: scorecard
name: risk
title: Risk
components:
  - id: age
    title: Age of the oldest debt
    of: days_past_due
    weight: 0.5
    bands:
      below 1: 100
      1 to 31: 60
      31 and above: 10
      unknown: 100
  - id: country
    of: parties.country
    weight: 0.5
    bands:
      GB, IE: 100
      other: 40
      unknown: 0
""",
    Kind.TABLE: """\
kind: table
name: way
title: How to ask
gives: text
columns:
  group: segment.size
  risk: score.risk
  email: has_email
rows:
  - group: large
    then: call
  - risk: below 30
    then: call
  - email: yes
    then: email
otherwise: letter
""",
}

_MEANS = {
    Kind.SEGMENTS: "Every account is in exactly one segment: the first whose condition is true, or `otherwise`. The word, "
    "`segment.NAME`, is the id of the segment, a text.",
    Kind.SCORECARD: "Each component gives the points of the band that its value falls into, times its weight, rounded to the "
    "scorecard's decimals, half away from zero. The score is their sum. The word, `score.NAME`, is a number.",
    Kind.TABLE: "The first row of which every band is true gives the outcome, or `otherwise`. A column that a row leaves out is "
    "`any`. A row that can never be true is a mistake; cases that no row is about are shown on the policy's page. The word, "
    "`table.NAME`, is what the table gives.",
}


def page(rooms: Catalogue) -> str:
    """Write the page `docs/reference/policy-documents.md`."""
    made = words.gather(rooms, [(1, text) for text in EXAMPLES.values()])
    blocks = [
        "# Policy documents",
        "A policy sorts, scores or decides, in the language of conditions of a [strategy document](strategy-documents.md). It is "
        "itself a word of that language: strategies and other policies speak of it by its whole name. It means the version that "
        "is published on the day; what was decided keeps the value and the number of the version. Policies do not speak of each "
        f"other in a circle, and stand {words.DEEPEST} deep at most. This page is made by `tallystick reference`; a test fails "
        "when it is not what the program would write.",
        "## The document",
        _table(keys.DOCUMENT),
    ]
    for kind, text in EXAMPLES.items():
        word = next(each for name, each in made.items() if name.startswith(ROOMS[kind]))
        blocks += [f"## {kind.label}", _MEANS[kind], f"```yaml\n{text}```", _said(word), _table(keys.OF_KIND[kind])]
        blocks += _inner(kind)
    blocks += [
        "## Bands",
        "What is not known is in no band but `unknown` and `any`. An amount of another currency than the account's is not known "
        "to a band with an amount, and a bare 0 is nothing in every currency.",
        f"```\n{_forms()}\n```",
        "A component of a scorecard has bands that go upwards, each beginning where one ends, from one that is open below to one "
        "that is open above; of texts, `other` is what no band names; a condition has `yes` and `no`. All have `unknown`.",
    ]
    return "\n\n".join(blocks) + "\n"


def _said(word: words.Word) -> str:
    values = f" It is one of {', '.join(f'`{choice}`' for choice in word.choices)}." if word.choices else ""
    return f"`{word.name}`: {word.meaning}{values}"


def _inner(kind: Kind) -> list[str]:
    match kind:
        case Kind.SEGMENTS:
            return ["A segment, one of `segments`:", _table(keys.SEGMENT)]
        case Kind.SCORECARD:
            return ["A component, one of `components`:", _table(keys.COMPONENT)]
        case _:
            return [
                "A row, one of `rows`, has a band for each column that it asks of, by the column's id, and:",
                _table(keys.ROW),
            ]


def _table(meanings: Mapping[str, str]) -> str:
    rows = [f"| `{key}` | {meaning} |" for key, meaning in meanings.items()]
    return "\n".join(["| key | meaning |", "|---|---|", *rows])


def _forms() -> str:
    """Give the forms of bands, as their own reader states them."""
    stated = inspect.getdoc(bands) or ""
    return inspect.cleandoc(next(block for block in stated.split("\n\n") if "below" in block))
