"""The slow reference of policies: what segments, scorecards and tables mean, said a second time in plain Python for tests only.

It reads the YAML by itself, and bands by itself; conditions are judged by the reference evaluator of conditions.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import yaml
from tests.strategy.reference import Reference

from tallystick.strategy.rules import grammar


def value(text: str, account: Reference) -> str | Fraction | None:
    """Give the value of a policy for an account."""
    read = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    if read["kind"] == "segments":
        true = [each["id"] for each in read["segments"] if account.of(grammar.read(each["when"])) is True]
        return [*true, read["otherwise"]["id"]][0]
    if read["kind"] == "scorecard":
        return sum(contributions(text, account).values(), Fraction(0))
    for row in read["rows"]:
        cells = [(account.of(grammar.read(of)), row.get(column, "any")) for column, of in read["columns"].items()]
        if all(_lies_in(asked, band, account) for asked, band in cells):
            return _outcome(row["then"], read["gives"], account)
    return _outcome(read["otherwise"], read["gives"], account)


def contributions(text: str, account: Reference) -> dict[str, Fraction]:
    """Give what each component of a scorecard adds."""
    read = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    unit = Decimal(1).scaleb(-int(read.get("decimals", "0")))
    found = {}
    for component in read["components"]:
        asked = account.of(grammar.read(component["of"]))
        points = component["bands"]["unknown"]
        for band, given in component["bands"].items():
            if asked is not None and (band == "other" or _lies_in(asked, band, account)):
                points = given
                break
        weighted = Decimal(points) * Decimal(component.get("weight", "1"))
        found[component["id"]] = Fraction(weighted.quantize(unit, ROUND_HALF_UP))
    return found


def _outcome(written: str, gives: str, account: Reference) -> str | Fraction | None:
    return written if gives == "text" else account.of(grammar.read(written))


def _lies_in(asked: object, band: str, account: Reference) -> bool:
    if band in ("any", "known", "unknown"):
        return band == "any" or (asked is None) == (band == "unknown")
    if asked is None:
        return False
    if isinstance(asked, bool):
        return asked == (band in ("yes", "true"))
    if isinstance(asked, str):
        listed = [each.strip().strip("\"'") for each in band.removeprefix("not ").split(",")]
        return (asked in listed) != band.startswith("not ")
    return _lies_between(asked, band, account)


def _lies_between(asked: Fraction, band: str, account: Reference) -> bool:
    def number(written: str) -> Fraction | None:
        return account.of(grammar.read(written))

    for word, passes in (("below ", "<"), ("up to ", "<="), ("over ", ">")):
        if band.startswith(word):
            end = number(band.removeprefix(word))
            return end is not None and {"<": asked < end, "<=": asked <= end, ">": asked > end}[passes]
    if band.endswith(" and above"):
        end = number(band.removesuffix(" and above"))
        return end is not None and asked >= end
    if " to " in band:
        low, high = map(number, band.split(" to "))
        return low is not None and high is not None and low <= asked < high
    return asked == number(band)
