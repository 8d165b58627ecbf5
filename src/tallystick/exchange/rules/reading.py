"""Files of exchange rates: our own CSV, and the euro reference rates of the European Central Bank as CSV, XML or a ZIP of it.

A file is read whole or not at all. Our own has the headings base, quote, day and rate, and says source where it likes:

    base,quote,day,rate,source
    GBP,KWD,2026-03-02,0.389215,treasury

The bank's files are `eurofxref.csv`, `eurofxref-hist.csv` and `eurofxref-daily.xml`, `-hist-90d.xml`, `-hist.xml`: rates of one
euro, with N/A where there is none. They go back to 1999, to currencies that are no more: those are left out, and named.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from lxml import etree

from tallystick.exchange.rules.refusals import RatesUnreadable
from tallystick.kernel.currencies import UnknownCurrency, currency, is_currency

#: What the bank's rates are called where they are shown.
ECB = "ECB euro reference rates"
#: Digits that the table keeps, before and behind the point.
_WHOLE, _DECIMALS = 12, 12
#: Larger files are no files of rates: the bank's whole history is a twentieth of it, unpacked.
LARGEST = 64 * 1024 * 1024
_HEADINGS = ("base", "quote", "day", "rate")
_DAY_OF_BANK = "%d %B %Y"
_NONE = frozenset({"", "N/A"})


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds: rows of (base, quote, day, rate, source), and codes of the bank's that are no longer currencies."""

    rows: tuple[tuple[str, str, date, Decimal, str], ...]
    left_out: tuple[str, ...] = ()


def read(content: bytes, *, source: str) -> Read:
    """Read a file of rates, told by what is in it. `source` names rates whose file says none.

    :raises RatesUnreadable: with the line and what is wrong there
    """
    if content.startswith(b"PK"):
        content = _unpacked(content)
    if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return _read_xml(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise RatesUnreadable(place=_("The file"), problem=_("it is no text in UTF-8")) from broken
    lines = [(number, cells) for number, cells in enumerate(csv.reader(io.StringIO(text)), start=1) if any(cells)]
    if not lines:
        raise RatesUnreadable(place=_("The file"), problem=_("it is empty"))
    heading = [cell.strip() for cell in lines[0][1]]
    found = _read_bank(heading, lines[1:]) if heading[0] == "Date" else _read_own(heading, lines[1:], source)
    if not found.rows:
        raise RatesUnreadable(place=_("The file"), problem=_("it holds no rate"))
    return found


def _unpacked(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            [only] = packed.infolist()
            if only.file_size > LARGEST:
                raise RatesUnreadable(place=only.filename, problem=_("it is too large for a file of rates"))
            return packed.read(only)
    except (ValueError, zipfile.BadZipFile) as broken:
        raise RatesUnreadable(place=_("The file"), problem=_("a ZIP of one file is read, and no other")) from broken


def _read_own(heading: list[str], lines: list[tuple[int, list[str]]], source: str) -> Read:
    names = [name.lower() for name in heading]
    if missing := [name for name in _HEADINGS if name not in names]:
        problem = _("there is no column {names}; write {all}").format(
            names=", ".join(missing), all=", ".join((*_HEADINGS, "source"))
        )
        raise RatesUnreadable(place=_line(1), problem=problem)
    rows = []
    for number, cells in lines:
        said = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        base, quote = (_code(said.get(name, ""), _line(number)) for name in ("base", "quote"))
        day, rate = _day(said.get("day", ""), _line(number)), _rate(said.get("rate", ""), _line(number))
        rows.append((base, quote, day, rate, said.get("source") or source))
    return Read(_checked(rows))


def _read_bank(heading: list[str], lines: list[tuple[int, list[str]]]) -> Read:
    codes = [code for code in heading[1:] if code]
    rows = []
    for number, cells in lines:
        day = _day(cells[0].strip(), _line(number))
        for code, cell in zip(codes, cells[1:], strict=False):
            if cell.strip() not in _NONE and is_currency(code):
                rows.append(("EUR", code, day, _rate(cell.strip(), _line(number)), ECB))
    return Read(_checked(rows), tuple(code for code in codes if not is_currency(code)))


def _read_xml(content: bytes) -> Read:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as broken:
        raise RatesUnreadable(place=_line(broken.lineno or 1), problem=broken.msg or _("broken XML")) from broken
    if root.getroottree().docinfo.doctype:
        raise RatesUnreadable(
            place=_("The file"), problem=_("it declares a document type, which no file of rates does")
        )
    rows, left_out = [], {}
    for code, cell, day, line in _cubes(root):
        if is_currency(code):
            rows.append(("EUR", code, _day(day, _line(line)), _rate(cell, _line(line)), ECB))
        else:
            left_out[code] = True
    if not rows:
        raise RatesUnreadable(place=_("The file"), problem=_("it holds no rate"))
    return Read(_checked(rows), tuple(left_out))


def _cubes(root: etree._Element) -> Iterator[tuple[str, str, str, int]]:
    for of_day in root.iter("{*}Cube"):
        for each in of_day if of_day.get("time") else ():
            yield each.get("currency", ""), each.get("rate", ""), of_day.get("time", ""), each.sourceline or 0


def _checked(rows: list[tuple[str, str, date, Decimal, str]]) -> tuple[tuple[str, str, date, Decimal, str], ...]:
    """Refuse two rates for one pair and day: which of them holds would be a matter of chance."""
    seen: dict[tuple[str, str, date], Decimal] = {}
    for base, quote, day, rate, _source in rows:
        place = f"{base}/{quote} {day}"
        if base == quote:
            raise RatesUnreadable(place=place, problem=_("a currency has no rate in itself"))
        if seen.setdefault((base, quote, day), rate) != rate:
            raise RatesUnreadable(place=place, problem=_("the file says two different rates"))
    return tuple(dict.fromkeys(rows))


def _line(number: int) -> str:
    return _("Line {number}").format(number=number)


def _code(text: str, place: str) -> str:
    try:
        return currency(text).code
    except UnknownCurrency as unknown:
        raise RatesUnreadable(place=place, problem=str(unknown).rstrip(".")) from unknown


def _day(text: str, place: str) -> date:
    try:
        return date.fromisoformat(text) if text[:4].isdigit() else datetime.strptime(text, _DAY_OF_BANK).date()  # noqa: DTZ007
    except ValueError as wrong:
        problem = _("“{text}” is no day: write it as 2026-03-02").format(text=text)
        raise RatesUnreadable(place=place, problem=problem) from wrong


def _rate(text: str, place: str) -> Decimal:
    try:
        rate = Decimal(text)
    except InvalidOperation as wrong:
        raise RatesUnreadable(place=place, problem=_("“{text}” is no rate").format(text=text)) from wrong
    if not rate.is_finite() or rate <= 0:
        raise RatesUnreadable(place=place, problem=_("“{text}” is no rate: one is more than nothing").format(text=text))
    if rate.adjusted() >= _WHOLE or rate != round(rate, _DECIMALS):
        problem = _("“{text}” has more than {digits} decimals, or is too large").format(text=text, digits=_DECIMALS)
        raise RatesUnreadable(place=place, problem=problem)
    return rate
