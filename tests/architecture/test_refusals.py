"""Every "no" has a code of its own that starts with its room, and a sentence that its fields fill."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import tallystick
from tallystick.kernel.refusals import Refusal


def _all(cls: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in cls.__subclasses__():
        yield child
        yield from _all(child)


def _refusals() -> list[type[Refusal]]:
    for module in pkgutil.walk_packages(tallystick.__path__, "tallystick."):
        if module.name.split(".")[-1] in {"refusals", "rules"} or ".rules." in module.name:
            importlib.import_module(module.name)
    return [cls for cls in dict.fromkeys(_all(Refusal)) if cls.__module__.startswith("tallystick.")]


REFUSALS = _refusals()
CONCRETE = [cls for cls in REFUSALS if "code" in vars(cls)]


@pytest.mark.parametrize("refusal", CONCRETE, ids=lambda cls: cls.__name__)
def test_a_refusal_has_a_code_of_its_room(refusal):
    room, _, words = refusal.code.partition(".")

    assert refusal.__module__.split(".")[1] == room
    assert words
    assert words == words.lower()


@pytest.mark.parametrize("refusal", CONCRETE, ids=lambda cls: cls.__name__)
def test_a_refusal_has_a_sentence_for_people(refusal):
    assert str(refusal.sentence).strip().endswith((".", "!", "?", "}"))


def test_no_two_refusals_share_a_code():
    by_code: dict[str, set[str]] = {}
    for refusal in CONCRETE:
        by_code.setdefault(refusal.code, set()).add(refusal.__qualname__)

    assert {code: names for code, names in by_code.items() if len(names) > 1} == {}
