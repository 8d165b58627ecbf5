"""Reading of files in tests."""

from __future__ import annotations

import io
from pathlib import Path

from tallystick.kernel.money import Money
from tallystick.payments.rules import formats
from tallystick.payments.rules.statement import Contents, Statement, StatementLine, gather
from tallystick.payments.rules.warnings import WarningCode

FIXTURES = Path(__file__).parent / "fixtures"
NOTHING_KNOWN = formats.Known()


def read(content: str | bytes, known: formats.Known = NOTHING_KNOWN) -> Contents:
    """Read a file from its content."""
    return gather(formats.read(io.BytesIO(content.encode() if isinstance(content, str) else content), known))


def read_fixture(name: str, known: formats.Known = NOTHING_KNOWN) -> Contents:
    """Read a file of the fixtures."""
    return read((FIXTURES / name).read_bytes(), known)


def lines(contents: Contents) -> list[StatementLine]:
    """Give all lines of a file."""
    return [line for statement in contents.statements for line in statement.lines]


def total(statements: tuple[Statement, ...], currency: str) -> Money:
    """Add up the lines of a file, of which all are of one currency."""
    return sum((line.amount for each in statements for line in each.lines), Money.zero(currency))


def codes(contents: Contents) -> list[WarningCode]:
    """Give the codes of the warnings."""
    return [warning.code for warning in contents.warnings]
