"""The house as the architecture tests see it: its folders, files and floors."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import tallystick
from tallystick.config.rooms import FLOORS

HOUSE = Path(tallystick.__file__).parent
REPOSITORY = HOUSE.parent.parent
#: Every room that has a place, furnished or not.
NAMES = tuple(room for floor in FLOORS for room in floor)
#: Rooms that exist.
BUILT = tuple(room for room in NAMES if (HOUSE / room / "__init__.py").is_file())


@cache
def modules() -> tuple[Path, ...]:
    """Give every Python file of the program."""
    return tuple(sorted(HOUSE.rglob("*.py")))


def of_kind(*kinds: str) -> Iterator[Path]:
    """Give the files of rooms that are of a kind (`rules`, `actions`): the file of that name, or all in its package."""
    for file in modules():
        inside = file.relative_to(HOUSE).parts
        if inside[0] in BUILT and len(inside) > 1 and inside[1].removesuffix(".py") in kinds:
            yield file


def name_of(file: Path) -> str:
    """Name a file as people do: by its path in the repository."""
    return file.relative_to(REPOSITORY).as_posix()


@cache
def tree_of(file: Path) -> ast.Module:
    """Read a file's syntax tree."""
    return ast.parse(file.read_text("utf-8"), file.name)


def tracked() -> list[Path]:
    """Give the files that the repository keeps, or will once they are added; none where there is no repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    found = [REPOSITORY / name for name in listed.stdout.split("\0") if name]
    return [file for file in found if file.is_file()]
