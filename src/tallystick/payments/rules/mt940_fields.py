"""Single fields of MT940: account, balance, and field 61 with its narrative."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tallystick.kernel.money import Money
from tallystick.payments.rules.amounts import MOST_DIGITS
from tallystick.payments.rules.days import nearest_day
from tallystick.payments.rules.kinds import kind_of_code
from tallystick.payments.rules.narratives import meaningful, read_narrative
from tallystick.payments.rules.statement import Balance, Kind, StatementLine

_BALANCE = re.compile(r"^(?P<mark>[CD])(?P<day>\d{6})(?P<currency>[A-Z]{3})(?P<amount>\d*,?\d*)")
_ENTRY = re.compile(
    r"^(?P<value>\d{6})(?P<entry>\d{4}|\s{4})?(?P<mark>R[CD]|E[CD]|[CD])(?P<funds>[A-Z])?"
    r"(?P<amount>\d*[,.]\d*|\d+) *(?P<type>[A-Z][A-Z0-9 ]{3})?(?P<rest>.*)$"
)
_IBAN = re.compile(r"^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$")
_BANKS_OWN_TEXT = re.compile(r"^(/|\d{3}-)")
#: RC reverses a credit, so money leaves; RD reverses a debit, so money arrives.
_SIGNS = {"C": 1, "D": -1, "RC": -1, "RD": 1, "EC": 1, "ED": -1}
_HALF_A_YEAR = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Entry:
    """Field 61."""

    booked_on: date
    value_on: date
    amount: Money
    type: str
    reference: str
    bank_reference: str
    details: str
    is_reversal: bool
    #: The day as delivered, where no calendar has it (30 February of banks with months of thirty days).
    adjusted: str = ""


def amount(text: str) -> Decimal:
    """Read an unsigned amount with a decimal comma, or the point of a bank that knows no better; a side may be missing.

    :raises ValueError: there is no digit in it

    >>> amount("9,"), amount(",50"), amount("000000001000,00")
    (Decimal('9.0'), Decimal('0.50'), Decimal('1000.00'))
    """
    whole, _, fraction = text.replace(".", ",").partition(",")
    if not (whole + fraction).isdigit() or len(whole.lstrip("0")) > MOST_DIGITS:
        raise ValueError(f"{text!r} is not an amount")
    return Decimal(f"{int(whole or 0)}.{fraction or 0}")


def account(text: str) -> tuple[str, str | None]:
    """Split field 25 into the account and the currency some banks put behind it.

    >>> account("51210600/9223382012EUR"), account("GB33BUKB20201555555555")
    (('51210600/9223382012', 'EUR'), ('GB33BUKB20201555555555', None))
    """
    found = re.match(r"^(.*\d) ?([A-Z]{3})$", text.strip())
    return (found[1], found[2]) if found else (text.strip(), None)


def balance(text: str) -> Balance | None:
    """Read a balance; None where it cannot be read.

    >>> balance("D180713EUR0,50")
    Balance(amount=Money(-50, 'EUR'), on=datetime.date(2018, 7, 13))
    """
    found = _BALANCE.match(text)
    if found is None:
        return None
    try:
        on, _ = _day(found["day"])
        money = Money.of(amount(found["amount"]), found["currency"])
    except ValueError:
        return None
    return Balance(money if found["mark"] == "C" else -money, on)


def entry(lines: list[str], currency: str) -> Entry:
    """Read field 61, also where the bank broke the line inside the field.

    :raises ValueError: it cannot be read, and why

    >>> entry(["2603060306RC440,00NRTIINV0000002//ARU0004"], "GBP").amount
    Money(-44000, 'GBP')
    """
    found, used = _ENTRY.match(lines[0].strip()), 1
    if found is None and len(lines) > 1:
        found, used = _ENTRY.match(lines[0].strip() + lines[1].strip()), 2
    if found is None:
        raise ValueError("the field does not have the form of an entry")
    value_on, is_adjusted = _day(found["value"])
    booked_on, is_moved = _entry_day(found["entry"], value_on)
    money = Money.of(amount(found["amount"]), currency)
    reference, _, bank_reference = found["rest"].partition("//")
    return Entry(
        booked_on=booked_on,
        value_on=value_on,
        amount=money if _SIGNS[found["mark"]] > 0 else -money,
        type=(found["type"] or "").strip(),
        reference=meaningful(reference),
        bank_reference=meaningful(bank_reference),
        details=" ".join(" ".join(lines[used:]).split()),
        is_reversal=found["mark"].startswith("R"),
        adjusted=found["value"] if is_adjusted else found["entry"] if is_moved else "",
    )


def line(entry: Entry, narrative_lines: list[str], *, line_number: int, entry_number: int, raw: str) -> StatementLine:
    """Put field 61 and its narrative together."""
    said = read_narrative(narrative_lines)
    reference, counterparty, its_account = entry.reference, said.counterparty, said.counterparty_account
    if _IBAN.match(reference):
        its_account, reference = its_account or reference, ""
    details = entry.details
    if _IBAN.match(details):
        its_account, details = its_account or details, ""
    elif details and not counterparty and not _BANKS_OWN_TEXT.match(details):
        counterparty, details = details, ""
    code = said.code or entry.type
    kind = kind_of_code(code)
    if kind is Kind.OTHER:
        kind = kind_of_code(entry.type)
    if said.return_reason:
        kind = Kind.RETURN
    return StatementLine(
        booked_on=entry.booked_on,
        value_on=entry.value_on,
        amount=entry.amount,
        line_number=line_number,
        entry=entry_number,
        kind=kind,
        code=code,
        narrative=said.text or details,
        counterparty=counterparty,
        counterparty_account=its_account,
        reference=said.reference or reference,
        mandate=said.mandate,
        return_reason=said.return_reason,
        bank_reference=entry.bank_reference,
        raw=raw,
    )


def _day(text: str) -> tuple[date, bool]:
    """Read YYMMDD; years from 80 belong to the last century."""
    year = int(text[:2])
    return nearest_day(year + (1900 if year >= 80 else 2000), int(text[2:4]), int(text[4:6]))


def _entry_day(text: str | None, value_on: date) -> tuple[date, bool]:
    """Read MMDD, which has no year: take the one that brings it nearest to the value day."""
    if not text or not text.strip():
        return value_on, False
    day, is_adjusted = nearest_day(value_on.year, int(text[:2]), int(text[2:]))
    if day - value_on > _HALF_A_YEAR:
        day, is_adjusted = nearest_day(value_on.year - 1, int(text[:2]), int(text[2:]))
    elif value_on - day > _HALF_A_YEAR:
        day, is_adjusted = nearest_day(value_on.year + 1, int(text[:2]), int(text[2:]))
    return day, is_adjusted
