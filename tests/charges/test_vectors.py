"""262 worked cases of the law of the United Kingdom, the European Union and the United States, read from their file.

The file was made with the project for its tests, from public law as of 22 November 2026; each case names its source.
"""

import json
from pathlib import Path

import pytest
from tests.charges.vectors import ANSWERS

FILE = json.loads((Path(__file__).parent / "uk-law-vectors.json").read_text("utf-8"))


@pytest.mark.parametrize("case", FILE["vectors"], ids=lambda case: case["id"])
def test_a_worked_case_comes_out_as_its_file_says(case):
    answers = ANSWERS[case["category"]](case["inputs"])

    assert {name: answers.get(name, "no answer") for name in case["expected"]} == case["expected"], case.get("note")


def test_the_file_is_whole_and_every_kind_of_case_is_asked():
    assert len({case["id"] for case in FILE["vectors"]}) == FILE["meta"]["count"] == 262
    assert {case["category"] for case in FILE["vectors"]} == ANSWERS.keys()
