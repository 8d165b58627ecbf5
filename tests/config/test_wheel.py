"""A wheel carries everything that the program reads beside its modules: queries, pages, styles, documents, the law as data."""

import tomllib
from pathlib import Path

import tallystick

HOUSE = Path(tallystick.__file__).parent
PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
#: Made where the program runs, and never carried.
_MADE = {"__pycache__"}


def _data():
    for file in sorted(HOUSE.rglob("*")):
        inside = file.relative_to(HOUSE)
        if file.is_file() and file.suffix not in {".py", ".pyc"} and not _MADE & set(inside.parts):
            yield inside


def test_every_file_that_is_no_module_is_declared():
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["tallystick"]

    missing = [str(file) for file in _data() if f"**/*{file.suffix}" not in patterns]

    assert not missing, "add their kind to [tool.setuptools.package-data] in pyproject.toml"


def test_there_is_data_of_every_kind_that_the_program_cannot_do_without():
    found = {file.suffix for file in _data()}

    assert {".sql", ".html", ".css", ".js", ".yaml", ".liquid", ".typ"} <= found


def test_every_module_lies_in_a_package():
    strays = [
        str(module.relative_to(HOUSE))
        for module in HOUSE.rglob("*.py")
        if not (module.parent / "__init__.py").exists() and not _MADE & set(module.parts)
    ]

    assert strays == []
