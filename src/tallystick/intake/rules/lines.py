"""Turn a line's cells into the values of its fields, as text that the database reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any

from babel import Locale
from babel.core import get_global

from tallystick.intake.rules.furniture import Carrier
from tallystick.intake.rules.kinds import FIELDS, FieldType, FileKind
from tallystick.intake.rules.mapping import Mapping, Origin
from tallystick.intake.rules.reading import SIGNS, DayForm
from tallystick.intake.rules.texts import Line
from tallystick.intake.rules.words import ITEM_WORDS, PARTY_WORDS
from tallystick.kernel.refusals import Refusal
from tallystick.parties import rules as party_rules

#: Values that are remembered so that a name or number that repeats is worked out once.
_REMEMBERED = 100_000

_DAY_FORMATS = {DayForm.YMD: "%Y-%m-%d", DayForm.DMY: "%d/%m/%Y", DayForm.MDY: "%m/%d/%Y"}
#: Where a sign alone stands in a currency column, what it means; a dollar may be anybody's.
_CURRENCY_SIGNS = {sign: currencies[0] for sign, currencies in SIGNS.items() if sign not in "$¥"}


@cache
def _countries() -> dict[str, str]:
    """Give country codes by what files call them: codes of two and three letters, English names, habits."""
    names = {
        name.casefold(): code for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()
    }
    aliases = {
        alias.casefold(): codes[0] for alias, codes in get_global("territory_aliases").items() if len(codes) == 1
    }
    codes = {code.casefold(): code for code in names.values()}
    habits = {
        "uk": "GB",
        "england": "GB",
        "scotland": "GB",
        "wales": "GB",
        "northern ireland": "GB",
        "great britain": "GB",
        "eire": "IE",
        "usa": "US",
        "holland": "NL",
    }
    return {**aliases, **names, **codes, **habits}


def country_code(text: str) -> str:
    """Give the code of a country however a file names it; what is not known stays as it is.

    >>> country_code("United Kingdom"), country_code("GBR"), country_code("391")
    ('GB', 'GB', '391')
    """
    return _countries().get(text.casefold(), text)


def currency_code(text: str) -> str:
    """Give a currency's code however a file writes it; what is not known stays as it is.

    >>> currency_code("£"), currency_code("gbp"), currency_code("pounds")
    ('GBP', 'GBP', 'POUNDS')
    """
    return _CURRENCY_SIGNS.get(text) or text.upper()


class _Remembered(dict[str, str | None]):
    """What was worked out of texts, so that one that comes again costs a look-up."""

    def __init__(self, work_out: Callable[[str], str | None]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, text: str) -> str | None:
        if len(self) >= _REMEMBERED:
            self.clear()
        found = self[text] = self._work_out(text)
        return found


def _remembering(work_out: Callable[[str], str | None]) -> Callable[[str], str | None]:
    return _Remembered(work_out).__getitem__


def _contact_key(kind: str, country: str) -> Callable[[str], str | None]:
    def work_out(text: str) -> str | None:
        try:
            return party_rules.contact_key(kind, text, country=country)
        except Refusal:
            return None

    return _remembering(work_out)


class Reader:
    """Reads the cells of lines by a mapping: `columns` says what the values of `read` are.

    The texts of amounts and days are handed on as they stand, for the database to read. Names and contact points also get
    the form they are compared in, and words for kinds, countries and currencies their codes.
    """

    def __init__(self, mapping: Mapping, headings: Sequence[str], *, country: str) -> None:
        self._headings = list(headings)
        names = [name for name in mapping.origins if name not in ("first_name", "last_name")]
        if "name" not in names and mapping.kind not in (FileKind.CHARGES, FileKind.PAYMENTS):
            names.append("name")
        # Columns that are taken as they stand come first, all at once; then what is put together.
        plain = [name for name in names if name in mapping.origins and mapping.origins[name].column]
        names = [*plain, *(name for name in names if name not in plain)]
        self._places = [self._headings.index(mapping.origins[name].column) for name in plain]
        self._width = max(self._places, default=-1) + 1
        self._composers = [self._composer(name, mapping) for name in names[len(plain) :]]
        self._turns = [(names.index(name), turn) for name in names if (turn := _turning(name, mapping)) is not None]
        #: Where a ledger leaves the name of an account out, its reference is what it is called.
        self._unnamed = (
            (names.index("name"), names.index("account_ref"))
            if mapping.kind == FileKind.INVOICES and "account_ref" in names
            else None
        )
        makers = {
            "name": _remembering(party_rules.name_key),
            **{kind: _contact_key(kind, country) for kind in ("email", "phone", "mobile")},
        }
        self._keys = [(names.index(name), make_key) for name, make_key in makers.items() if name in names]
        self.columns = [*names, *(f"{names[at]}_key" for at, _make_key in self._keys)]

    def read(self, cells: list[str]) -> list[str | None]:
        """Give the values of a line; None for what is blank or missing."""
        if len(cells) < self._width:
            cells = [*cells, *[""] * (self._width - len(cells))]
        values: list[str | None] = [cells[at].strip() or None for at in self._places]
        for compose in self._composers:
            values.append(compose(cells) or None)
        if self._unnamed is not None and values[self._unnamed[0]] is None:
            values[self._unnamed[0]] = values[self._unnamed[1]]
        for at, turn in self._turns:
            text = values[at]
            if text is not None:
                values[at] = turn(text)
        for at, make_key in self._keys:
            text = values[at]
            values.append(None if text is None else make_key(text))
        return values

    def _composer(self, name: str, mapping: Mapping) -> Callable[[Sequence[str]], str]:
        if name in mapping.origins:
            return self._from(mapping.origins[name])
        parts = [self._from(mapping.origins[part]) for part in ("first_name", "last_name") if part in mapping.origins]
        return lambda cells: " ".join(filter(None, (part(cells) for part in parts)))

    def _from(self, origin: Origin) -> Callable[[Sequence[str]], str]:
        if origin.constant:
            constant = origin.constant.strip()
            return lambda cells: constant
        template = origin.template or "{" + origin.column + "}"
        places = {column: self._headings.index(column) for column in origin.columns()}

        def compose(cells: Sequence[str]) -> str:
            text = template
            for column, at in places.items():
                text = text.replace("{" + column + "}", cells[at].strip() if at < len(cells) else "")
            return " ".join(text.split())

        return compose


def _turning(name: str, mapping: Mapping) -> Callable[[str], str | None] | None:
    """Give how the text of a field is turned into what is stored, if it is."""
    if name == "item_kind":
        words = {**ITEM_WORDS, **mapping.words}
        return _remembering(lambda text: words.get(text.casefold(), text))
    return {
        "currency": _remembering(currency_code),
        "country": _remembering(country_code),
        "party_kind": _remembering(lambda text: PARTY_WORDS.get(text.casefold(), text)),
        **dict.fromkeys(("name", "address_1", "address_2", "address_3", "town", "county", "description"), _on_one_line),
    }.get(name)


def _on_one_line(text: str) -> str:
    return text if text.isprintable() and "  " not in text else " ".join(text.split())


def as_texts(lines: Iterable[Line], mapping: Mapping, headings: Sequence[str]) -> Iterator[Line]:
    """Write the numbers and days of a workbook the way the mapping reads them, so that nothing is guessed twice."""
    forms = {}
    amounts = set()
    for name, origin in mapping.origins.items():
        if origin.column in headings:
            at = headings.index(origin.column)
            if FIELDS[name].type == FieldType.AMOUNT:
                amounts.add(at)
            forms[at] = _DAY_FORMATS[DayForm(mapping.form_of(name))]

    def write(at: int, cell: Any) -> str:
        if isinstance(cell, date):
            return cell.strftime(forms.get(at, "%Y-%m-%d"))
        return str(cell).replace(".", mapping.decimal_mark) if at in amounts and type(cell) is not str else str(cell)

    for line in lines:
        yield Line(line.number, [write(at, cell) for at, cell in enumerate(line.cells)], line.fault)


def data_lines(
    lines: Iterable[Line],
    mapping: Mapping,
    headings: Sequence[str],
    *,
    heading_line: int,
    left_out: dict[str, int],
    totals: list[str],
) -> Iterator[Line]:
    """Give the lines of data: those below the headings that are neither furniture nor the headings once more.

    Carried values are added to the cells of the lines below their group. What is left out is counted in `left_out` by rule;
    the amounts of the totals that the report states of itself go to `totals`.
    """
    carrier = Carrier(mapping.carry) if mapping.carry else None
    own = list(headings[: len(headings) - len(mapping.carry.columns)]) if mapping.carry else list(headings)
    skips = [(skip, skip.test(headings)) for skip in mapping.skips]
    amount_at = _amount_at(mapping, headings)
    for line in lines:
        cells = line.cells
        if carrier is not None and not line.fault and carrier.take(cells):
            left_out["group"] = left_out.get("group", 0) + 1
            continue
        if line.number <= heading_line:
            continue
        if line.fault:
            yield line
            continue
        if skips and (skip := next((skip for skip, test in skips if test(cells)), None)):
            left_out[skip.column] = left_out.get(skip.column, 0) + 1
            if skip.is_total and amount_at is not None and amount_at < len(cells) and cells[amount_at].strip():
                totals.append(cells[amount_at].strip())
            continue
        if len(cells) > len(own):
            if any(cells[len(own) :]):
                yield Line(line.number, cells, "too_many_cells")
                continue
            del cells[len(own) :]
        if cells[0] == own[0] and cells == own:
            left_out["headings"] = left_out.get("headings", 0) + 1
        elif carrier is None:
            yield line
        else:
            yield Line(line.number, [*cells, *[""] * (len(own) - len(cells)), *carrier.values])


def _amount_at(mapping: Mapping, headings: Sequence[str]) -> int | None:
    origin = mapping.origins.get("open_amount") or mapping.origins.get("amount")
    return headings.index(origin.column) if origin and origin.column in headings else None
