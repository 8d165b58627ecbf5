"""Show how a mapping reads the first lines of a file, before anybody relies on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.utils.functional import Promise

from tallystick.intake.rules.faults import Fault, Unreadable, fault_of
from tallystick.intake.rules.kinds import FIELDS, FieldType, FileKind, is_required
from tallystick.intake.rules.lines import Reader
from tallystick.intake.rules.mapping import Mapping
from tallystick.intake.rules.reading import DayForm, DecimalMark, read_day, read_minor, read_terms
from tallystick.intake.rules.words import ITEM_KINDS, ITEM_WORDS, KIND_LABELS
from tallystick.kernel.currencies import is_currency
from tallystick.kernel.money import Money

_Form = TypeVar("_Form", DayForm, DecimalMark)


@dataclass(frozen=True, slots=True)
class Seen:
    """A cell of a file and what it is read as: a day, an amount, or words; and what is wrong with it."""

    text: str = ""
    day: date | None = None
    money: Money | None = None
    words: str | Promise = ""
    fault: Fault | None = None


def preview(
    mapping: Mapping, headings: Sequence[str], lines: Iterable[Sequence[str]], *, country: str
) -> list[dict[str, Seen]]:
    """Read lines as a mapping says: for each line, what is seen of each field that is mapped.

    >>> from tallystick.intake.rules.mapping import Origin
    >>> from tallystick.intake.rules.kinds import FileKind
    >>> mapping = Mapping(FileKind.PAYMENTS, {"issued_on": Origin(column="Day")}, day_form="dmy")
    >>> [line] = preview(mapping, ["Day"], [["03/04/2026"]], country="GB")
    >>> line["issued_on"].day
    datetime.date(2026, 4, 3)
    """
    reader = Reader(mapping, headings, country=country)
    shown = []
    for cells in lines:
        values = dict(zip(reader.columns, reader.read(list(cells)), strict=True))
        for part in ("first_name", "last_name"):
            if part in mapping.origins:
                at = headings.index(mapping.origins[part].column) if mapping.origins[part].column else len(cells)
                values[part] = cells[at].strip() if at < len(cells) else mapping.origins[part].constant
        shown.append({name: _see(name, values, mapping) for name in mapping.origins})
    return shown


def _see(name: str, values: dict[str, str | None], mapping: Mapping) -> Seen:
    text = values.get(name) or ""
    if not text:
        return Seen(fault=fault_of("missing") if is_required(mapping.kind, name) else None)
    try:
        return _READERS.get(FIELDS[name].type, _as_text)(name, text, values, mapping)
    except Unreadable as unreadable:
        return Seen(text, fault=fault_of(unreadable.code))


def _as_text(name: str, text: str, values: dict[str, str | None], mapping: Mapping) -> Seen:
    if len(text) > FIELDS[name].longest:
        raise Unreadable("text_too_long")
    return Seen(text, words=text)


def _as_day(name: str, text: str, values: dict[str, str | None], mapping: Mapping) -> Seen:
    return Seen(text, day=read_day(text, form=mapping.form_of(name)))


def _as_amount(name: str, text: str, values: dict[str, str | None], mapping: Mapping) -> Seen:
    currency = values.get("currency") or ""
    if not is_currency(currency):
        return Seen(text, words=text)
    return Seen(text, money=Money(read_minor(text, mark=mapping.decimal_mark, currency=currency), currency))


def _as_terms(name: str, text: str, values: dict[str, str | None], mapping: Mapping) -> Seen:
    return Seen(text, words=str(read_terms(text)))


def _as_currency(name: str, text: str, values: dict[str, str | None], mapping: Mapping) -> Seen:
    if not is_currency(text):
        raise Unreadable("currency_unknown")
    return Seen(text, words=text)


def _as_kind(name: str, text: str, values: dict[str, str | None], mapping: Mapping) -> Seen:
    if name != "item_kind":
        return Seen(text, words=text)
    if text not in ITEM_KINDS[mapping.kind]:
        raise Unreadable("kind_unknown")
    return Seen(words=KIND_LABELS[text])


def _as_contact(name: str, text: str, values: dict[str, str | None], mapping: Mapping) -> Seen:
    return Seen(text, words=text, fault=None if values.get(f"{name}_key") else fault_of("contact_unreadable"))


_READERS: dict[FieldType, Callable[[str, str, dict[str, str | None], Mapping], Seen]] = {
    FieldType.DAY: _as_day,
    FieldType.AMOUNT: _as_amount,
    FieldType.TERMS: _as_terms,
    FieldType.CURRENCY: _as_currency,
    FieldType.KIND: _as_kind,
    FieldType.CONTACT: _as_contact,
}


def unknown_words(kind: str, texts: Iterable[str], *, most: int = 30) -> list[str]:
    """Give the words for kinds of documents in a column that nobody knows yet, in their order.

    >>> unknown_words("invoices", ["SI", "ZR", "zr ", "Invoice"])
    ['ZR']
    """
    found: dict[str, str] = {}
    for text in texts:
        word = " ".join(text.split())
        key = word.casefold()
        if key and key not in found and ITEM_WORDS.get(key, key) not in ITEM_KINDS[FileKind(kind)]:
            found[key] = word
            if len(found) == most:
                break
    return list(found.values())


def day_examples(values: Iterable[str]) -> dict[DayForm, Seen]:
    """Give for each form what it makes of a day in a file: of one that forms read differently, if there is one.

    >>> {str(form): str(seen.day) for form, seen in day_examples(["25/12/2026", "03/04/2026"]).items()}
    {'ymd': 'None', 'dmy': '2026-04-03', 'mdy': '2026-03-04'}
    """
    return _examples(DayForm, values, lambda text, form: Seen(text, day=read_day(text, form=form)))


def mark_examples(values: Iterable[str], *, currency: str) -> dict[DecimalMark, Seen]:
    """Give for each decimal mark what it makes of an amount in a file.

    >>> seen = mark_examples(["9,00", "1.250"], currency="EUR")
    >>> str(seen[DecimalMark.POINT].money), str(seen[DecimalMark.COMMA].money)
    ('1.25 EUR', '1250.00 EUR')
    """
    return _examples(
        DecimalMark,
        values,
        lambda text, mark: Seen(text, money=Money(read_minor(text, mark=mark, currency=currency), currency)),
    )


def _examples(forms: type[_Form], values: Iterable[str], read: Callable[[str, _Form], Seen]) -> dict[_Form, Seen]:
    def see(text: str, form: _Form) -> Seen:
        try:
            return read(text, form)
        except Unreadable as unreadable:
            return Seen(text, fault=fault_of(unreadable.code))

    best: dict[_Form, Seen] = {}
    most = 0
    for text in filter(None, (value.strip() for value in values)):
        seen = {form: see(text, form) for form in forms}
        meanings = {(each.day, each.money) for each in seen.values() if each.fault is None}
        if len(meanings) > most:
            best, most = seen, len(meanings)
    return best
