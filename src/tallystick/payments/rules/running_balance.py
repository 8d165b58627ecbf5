"""The running balance of a statement: whether it runs down the file or up, where it breaks, and which sign it proves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tallystick.kernel.money import Money


@dataclass(slots=True)
class _Step:
    line_number: int
    booked_on: date
    amount: Money
    balance: Money | None


@dataclass(slots=True)
class Chain:
    """Amounts and balances of one account in the order of the file; `settle` judges them once all are added.

    With `is_signed` False the amounts carry no sign, and the balances decide it. Only rows of one currency belong in
    a chain.
    """

    is_signed: bool = True
    steps: list[_Step] = field(default_factory=list)
    is_newest_first: bool = False
    opening: Money | None = None
    closing: Money | None = None
    closed_on: date | None = None
    #: Line number of each row whose balance is not what the one before and the amount say: expected and delivered.
    breaks: dict[int, tuple[Money, Money]] = field(default_factory=dict)
    _signs: dict[int, int] = field(default_factory=dict)

    def add(self, line_number: int, booked_on: date, amount: Money, balance: Money | None) -> None:
        """Add the next row of the file."""
        self.steps.append(_Step(line_number, booked_on, amount, balance))

    def signed(self, line_number: int, amount: Money) -> Money:
        """Give the amount of a row with the sign that the balances prove."""
        return -amount if self._signs.get(line_number, 1) < 0 else amount

    def settle(self) -> None:
        """Find the direction that the balances prove, else the days; then the breaks, and both ends."""
        down = _matches(self.steps, is_signed=self.is_signed)
        up = _matches(self.steps[::-1], is_signed=self.is_signed)
        days = [step.booked_on for step in self.steps]
        self.is_newest_first = up > down or (up == down and bool(days) and days[0] > days[-1])
        ordered = self.steps[::-1] if self.is_newest_first else self.steps
        if not self.is_signed:
            self._prove_signs(ordered)
        self._run(ordered)

    def _prove_signs(self, ordered: list[_Step]) -> None:
        before: Money | None = None
        for step in ordered:
            if step.balance is not None:
                if before is not None and before - step.amount == step.balance:
                    self._signs[step.line_number] = -1
                before = step.balance

    def _run(self, ordered: list[_Step]) -> None:
        moved: Money | None = None
        for step in ordered:
            amount = self.signed(step.line_number, step.amount)
            moved = amount if moved is None else moved + amount
            if step.balance is None:
                continue
            if self.closing is None:
                self.opening = step.balance - moved
            elif self.closing + moved != step.balance:
                self.breaks[step.line_number] = (self.closing + moved, step.balance)
            self.closing, moved = step.balance, Money.zero(step.balance.currency)
        if self.closing is not None and moved:
            self.closing = self.closing + moved
        self.closed_on = ordered[-1].booked_on if ordered else None


def _matches(steps: list[_Step], *, is_signed: bool) -> int:
    """Count the rows whose balance follows from the balance before them."""
    count = 0
    before: Money | None = None
    moved = 0
    for step in steps:
        moved += step.amount.minor
        if step.balance is None:
            continue
        if before is not None:
            difference = step.balance.minor - before.minor
            count += difference == moved if is_signed else abs(difference) == abs(moved)
        before, moved = step.balance, 0
    return count
