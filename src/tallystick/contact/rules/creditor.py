"""How a creditor speaks: what its letterhead, its e-mails and its payment details say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


class DetailsUnreadable(ValueError):
    """A client's details hold something that is no text: an error, never left out in silence."""


@dataclass(frozen=True, slots=True)
class Creditor:
    """A client as its debtors see it. Every detail may be empty; only the name may not."""

    code: str
    name: str
    phone: str = ""
    email: str = ""
    hours: str = ""
    website: str = ""
    payment_link: str = ""
    bank_account_name: str = ""
    sort_code: str = ""
    account_number: str = ""
    iban: str = ""
    #: Postal address, a line each, as the letterhead shows it.
    lines: tuple[str, ...] = ()
    #: The legal line: where registered, under which number.
    imprint: str = ""

    def words(self) -> dict[str, str]:
        """Give what templates may say of the creditor."""
        return {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if each.name not in {"code", "lines", "imprint"}
        }

    def letterhead_lines(self) -> tuple[str, ...]:
        """Give the lines on the right of a letterhead: address, telephone, e-mail, web site."""
        site = self.website.removeprefix("https://").removesuffix("/")
        return tuple(line for line in (*self.lines, self.phone, self.email, site) if line)


def read_creditor(*, code: str, name: str, details: Mapping[str, Any]) -> Creditor:
    """Read a client's details. Words it does not know are left for others.

    :raises DetailsUnreadable: a detail is no text

    >>> read_creditor(code="NG", name="Northgate", details={"phone": "0113 496 0000", "tier": 2}).phone
    '0113 496 0000'
    """
    known = {each.name for each in fields(Creditor)} - {"code", "name", "lines"}
    read: dict[str, Any] = {}
    for word in known & details.keys():
        if not isinstance(details[word], str):
            raise DetailsUnreadable(f"{code}: {word} is no text")
        read[word] = details[word].strip()
    lines = details.get("lines", [])
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise DetailsUnreadable(f"{code}: lines is no list of texts")
    return Creditor(code=code, name=name, lines=tuple(lines), **read)
