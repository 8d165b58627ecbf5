"""Two versions side by side."""

from __future__ import annotations

from tallystick.strategy.models import Version
from tallystick.strategy.queries import catalogue, golden, policies, versions
from tallystick.strategy.rules import bundle, comparison, reading
from tallystick.strategy.rules.comparison import Part, Side
from tallystick.strategy.rules.policies import comparison as policy_comparison
from tallystick.strategy.rules.program import Program


def compare(before: Version, after: Version) -> list[Part]:
    """Give what a version says that another does not, in sentences."""
    if not after.paper.is_strategy:
        return policy_comparison.compare(policies.kept(before), policies.kept(after), catalogue.catalogue_of_the_past())
    return comparison.compare(_side(before), _side(after), catalogue.catalogue())


def _side(version: Version) -> Side:
    return Side(versions.program_of(version.document), golden.cases(version))


def compare_document(before: Version, document: str) -> list[Part]:
    """Give what a document that is no version yet says that a version does not."""
    cases = golden.cases(before)
    after = Side(versions.program_of(document), cases)
    return comparison.compare(Side(versions.program_of(before.document), cases), after, catalogue.catalogue())


def compare_file(before: Version, text: str) -> list[Part]:
    """Give what a file says that a version does not; a file without a part for golden accounts leaves those of the version.

    :raises DocumentMistaken: something in the file is wrong; every mistake is named by the line of its part
    :raises PolicyCycle, PolicyTooDeep, PolicyTooLong: it could not stand beside the policies that are published now
    """
    if not before.paper.is_strategy:
        after = policies.checked(text)
        return policy_comparison.compare(policies.kept(before), after, catalogue.catalogue_of_the_past())
    document, cases, _lines = bundle.split(text)
    program = Program.of(reading.read(document, catalogue.vocabulary()))
    side = Side(program, golden.cases(before) if cases is None else golden.read_yaml(cases))
    return comparison.compare(_side(before), side, catalogue.catalogue())
