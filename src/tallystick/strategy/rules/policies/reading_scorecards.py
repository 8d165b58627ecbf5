"""Read a scorecard: its components with their bands, and whether these cover every value once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tallystick.kernel.facts import FactType
from tallystick.strategy.rules.policies import bands, keys
from tallystick.strategy.rules.policies.bands import Among, BandMistaken, Range, Test, Truth
from tallystick.strategy.rules.policies.document import Band, Component, Scorecard
from tallystick.strategy.rules.section import Section

if TYPE_CHECKING:
    from tallystick.strategy.rules.policies.reading import Asking

MOST_COMPONENTS = 30
MOST_BANDS = 40
UNKNOWN = "unknown"
#: The band of all known texts that no other band names.
OTHER = "other"

_POINTS = re.compile(r"-?[0-9]{1,6}(?:\.[0-9]{1,3})?")


def read(root: Section, name: str, title: str, summary: str, asking: Asking) -> Scorecard:
    """Read a scorecard; what is wrong is gathered."""
    root.only((*keys.DOCUMENT, *keys.SCORECARD), required=("components",))
    decimals = root.whole("decimals", default=0, least=0, most=3)
    sections = root.sections("components")
    if not 0 < len(sections) <= MOST_COMPONENTS:
        root.problem(_("a scorecard has 1 to {limit} components.").format(limit=MOST_COMPONENTS), "components")
        sections = sections[:MOST_COMPONENTS]
    taken: set[str] = set()
    read_ones = [_component(section, decimals, taken, asking) for section in sections]
    return Scorecard(
        name=name,
        title=title,
        summary=summary,
        decimals=decimals,
        unit=root.text("unit", default=_("points")),
        components=tuple(each for each in read_ones if each),
        ranks_work=root.flag("ranks_work"),
    )


def _component(section: Section, decimals: int, taken: set[str], asking: Asking) -> Component | None:
    section.only(keys.COMPONENT, required=("id", "of", "bands"))
    id_ = asking.id(section, taken)
    title = asking.title(section, id_)
    weight = _number(section, "weight", default="1")
    found = asking.of(section, "of")
    if found is None:
        return None
    of, type_ = found
    if type_ is FactType.DATE:
        section.problem(_("a day has no bands; write how long ago it is, such as today - {word}."), "of", word=of.text)
        return None
    written = section.section("bands")
    names = written.keys()
    if len(names) > MOST_BANDS:
        written.problem(_("there are more than {limit} bands.").format(limit=MOST_BANDS))
        return None
    if UNKNOWN not in names:
        written.problem(_("say how many points are given for what is not known: unknown: 0."))
    read_ones: list[Band] = []
    for key in names:
        points = _number(written, key, default="0")
        test = _test(written, key, type_, asking.choices(of), [each.test for each in read_ones])
        if test is not None:
            read_ones.append(Band(key, test, points, _contribution(points, weight, decimals)))
    known = [each for each in read_ones if each.written != UNKNOWN]
    unknown = [each for each in read_ones if each.written == UNKNOWN]
    if len(read_ones) < len(names) or not unknown:
        return None
    _check_covered(written, known, type_, asking.choices(of))
    return Component(id_, title, of, type_, weight, tuple(known), unknown[0])


def _contribution(points: Decimal, weight: Decimal, decimals: int) -> Decimal:
    return (points * weight).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _test(section: Section, key: str, type_: FactType, choices: tuple[str, ...], above: Sequence[Test]) -> Test | None:
    if key == OTHER and type_ is FactType.TEXT:
        named = [value for test in above if isinstance(test, Among) for value in test.values]
        return Among(tuple(named), negated=True) if named else bands.Whether(True)
    if key in ("any", "known"):
        section.problem(_("a band of a scorecard names values, not “{word}”."), key, word=key)
        return None
    try:
        test = bands.read(key, type_, choices=choices)
    except BandMistaken as mistake:
        section.problem(str(mistake), key)
        return None
    if isinstance(test, Among) and test.negated:
        section.problem(_("write “other” for all texts that no band names."), key)
        return None
    return test


def _check_covered(section: Section, known: Sequence[Band], type_: FactType, choices: tuple[str, ...]) -> None:
    match type_:
        case FactType.TEXT:
            _check_texts(section, known, choices)
        case FactType.BOOLEAN:
            answers = [each.test.is_so for each in known if isinstance(each.test, Truth)]
            if sorted(answers) != [False, True]:
                section.problem(_("a condition has two bands, yes and no, each once."))
        case _:
            _check_ranges(section, known)


def _check_texts(section: Section, known: Sequence[Band], choices: tuple[str, ...]) -> None:
    taken: set[str] = set()
    for band in known:
        if band.written == OTHER:
            if band is not known[-1]:
                section.problem(_("“other” comes after all bands that name texts."), band.written)
            return
        if isinstance(band.test, Among):
            for value in band.test.values:
                if value in taken:
                    section.problem(_("“{word}” is in a band above already."), band.written, word=value)
                taken.add(value)
    if not choices:
        section.problem(_("the bands leave out texts that none of them names; add “other”."))
    elif left := [value for value in choices if value not in taken]:
        section.problem(_("no band has “{word}”; add it, or “other”."), word=left[0])


def _check_ranges(section: Section, known: Sequence[Band]) -> None:
    """Gather a problem where the bands do not go from below everything to above everything, each beginning where one ends."""
    ranges = [(each.written, each.test) for each in known if isinstance(each.test, Range)]
    if len(set().union(*(bands.currencies(test) for _written, test in ranges))) > 1:
        section.problem(_("all bands of a component are of one currency."))
        return
    if not ranges:
        section.problem(_("there are no bands."))
        return
    if ranges[0][1].low is not None:
        section.problem(_("values below the first band, “{word}”, have no band."), ranges[0][0], word=ranges[0][0])
    if ranges[-1][1].high is not None:
        section.problem(_("values above the last band, “{word}”, have no band."), ranges[-1][0], word=ranges[-1][0])
    for (before, first), (written, second) in pairwise(ranges):
        high, low = first.high, second.low
        if high is None or low is None:
            overlaps = True
        else:
            overlaps = low.number < high.number or (low.number == high.number and low.is_in and high.is_in)
        if overlaps or high is None or low is None:
            section.problem(
                _(
                    "it overlaps “{word}”, or stands in the wrong order: bands go upwards, each beginning where one ends."
                ),
                written,
                word=before,
            )
        elif low.number > high.number or not (low.is_in or high.is_in):
            section.problem(_("values between “{word}” and this band have none."), written, word=before)


def _number(section: Section, key: str, *, default: str) -> Decimal:
    written = section.text(key, default=default)
    if not _POINTS.fullmatch(written):
        section.problem(_("a number of at most 6 digits and 3 decimals is expected, not “{word}”."), key, word=written)
        return Decimal(default)
    return Decimal(written)
