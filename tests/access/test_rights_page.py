import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils import translation

from tallystick.access.rules import rights

ROOT = Path(__file__).parents[2]
_NAMING_CALLS = {"must_be_allowed_to", "requires", "may"}


def _rights_named_in_code() -> Iterator[tuple[str, str]]:
    """Give every right that code asks for by name, with the place."""
    for file in sorted((ROOT / "src" / "tallystick").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in _NAMING_CALLS and isinstance(node.args[0].value, str):
                yield node.args[0].value, f"{file.relative_to(ROOT)}:{node.lineno}"


def _rights_named_in_templates() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "src" / "tallystick").rglob("*.html")):
        for tag in re.findall(r"{[%{].*?[%}]}", file.read_text()):
            for words in re.findall(r"\bmay\.(\w+)", tag):
                yield words.replace("_", " "), str(file.relative_to(ROOT))


def test_the_page_of_rights_is_fresh():
    with translation.override("en-gb"):
        page = rights.as_page()

    assert (ROOT / "docs" / "reference" / "rights.md").read_text() == page, "run: tallystick rights --write"


def test_code_names_only_rights_that_exist():
    unknown = [(right, place) for right, place in _rights_named_in_code() if not rights.is_right(right)]

    assert unknown == []


def test_templates_name_only_rights_that_exist():
    unknown = [(right, place) for right, place in _rights_named_in_templates() if not rights.is_right(right)]

    assert unknown == []
