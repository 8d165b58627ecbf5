"""The page about law packs: its example is a pack, and it names every kind and every way of counting."""

import re
from pathlib import Path

import yaml

from tallystick.jurisdictions import queries
from tallystick.jurisdictions.rules import packs
from tallystick.jurisdictions.rules.counting import Convention
from tallystick.jurisdictions.rules.kinds import KINDS
from tallystick.jurisdictions.rules.rates import DayCount, Reads

PAGE = (Path(__file__).parents[2] / "docs/reference/law-packs.md").read_text("utf-8")


def test_the_example_of_the_page_is_a_pack_whose_examples_hold():
    pack = packs.read_pack(yaml.safe_load(re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1]), name="the page")

    assert list(packs.failing_examples(pack, queries.law("GB-EAW"))) == []
    assert sum(len(rule.examples) for rule in pack.rules) == 4


def test_the_page_names_every_kind_and_every_way_of_counting():
    assert [name for name in (*KINDS, *Convention, *DayCount, *Reads) if f"`{name}`" not in PAGE] == []
