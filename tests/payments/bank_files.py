"""Bank files as tests need them: a bank account of a client, and statements written line by line."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import count
from typing import Any

from tests.builders import AT, TEST

from tallystick.accounts.models import Client
from tallystick.jurisdictions.queries import is_possible_account
from tallystick.payments import actions
from tallystick.payments.models import BankAccount

_numbers = count(10_000_000)


def bank_account(of: Client, **terms: Any) -> BankAccount:
    """Set up a bank account of a client."""
    number = next(number for number in map(str, _numbers) if is_possible_account("202015", number))
    terms = {
        "name": f"Account {number}",
        "currency": "GBP",
        "sort_code": "20-20-15",
        "number": number,
        **terms,
    }
    return actions.open_bank_account(client_id=of.pk, at=AT, by=TEST, **terms)


def csv_of(rows: Sequence[tuple[str, str, str]], *, head: str = "Date,Description,Amount") -> io.BytesIO:
    """Write rows of (day, text, amount) as a bank's CSV."""
    lines = [head, *(f'{day},"{text}",{amount}' for day, text, amount in rows)]
    return io.BytesIO("\n".join(lines).encode())


def mt940_of(entries: Sequence[tuple[str, str, str, str]], *, account: str = "", opening: str = "0,00") -> io.BytesIO:
    """Write entries of (YYMMDD, mark and amount, text, bank reference) as an MT940 statement without a closing balance."""
    lines = [":20:TEST", f":25:{account}", ":28C:1/1", f":60F:C260301GBP{opening}"]
    for day, amount, text, bank_reference in entries:
        suffix = f"//{bank_reference}" if bank_reference else ""
        lines += [f":61:{day}{amount}NTRFNONREF{suffix}", f":86:{text}"]
    return io.BytesIO("\r\n".join([*lines, "-", ""]).encode())


def import_file(file: io.BytesIO, into: BankAccount | None = None, **terms: Any) -> actions.Imported:
    """Bring a file in."""
    terms = {"name": "statement", "at": AT, "by": TEST, **terms}
    return actions.import_statement_file(file=file, bank_account_id=into.pk if into else None, **terms)
