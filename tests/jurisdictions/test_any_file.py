"""Whatever stands anywhere in a file, it is read or refused with its mistakes: nothing else happens."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tallystick.jurisdictions import queries
from tallystick.jurisdictions.queries.packs import DATA, content
from tallystick.jurisdictions.rules import packs
from tallystick.jurisdictions.rules.reading import BadPack

JUNK = [None, 5, -1, 5.5, "x", "12.5", [], {}, [None], {"a": 1}, True, date(2026, 1, 1), [[1]], {"x": None}, 10**30]
FILES = {
    (jurisdiction, file.name): content(file)
    for jurisdiction in queries.jurisdictions()
    for file in DATA.joinpath(jurisdiction.lower()).iterdir()
    if file.name.endswith(".yaml") and file.name not in {"calendar.yaml", "jurisdiction.yaml"}
}


def places(node: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the way to everything in a file."""
    for key in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield (*at, key)
        yield from places(node[key], (*at, key))


PLACES = {name: list(places(file)) for name, file in FILES.items()}


@given(st.data())
def test_anything_anywhere_is_read_or_refused(data):
    name = data.draw(st.sampled_from(sorted(FILES)))
    place = data.draw(st.sampled_from(PLACES[name]))
    changed = deepcopy(FILES[name])
    inner = changed
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = data.draw(st.sampled_from(JUNK))

    try:
        pack = packs.read_pack(changed, name="the file")
    except BadPack as bad:
        assert all(": " in str(mistake) for mistake in bad.mistakes)
    else:
        assert isinstance(queries.failures_of(pack, queries.law_with(name[0], pack)), list)
