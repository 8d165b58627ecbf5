"""The pages of reference are what the program would write, and leave nothing out that it reads."""

import io
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import translation

from tallystick.contact.rules.weighing import Weighing
from tallystick.contact.rules.words import Audience
from tallystick.strategy.queries import catalogue
from tallystick.strategy.rules import keys, own_words, reading_orders, types
from tallystick.strategy.rules.document import Split

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", sorted(catalogue.PAGES))
def test_the_page_is_fresh(name):
    with translation.override("en-gb"):
        page = catalogue.PAGES[name]()

    assert (REFERENCE / f"{name}.md").read_text() == page, f"run: tallystick reference {name} --write …"


def test_the_page_of_facts_names_every_fact_with_its_meaning():
    page = (REFERENCE / "facts.md").read_text()

    for fact in catalogue.facts():
        assert f"| `{fact.name}` | {fact.type.value} |" in page
        assert fact.meaning in page


@pytest.mark.parametrize("where", ["reference/facts.md", "how-to/run-the-book.md"])
def test_every_condition_that_the_pages_show_is_understood(where):
    shown = re.findall(r"`([^`]+[<>=] [^`]+)`", (REFERENCE.parent / where).read_text())

    assert len(shown) >= 3
    split = Split("early-call", (("champion", 90), ("challenger", 10)), by_debtor=False)
    words = own_words.with_words((split,), Weighing(), catalogue.rooms_catalogue())
    for condition in shown:
        assert types.understand(condition, words)


def test_the_page_of_facts_names_every_history():
    page = (REFERENCE / "facts.md").read_text()

    for history in catalogue.histories():
        assert f"| `{history.name}` | {'yes' if history.amounts else ''} | {history.meaning} |" in page


def test_every_order_and_every_audience_that_is_read_has_a_meaning():
    assert set(keys.ORDERS) == set(reading_orders._READERS)
    assert set(keys.NOTICE) == {*Audience, "template"}


def test_a_page_is_printed_or_written(tmp_path):
    out = io.StringIO()
    call_command("reference", "facts", stdout=out)
    call_command("reference", "facts", write=tmp_path / "facts.md")

    assert (tmp_path / "facts.md").read_text() == out.getvalue()
    assert out.getvalue().startswith("# Facts\n")
