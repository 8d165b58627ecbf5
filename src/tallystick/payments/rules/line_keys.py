"""The key by which a statement line is known again when another file brings it."""

from __future__ import annotations

import hashlib
from collections import Counter

from tallystick.payments.rules.statement import Opening, StatementLine


class LineKeys:
    """Keys for the lines of one file and one bank account, in their order.

    The bank's own reference tells lines apart where there is one. Where there is none, equal lines of a day are counted:
    two payments of the same amount by the same payer on the same day are common, and both are kept, while the same two in a
    later file are known again. A statement that stands in the file twice is the same money, so its count starts anew.
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._statements: dict[object, Counter[str]] = {}
        self._within: Counter[str] = Counter()

    def open(self, opening: Opening) -> None:
        """Begin a statement: one that the file has shown before is counted from the start again."""
        mark = (opening.account, opening.number, opening.page, opening.balance, opening.report)
        repeated = self._statements.get(mark) if opening.number and opening.balance else None
        self._within = repeated.copy() if repeated is not None else self._counts.copy()
        self._statements.setdefault(mark, self._counts.copy())

    def key(self, line: StatementLine, report: str = "statement") -> str:
        """Give the key of the next line, 32 hexadecimal digits."""
        said = "\x1f".join(
            (
                "" if report == "statement" else report,
                line.booked_on.isoformat(),
                line.value_on.isoformat() if line.value_on and not line.bank_reference else "",
                str(line.amount.minor),
                line.amount.currency,
                line.bank_reference,
                str(line.share),
                "" if line.bank_reference else _normal(line),
            )
        )
        self._within[said] += 1
        self._counts[said] = max(self._counts[said], self._within[said])
        ordinal = self._within[said]
        return hashlib.sha256(f"{said}\x1f{ordinal}".encode()).hexdigest()[:32]


def _normal(line: StatementLine) -> str:
    words = f"{line.counterparty} {line.narrative} {line.reference}".upper().split()
    return " ".join(words)
