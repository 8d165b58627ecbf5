"""Guess a mapping from a file's headings and first lines, and say what only a person can decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from tallystick.intake.rules.faults import Unreadable
from tallystick.intake.rules.furniture import CARRIED, Carry, Skip
from tallystick.intake.rules.kinds import FIELDS, Field, FieldType, FileKind, fields_of, heading_key
from tallystick.intake.rules.mapping import Mapping, Origin, amount_fields, day_fields
from tallystick.intake.rules.reading import DayForm, DecimalMark, read_day, read_minor, read_terms

_HEADINGS = frozenset(heading for each in FIELDS.values() for heading in each.headings)
#: A heading stands among this many first lines.
LOOK_AT = 60


@dataclass(frozen=True, slots=True)
class Guess:
    """A guessed mapping, and the forms that the file leaves open: "day_form", "decimal_mark"."""

    mapping: Mapping
    open_questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """A report of a known system: how to know it, and what of it is furniture."""

    name: str
    #: Headings that it has, all of them.
    headings: frozenset[str]
    skips: tuple[Skip, ...] = ()
    carry: Carry | None = None
    origins: dict[str, Origin] = field(default_factory=dict)


def _layout(name: str, headings: str, **rest: Any) -> Layout:
    return Layout(name, frozenset(heading_key(heading) for heading in headings.split("|")), **rest)


#: Reports whose furniture is known, each from the layout its maker documents.
LAYOUTS = (
    _layout(
        "QuickBooks A/R Ageing Detail",
        "Date|Transaction Type|Customer|Due Date|Open Balance",
        skips=(Skip("Date", starts_with="Total", is_total=True), Skip("Customer")),
    ),
    _layout(
        "Sage 50 Aged Debtors (Detailed)",
        "No|Type|Date|Ref|Balance|Future|Current|Period 1|Older",
        carry=Carry(("A/C", "Name", "Tel"), starts_with="A/C:"),
        skips=(
            Skip("Details", starts_with="Totals:", is_total=True),
            Skip("No", starts_with="Turnover:"),
            Skip("Date"),
        ),
        origins={
            "account_ref": Origin(column=CARRIED + "A/C"),
            "name": Origin(column=CARRIED + "Name"),
            "phone": Origin(column=CARRIED + "Tel"),
        },
    ),
    _layout(
        "SAP FBL5N",
        "Account|Document Number|Document Type|Net due date|Document currency",
        skips=(Skip("Account", starts_with="*", is_total=True), Skip("Document Number")),
    ),
    _layout(
        "NetSuite A/R Aging Detail",
        "Transaction Type|Date|Document Number|Due Date|Age|Open Balance",
        carry=Carry(("Customer",)),
        skips=(Skip("Transaction Type", starts_with="Total", is_total=True), Skip("Document Number")),
        origins={"account_ref": Origin(column=CARRIED + "Customer"), "name": Origin(column=CARRIED + "Customer")},
    ),
)


def find_layout(headings: Sequence[str]) -> Layout | None:
    """Find the known report that has these headings.

    >>> find_layout(["Date", "Transaction Type", "No.", "Customer", "Due Date", "Amount", "Open Balance"]).name
    'QuickBooks A/R Ageing Detail'
    """
    keys = {heading_key(heading) for heading in headings}
    return next((layout for layout in LAYOUTS if layout.headings <= keys), None)


def known_headings(cells: Sequence[str]) -> int:
    """Count the cells of a line that are headings we know.

    >>> known_headings(["Customer", "Invoice No", "Amount", "Amount", "x"])
    3
    """
    return len({key for cell in cells if (key := heading_key(cell)) in _HEADINGS})


def find_heading(lines: Sequence[Sequence[str]]) -> int | None:
    """Find which of a file's first lines holds the headings: the one with most words that we know.

    None when no line looks like one.

    >>> find_heading([["Report of 31 March"], [], ["Customer", "Invoice No", "Amount"], ["A1", "7", "9.99"]])
    2
    """
    best, found = 1, None
    for position, cells in enumerate(lines[:LOOK_AT]):
        known = known_headings(cells)
        if known > best:
            best, found = known, position
    if found is not None:
        return found
    for position, cells in enumerate(lines[:LOOK_AT]):
        filled = [cell.strip() for cell in cells]
        if len(filled) > 1 and all(filled) and not any(cell[0].isdigit() for cell in filled):
            return position if len(set(filled)) == len(filled) else None
    return None


def as_headings(cells: Sequence[str]) -> list[str]:
    """Give headings that can be told apart: the second of a name gets a number, a blank one its column's.

    >>> as_headings(["Ref", "Date", "Date", ""])
    ['Ref', 'Date', 'Date (2)', 'Column 4']
    """
    headings: list[str] = []
    for position, cell in enumerate(cells, start=1):
        name = " ".join(cell.split()) or f"Column {position}"
        twins = sum(heading == name or heading.startswith(f"{name} (") for heading in headings)
        headings.append(f"{name} ({twins + 1})" if twins else name)
    return headings


def guess(
    kind: str,
    headings: Sequence[str],
    samples: Sequence[Sequence[str]],
    *,
    currency: str = "",
    portfolios: AbstractSet[str] = frozenset(),
) -> Guess:
    """Guess the mapping of a file of a kind from its headings and some of its lines.

    `currency` is the client's, taken where no column tells one; `portfolios` are the codes of the client's portfolios.
    Forms that the samples leave open are asked for.
    """
    layout = find_layout(headings)
    tests = [skip.test(headings) for skip in layout.skips] if layout else []
    lines = [cells for cells in samples if not any(test(cells) for test in tests)]
    columns = {heading: [cells[at] for cells in lines if at < len(cells)] for at, heading in enumerate(headings)}
    origins = dict(layout.origins) if layout else {}
    used = {origin.column for origin in origins.values()}
    wishes = [
        (rank, order, wanted.name, heading)
        for order, wanted in enumerate(fields_of(kind))
        if wanted.name not in origins
        for heading in headings
        if (rank := _rank(wanted, heading)) is not None and _suits(wanted, columns[heading])
        if wanted.name != "portfolio" or portfolios & {value.strip() for value in columns[heading]}
    ]
    for _rank_of, _order, name, heading in sorted(wishes):
        if name not in origins and heading not in used:
            origins[name] = Origin(column=heading)
            used.add(heading)
    origins = {each.name: origins[each.name] for each in fields_of(kind) if each.name in _complete(kind, origins)}
    if "currency" not in origins and currency:
        origins["currency"] = Origin(constant=currency)
    draft = Mapping(
        kind=FileKind(kind),
        origins=origins,
        home_currency=currency if "currency" in origins and origins["currency"].column else "",
        skips=layout.skips if layout else (),
        carry=layout.carry if layout else None,
    )
    return settle_forms(draft, columns)


def _rank(wanted: Field, heading: str) -> int | None:
    key = heading_key(heading.removeprefix(CARRIED))
    return wanted.headings.index(key) if key in wanted.headings else None


def _suits(wanted: Field, values: Iterable[str]) -> bool:
    """Test if what stands in a column can be what is wanted: half of it, at least, reads as such."""
    filled = [value.strip() for value in values if value.strip()]
    test = _TESTS.get(wanted.type)
    return not filled or test is None or 2 * sum(map(test, filled)) >= len(filled)


def _complete(kind: str, origins: dict[str, Origin]) -> dict[str, Origin]:
    """Let one column serve two fields where reports commonly have one: the name is the reference, the open is the amount."""
    wanted = {each.name for each in fields_of(kind)}
    if "account_ref" not in origins and "name" in origins:
        origins["account_ref"] = origins["name"]
    if "amount" not in origins and "open_amount" in origins:
        origins["amount"] = origins.pop("open_amount")
    if "name" not in origins and "name" in wanted and "account_ref" in origins and kind == FileKind.INVOICES:
        origins["name"] = origins["account_ref"]
    return origins


def settle_forms(mapping: Mapping, columns: dict[str, list[str]]) -> Guess:
    """Settle how days and amounts are written from what stands in their columns; say which of the two stays open."""
    questions = []
    days = [value for name in day_fields(mapping) for value in columns.get(mapping.origins[name].column, ())]
    forms = possible_day_forms(days)
    amounts = [value for name in amount_fields(mapping) for value in columns.get(mapping.origins[name].column, ())]
    currency = mapping.origins["currency"].constant if "currency" in mapping.origins else ""
    marks = possible_marks(amounts, currency=currency or mapping.home_currency or "GBP")
    if len(forms) > 1:
        questions.append("day_form")
    if len(marks) > 1:
        questions.append("decimal_mark")
    settled = Mapping(
        **{
            **{name: getattr(mapping, name) for name in Mapping.__dataclass_fields__},
            "day_form": forms[0] if forms else DayForm.YMD,
            "decimal_mark": marks[0] if marks else DecimalMark.POINT,
        }
    )
    return Guess(settled, tuple(questions))


def possible_day_forms(values: Iterable[str]) -> list[DayForm]:
    """Give the forms in which most of these days can be read, most first; two forms that tie are both possible.

    Some values may be damaged, so a form need not read them all. A form that reads every value as the same day as a better one
    is no other form.

    >>> [str(form) for form in possible_day_forms(["01/02/2026", "25/12/2026"])]
    ['dmy']
    >>> [str(form) for form in possible_day_forms(["01/02/2026", "03/04/2026"])]
    ['dmy', 'mdy']
    """
    filled = [value for each in values if (value := each.strip())]
    read = {form: [_day(value, form) for value in filled] for form in DayForm}
    counts = {form: sum(day is not None for day in days) for form, days in read.items()}
    most = max(counts.values(), default=0)
    if not most:
        return []
    best = [form for form in (DayForm.YMD, DayForm.DMY, DayForm.MDY) if counts[form] == most]
    return [form for at, form in enumerate(best) if all(read[form] != read[earlier] for earlier in best[:at])]


def possible_marks(values: Iterable[str], *, currency: str) -> list[DecimalMark]:
    """Give the decimal marks with which most of these amounts can be read; two only when they read them differently.

    >>> [str(mark) for mark in possible_marks(["1.250,50", "9,00"], currency="EUR")]
    [',']
    >>> [str(mark) for mark in possible_marks(["1.250"], currency="KWD")]
    ['.', ',']
    """
    filled = [value for each in values if (value := each.strip())]
    read = {mark: [_minor(value, mark, currency=currency) for value in filled] for mark in DecimalMark}
    counts = {mark: sum(minor is not None for minor in minors) for mark, minors in read.items()}
    most = max(counts.values(), default=0)
    if not most:
        return []
    best = [mark for mark in (DecimalMark.POINT, DecimalMark.COMMA) if counts[mark] == most]
    return best[:1] if len(best) == 2 and read[best[0]] == read[best[1]] else best


def _day(value: str, form: str) -> object:
    try:
        return read_day(value, form=form)
    except Unreadable:
        return None


def _minor(value: str, mark: str, *, currency: str = "") -> int | None:
    try:
        return read_minor(value, mark=mark, currency=currency or "GBP")
    except Unreadable as unreadable:
        # Without a currency, decimals and signs cannot be judged: such a text is an amount of some currency.
        return 0 if not currency and unreadable.code in ("amount_too_precise", "amount_other_currency") else None


def _is_terms(value: str) -> bool:
    try:
        return read_terms(value) >= 0
    except Unreadable:
        return False


_TESTS: dict[FieldType, Callable[[str], bool]] = {
    FieldType.DAY: lambda value: any(_day(value, form) is not None for form in DayForm),
    FieldType.AMOUNT: lambda value: any(_minor(value, mark) is not None for mark in DecimalMark),
    FieldType.TERMS: _is_terms,
    FieldType.COUNTRY: lambda value: not any(character.isdigit() for character in value),
}
