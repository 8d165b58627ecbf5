"""262 worked cases of the law of the United Kingdom, the European Union and the United States, read from their file.

The file was made with the project for its tests, from public law as of 22 November 2026; each case names its source.
"""

import json
from collections import Counter
from pathlib import Path

import pytest
from tests.charges.vectors import ANSWERS, NOT_YET

FILE = json.loads((Path(__file__).parent / "uk-law-vectors.json").read_text("utf-8"))
CASES = [case for case in FILE["vectors"] if case["category"] in ANSWERS]
#: Every case that is not answered yet, by name.
WAITING = {
    "modulus": (
        "mod-089999-66374959 mod-202959-63748472 mod-203099-58716970 mod-827999-73988638 mod-827101-28748352 "
        "mod-134020-63849203 mod-118765-64371389 mod-118765-64371388 mod-772798-99345694 mod-086090-06774744"
    ),
    "bacs_std18": "std18-debit-record",
    "bacs_julian": "jul-2028-12-31",
    "metrics": "dso-simple dso-best-possible add cei dso-countback dso-countback-inside-first-month",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_worked_case_comes_out_as_its_file_says(case):
    answers = ANSWERS[case["category"]](case["inputs"])

    assert {name: answers.get(name, "no answer") for name in case["expected"]} == case["expected"], case.get("note")


def test_every_case_is_answered_or_waits_by_name_and_for_a_reason():
    waiting = {case["id"] for case in FILE["vectors"] if case["category"] in NOT_YET}

    assert len(FILE["vectors"]) == FILE["meta"]["count"] == 262
    assert Counter(case["category"] for case in FILE["vectors"]).keys() == ANSWERS.keys() | NOT_YET.keys()
    assert waiting == {name for names in WAITING.values() for name in names.split()}
    assert len(CASES) + len(waiting) == 262
    assert NOT_YET.keys() == WAITING.keys()
    assert all(NOT_YET.values())
