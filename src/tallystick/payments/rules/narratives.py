"""Field 86 of MT940: who paid, what for, under which reference, in the dialects that banks write it in.

Source: SWIFT Standards MT940 field 86; German Banking Industry DFÜ agreement annex 3 (?-subfields, SEPA keys).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: A physical line this long was cut by the bank, maybe inside a word; a shorter one ended on purpose.
LINE_WIDTH = 65
_SUBFIELD_WIDTH = 27

_STRUCTURED = re.compile(r"^(?P<code>\d{3})(?P<mark>[?<~^])(?=\d\d)")
_SEPA_KEY = re.compile(r"(?<![A-Z])(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|COAM|OAMT|PURP)\+ ?")
_SLASH_KEY = re.compile(
    r"/(TRTP|TRCD|IBAN|BIC|NAME|REMI|EREF|ORDP|BENM|MARF|CSID|RTRN|CNTP|PREF|ISDT|PURP|ULTD|ULTC|KREF|SVCL)/"
)
_POLISH = re.compile(r"^\d{3} [^;]*;")
_KNAB = re.compile(r"REK: (?P<account>[A-Z0-9]+)/NAAM: (?P<name>.*)$")
_NOTHING = frozenset({"", "NOTPROVIDED", "NONREF", "KREF+", "EREF", "NOREF"})


@dataclass(frozen=True, slots=True)
class Narrative:
    """What a narrative says; every field is empty where it says nothing."""

    text: str = ""
    counterparty: str = ""
    counterparty_account: str = ""
    reference: str = ""
    mandate: str = ""
    return_reason: str = ""
    code: str = ""


def meaningful(reference: str) -> str:
    """Give a reference, or nothing where the bank filled in a word for none.

    >>> meaningful("NOTPROVIDED"), meaningful(" INV-1 ")
    ('', 'INV-1')
    """
    bare = reference.strip()
    return "" if bare.upper() in _NOTHING else bare


def joined(lines: list[str], *, head_width: int = 0) -> str:
    """Join the physical lines of a field: without a blank where the bank cut a full line, with one elsewhere.

    `head_width` is the width of the tag before the first line, which counts towards its length.
    """
    text, width = "", 0
    for number, line in enumerate(lines):
        if number and width < LINE_WIDTH:
            text += " "
        text += line
        width = len(line) + (0 if number else head_width)
    return text


def read_narrative(lines: list[str]) -> Narrative:
    """Read the lines of a field 86, in whichever dialect they are.

    >>> read_narrative(["/BENM//NAME/SUMMIT LTD/REMI/INV 0088/EREF/PO-7"]).counterparty
    'SUMMIT LTD'
    >>> read_narrative(["166?00GUTSCHRIFT?20EREF+X-1?21SVWZ+INV 7?32EWE GMBH"]).reference
    'X-1'
    """
    if lines and (found := _STRUCTURED.match(lines[0])):
        return _structured("".join(lines), found["code"], found["mark"])
    text = joined(lines, head_width=len(":86:"))
    if _SLASH_KEY.search(text):
        return _slashed(text)
    if _POLISH.match(text):
        return _polish(text)
    if found := _KNAB.search(text):
        return Narrative(_squeezed(text[: found.start()]), found["name"].strip(), found["account"])
    return Narrative(text=_squeezed(text))


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _structured(text: str, code: str, mark: str) -> Narrative:
    fields: dict[str, str] = {}
    for piece in re.split(re.escape(mark) + r"(?=\d\d)", text[3:])[1:]:
        fields[piece[:2]] = fields.get(piece[:2], "") + piece[2:]
    parts = [fields[key] for key in map(str, [*range(20, 30), *range(60, 64)]) if key in fields]
    purpose = "".join(part if len(part) >= _SUBFIELD_WIDTH else part + " " for part in parts)
    keys = _sepa_keys(purpose)
    name = _squeezed(fields.get("32", "") + fields.get("33", ""))
    return Narrative(
        text=_squeezed(keys.get("SVWZ") or keys.get("") or purpose or fields.get("00", "")),
        counterparty=keys.get("ABWA") or keys.get("ABWE") or name,
        counterparty_account=fields.get("31", "").strip() or keys.get("IBAN", ""),
        reference=meaningful(keys.get("EREF", "")) or meaningful(keys.get("KREF", "")),
        mandate=meaningful(keys.get("MREF", "")),
        code=code,
    )


def _sepa_keys(purpose: str) -> dict[str, str]:
    pieces = _SEPA_KEY.split(purpose)
    keys = dict(zip(pieces[1::2], (_squeezed(piece) for piece in pieces[2::2]), strict=True))
    if keys and pieces[0].strip():
        keys[""] = _squeezed(pieces[0])
    return keys


def _slashed(text: str) -> Narrative:
    pieces = _SLASH_KEY.split(text)
    values: dict[str, str] = {}
    for key, value in zip(pieces[1::2], pieces[2::2], strict=True):
        values.setdefault(key, _squeezed(value.strip("/ ")))
    iban, name = values.get("IBAN", ""), values.get("NAME", "")
    if "CNTP" in values:
        iban, _, name, *_ = (values["CNTP"] + "///").split("/", 3)
    remittance = re.sub(r"^(USTD//|STRD/[^/]*/[^/]*/)", "", values.get("REMI", ""))
    return Narrative(
        text=remittance or _squeezed(text),
        counterparty=name,
        counterparty_account=iban,
        reference=meaningful(values.get("EREF", "")) or meaningful(values.get("KREF", "")),
        mandate=meaningful(values.get("MARF", "")),
        return_reason=values.get("RTRN", ""),
        code=values.get("TRTP", "") or values.get("TRCD", ""),
    )


_POLISH_KEYS = {"OD": "counterparty", "DLA": "counterparty", "Z RACH": "counterparty_account", "TYT": "text"}


def _polish(text: str) -> Narrative:
    found: dict[str, str] = {}
    for piece in text.split(";")[1:]:
        key, _, value = piece.partition(":")
        name = _POLISH_KEYS.get(key.strip().rstrip("."))
        if name:
            found[name] = _squeezed(value)
    return Narrative(
        text=found.get("text") or _squeezed(text),
        counterparty=found.get("counterparty", ""),
        counterparty_account=found.get("counterparty_account", ""),
        code=text[:3],
    )
