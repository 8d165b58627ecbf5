"""Read a statement of the finance ledger: by its headings, each line whole or with what is wrong and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice

from django.utils.translation import gettext_lazy as _

from tallystick.intake import rules as intake
from tallystick.kernel.currencies import is_currency
from tallystick.kernel.money import Money
from tallystick.reconciliations.rules import ColumnsMissing, Fault, FormsOpen, Level, StatementEmpty, StatementLine

#: Lines by which it is told how days and amounts are written.
_SAMPLES = 2_000
#: Faults that are kept to be shown; all of them are counted.
SHOWN = 100

_NEEDED = {Level.ITEMS: ("account_ref", "item_ref", "amount"), Level.ACCOUNTS: ("account_ref", "amount")}
_LABELS = {
    "account_ref": _("account"),
    "item_ref": _("document number"),
    "amount": _("open amount"),
    "currency": _("currency"),
}
_QUESTIONS = {"day_form": _("days"), "decimal_mark": _("decimals")}
_FIELDS = ("account_ref", "item_ref", "portfolio", "amount", "currency", "issued_on", "due_on")


@dataclass(slots=True)
class Statement:
    """What was read: lines one by one, and the faults of those that cannot be read, once all are through."""

    name: str
    level: Level
    #: Field to the place of its column, and to its heading.
    places: dict[str, int]
    headings: dict[str, str]
    mark: str
    day_form: str
    currency: str
    rows: Iterator[intake.Line]
    faults: list[Fault] = field(default_factory=list)
    faulty: int = 0
    read: int = 0

    def lines(self) -> Iterator[StatementLine]:
        """Give the lines that can be read; the others are counted, and the first of them kept as faults."""
        for row in self.rows:
            if not any(cell.strip() for cell in row.cells):
                continue
            self.read += 1
            try:
                yield self._line(row)
            except _Faulty as wrong:
                self.faulty += 1
                if len(self.faults) < SHOWN:
                    self.faults.append(Fault(row.number, wrong.column, wrong.value, wrong.code))

    def _cell(self, row: intake.Line, name: str) -> str:
        at = self.places.get(name)
        return row.cells[at].strip() if at is not None and at < len(row.cells) else ""

    def _line(self, row: intake.Line) -> StatementLine:
        if row.fault:
            raise _Faulty("", "", row.fault)
        account, item = self._cell(row, "account_ref"), self._cell(row, "item_ref")
        if self.level != Level.CONTROL and not account:
            raise _Faulty(self.headings["account_ref"], "", "missing")
        currency = self._currency(row)
        minor = self._minor(row, currency)
        # Money that pays no document yet has no number in many ledgers.
        if self.level == Level.ITEMS and not item and minor >= 0:
            raise _Faulty(self.headings["item_ref"], "", "missing")
        return StatementLine(
            number=row.number,
            account_ref=account if self.level != Level.CONTROL else "",
            item_ref=item if self.level == Level.ITEMS else "",
            portfolio=self._cell(row, "portfolio") if self.level == Level.CONTROL else "",
            minor=minor,
            currency=currency,
            issued_on=self._day(row, "issued_on"),
            due_on=self._day(row, "due_on"),
        )

    def _currency(self, row: intake.Line) -> str:
        text = self._cell(row, "currency") or self.currency
        code = text.upper()
        if not is_currency(code):
            raise _Faulty(self.headings.get("currency", ""), text, "currency_unknown" if text else "missing")
        return code

    def _minor(self, row: intake.Line, currency: str) -> int:
        text = self._cell(row, "amount")
        if not text:
            raise _Faulty(self.headings["amount"], "", "missing")
        try:
            return intake.read_minor(text, mark=self.mark, currency=currency)
        except intake.Unreadable as unreadable:
            raise _Faulty(self.headings["amount"], text, unreadable.code) from unreadable

    def _day(self, row: intake.Line, name: str) -> date | None:
        text = self._cell(row, name)
        if not text:
            return None
        try:
            return intake.read_day(text, form=self.day_form)
        except intake.Unreadable as unreadable:
            raise _Faulty(self.headings[name], text, unreadable.code) from unreadable


class _Faulty(Exception):
    def __init__(self, column: str, value: str, code: str) -> None:
        super().__init__(code)
        self.column, self.value, self.code = column, value[:200], code


def read_statement(
    content: bytes, *, name: str, level: Level, currency: str = "", day_form: str = "", decimal_mark: str = ""
) -> Statement:
    """Read a delimited text as a statement of a level, by the headings that intake knows.

    `currency` is that of lines that name none. What is open goes before what was invoiced, where a file has both.

    :raises FileEmpty, FileTypeUnknown: see `intake.rules.find_type`
    :raises ColumnsMissing: a column is missing without which nothing can be compared
    :raises FormsOpen: days or amounts can be read in two ways, and nobody said in which
    :raises StatementEmpty: it has no line
    """
    if intake.find_type(content[: intake.HEAD_BYTES], name=name) != intake.FileType.TEXT:
        raise intake.FileTypeUnknown(name=name, what=_("a workbook"))
    rows = intake.read_text([content], intake.find_writing(content[: intake.HEAD_BYTES], is_utf8=_is_utf8(content)))
    first = list(islice(rows, _SAMPLES))
    at = intake.find_heading([row.cells for row in first])
    if at is None:
        raise ColumnsMissing(name=name, columns=_labels(["account_ref", "amount"]))
    headings = intake.as_headings(first[at].cells)
    data = first[at + 1 :]
    places = _places(headings, [row.cells for row in data], currency)
    needed = [*_NEEDED.get(level, ("amount",)), *(() if currency else ("currency",))]
    if missing := [each for each in needed if each not in places]:
        raise ColumnsMissing(name=name, columns=_labels(missing))
    if not data:
        raise StatementEmpty(name=name)
    mark, days = _forms(places, [row.cells for row in data], currency, name, decimal_mark, day_form)
    return Statement(
        name=name,
        level=level,
        places=places,
        headings={each: headings[place] for each, place in places.items()},
        mark=mark,
        day_form=days,
        currency=currency,
        rows=chain(data, rows),
    )


def typed_total(total: Money, *, name: str) -> Statement:
    """Give a control total that a person typed, as a statement of one line."""
    return Statement(
        name=name,
        level=Level.CONTROL,
        places={"amount": 0},
        headings={"amount": ""},
        mark=intake.DecimalMark.POINT,
        day_form=intake.DayForm.YMD,
        currency=total.currency,
        rows=iter([intake.Line(1, [str(total.amount)])]),
    )


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _places(headings: Sequence[str], samples: Sequence[Sequence[str]], currency: str) -> dict[str, int]:
    origins = intake.guess(intake.FileKind.INVOICES, headings, samples, currency=currency).mapping.origins
    found = {each: headings.index(origins[each].column) for each in origins if origins[each].column in headings}
    if "open_amount" in found:
        found["amount"] = found["open_amount"]
    # Intake passes over a column whose cells it cannot read: here they are named, each with its line.
    keys = [intake.heading_key(heading) for heading in headings]
    for each in _FIELDS:
        known = (*(intake.FIELDS["open_amount"].headings if each == "amount" else ()), *intake.FIELDS[each].headings)
        place = next((keys.index(key) for key in known if key in keys), None)
        if each not in found and place is not None and place not in found.values():
            found[each] = place
    return {each: found[each] for each in _FIELDS if each in found}


def _forms(
    places: dict[str, int], samples: Sequence[Sequence[str]], currency: str, name: str, mark: str, day_form: str
) -> tuple[str, str]:
    def column(field_name: str) -> list[str]:
        at = places.get(field_name)
        return [] if at is None else [cells[at] for cells in samples if at < len(cells)]

    codes = [code for code in map(str.strip, column("currency")) if is_currency(code.upper())]
    shown = codes[0].upper() if codes else currency or "GBP"
    marks = [mark] if mark else intake.possible_marks(column("amount"), currency=shown)
    forms = [day_form] if day_form else intake.possible_day_forms([*column("issued_on"), *column("due_on")])
    if open_ := [each for each, found in (("day_form", forms), ("decimal_mark", marks)) if len(found) > 1]:
        raise FormsOpen(name=name, questions=", ".join(str(_QUESTIONS[each]) for each in open_))
    return (marks[0] if marks else intake.DecimalMark.POINT), (forms[0] if forms else intake.DayForm.YMD)


def _labels(names: Sequence[str]) -> str:
    return ", ".join(str(_LABELS[each]) for each in names)
