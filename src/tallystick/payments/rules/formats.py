"""The formats we read. A new one is one more module with `recognizes` and `read`, and one more row here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from tallystick.payments.rules import bank_csv, camt, mt940
from tallystick.payments.rules.csv_saved import SavedColumns
from tallystick.payments.rules.days import DayOrder
from tallystick.payments.rules.refusals import FormatUnknown
from tallystick.payments.rules.statement import Part, checked

_HEAD = 1 << 14


class Format(StrEnum):
    """Formats by the name people know them by."""

    CAMT = "CAMT"
    MT940 = "MT940"
    CSV = "CSV"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about the bank account a file belongs to, before it is opened."""

    currency: str | None = None
    order: DayOrder | None = None
    encoding: str | None = None
    #: What people said the columns of a CSV mean, for every bank account it may be of.
    columns: tuple[SavedColumns, ...] = ()


def recognize(file: BinaryIO) -> Format:
    """Tell the format of a file from its first bytes; its name is not asked, since banks call anything anything.

    :raises FormatUnknown: it is none of ours
    """
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    is_wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = head[: len(head) // 2 * 2].decode("utf-16", "replace") if is_wide else head.decode("latin-1")
    if camt.recognizes(text):
        return Format.CAMT
    if mt940.recognizes(text):
        return Format.MT940
    if bank_csv.recognizes(text) and "\x00" not in text:
        return Format.CSV
    raise FormatUnknown


def read(file: BinaryIO, known: Known) -> Iterator[Part]:
    """Read a bank file part by part, with warnings wherever balances and totals do not add up.

    :raises FormatUnknown: it is none of ours
    :raises FileBroken, FileUnsafe, DayOrderUnknown, CurrencyNeeded: see the readers; nothing may be kept then
    """
    match recognize(file):
        case Format.CAMT:
            parts = camt.read(file)
        case Format.MT940:
            parts = mt940.read(file, encoding=known.encoding, currency=known.currency)
        case Format.CSV:
            parts = bank_csv.read(
                file, encoding=known.encoding, currency=known.currency, order=known.order, saved=known.columns
            )
    return checked(parts)
