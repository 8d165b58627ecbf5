"""Rooms have only the files that a reader expects, and files stay small enough to be read."""

import ast
import tomllib

import pytest
from tests.architecture import house

from tallystick.config.rooms import FLOORS

#: Kinds of file in a room; any may be a package of that name.
KINDS = {"rules", "events", "ports", "models", "queries", "facts", "actions", "forms", "web", "api", "tasks", "apps"}
FOLDERS = {"management", "adapters", "templates", "migrations", "static", "locale", "sql", "templatetags"}
#: What a room ships: dated data of the law, strategies and letters.
FOLDERS |= {"data", "documents"}
OUTSIDE_ROOMS = {"kernel", "config"}
MOST_LINES = 400
#: Longer files, each with the reason why it is not parted.
LONG: dict[str, str] = {}


def test_every_folder_is_a_room_with_a_floor():
    folders = {entry.name for entry in house.HOUSE.iterdir() if entry.is_dir() and any(entry.glob("*.py"))}

    assert folders <= {*house.NAMES, *OUTSIDE_ROOMS}


@pytest.mark.parametrize("room", house.BUILT)
def test_a_room_has_only_the_kinds_of_file_there_are(room):
    entries = [entry for entry in (house.HOUSE / room).iterdir() if entry.name not in {"__pycache__", "__init__.py"}]
    strange = [
        entry.name
        for entry in entries
        if entry.name.removesuffix(".py") not in KINDS and (entry.name not in FOLDERS or not entry.is_dir())
    ]

    assert not strange


@pytest.mark.parametrize("room", house.BUILT)
def test_a_room_says_what_it_is_for_in_one_line(room):
    docstring = ast.get_docstring(house.tree_of(house.HOUSE / room / "__init__.py"))

    assert docstring
    assert "\n\n" not in docstring


def test_the_import_contracts_know_every_room():
    pyproject = tomllib.loads((house.REPOSITORY / "pyproject.toml").read_text("utf-8"))
    contracts = {contract["id"]: contract for contract in pyproject["tool"]["importlinter"]["contracts"]}
    drawn = [
        tuple(room.strip().strip("()") for room in layer.split("|"))
        for layer in reversed(contracts["floors"]["layers"])
    ]

    assert [set(layer) for layer in drawn] == [{"kernel"}, *map(set, FLOORS), {"config"}]
    assert {container.removeprefix("tallystick.") for container in contracts["inside"]["containers"]} == set(
        house.BUILT
    )


@pytest.mark.parametrize("name", ["utils", "common", "core", "helpers", "services", "misc"])
def test_there_is_no_attic(name):
    assert not [house.name_of(file) for file in house.modules() if name in {file.stem, *file.parts}]


def test_no_file_is_too_long_to_be_read():
    lengths = {house.name_of(file): len(file.read_text("utf-8").splitlines()) for file in house.modules()}

    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES and name not in LONG} == {}
    assert not [name for name in LONG if lengths.get(name, 0) <= MOST_LINES], "no longer long: take it off the list"


@pytest.mark.parametrize("file", tuple(house.of_kind("rules", "actions", "queries")), ids=house.name_of)
def test_every_public_function_says_what_it_does(file):
    silent = []
    for node in house.tree_of(file).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            first_line = (ast.get_docstring(node) or "").split("\n")[0]
            if not first_line.endswith((".", ":", "?")):
                silent.append(node.name)

    assert not silent, "a docstring's first line is one sentence, and ends as one"
