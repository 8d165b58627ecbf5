"""The keys of a policy document, each with what it means. What is not here is a mistake.

The reader takes the keys from here, and so does the page of reference, so that neither can know one that the other does not.
"""

from __future__ import annotations

DOCUMENT = {
    "kind": "`segments`, `scorecard` or `table`. Required; it stays the same from version to version.",
    "name": "Id of the policy, and the second half of its word: `segment.NAME`, `score.NAME` or `table.NAME`. Small letters, "
    "digits and underscores. Required.",
    "title": "What people call it. Required.",
    "summary": "What it is for, in a few sentences.",
}

SEGMENTS = {
    "segments": "Segments in the order they are looked at; an account is in the first whose condition is true. Required.",
    "otherwise": "The segment of all other accounts: `id` and `title`, without a condition. Required.",
}

SEGMENT = {
    "id": "Id of the segment, the value of the word. Required.",
    "title": "What people call it; its id in words where nothing is said.",
    "when": "Condition. Required.",
}

OTHERWISE = {key: meaning for key, meaning in SEGMENT.items() if key != "when"}

SCORECARD = {
    "components": "What the score looks at, in the order it is shown. Required.",
    "decimals": "Decimals that each contribution is rounded to, half away from zero: 0, which is the default, to 3.",
    "unit": "What a person reads after the score; `points` where nothing is said.",
    "ranks_work": "`true` adds the score, from 0 to 100, to the priority of the account's tasks, so that they come forward in "
    "worklists. Without it a score is a word of conditions only.",
}

COMPONENT = {
    "id": "Id of the component. Required.",
    "title": "What people call it; its id in words where nothing is said.",
    "of": "A fact, or a calculation with facts: a number, an amount, a text, or a condition. Required.",
    "weight": "What its points are multiplied by; 1 where nothing is said.",
    "bands": "Points by band, with `unknown` for what is not known. They cover every value, and no two overlap. Required.",
}

TABLE = {
    "gives": "What the outcomes are: `text`, `number` or `money`. Required; it stays the same from version to version.",
    "unit": "What a person reads after a number.",
    "columns": "What the rows ask for: a fact or a calculation with facts by id. Required.",
    "rows": "Rows in the order they are looked at; the first of which all bands are true gives the outcome. Required.",
    "otherwise": "Outcome where no row is true. Required.",
}

ROW = {
    "then": "Outcome. Required.",
}

OF_KIND = {"segments": SEGMENTS, "scorecard": SCORECARD, "table": TABLE}
