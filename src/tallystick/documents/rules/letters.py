"""How a letter looks: letterhead, window-envelope address, text, tables, page x of y; a PDF of the same bytes each time.

Everything a letter says reaches the typesetter as data, never as source: a debtor called `#import` stays a debtor.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from threading import local

import typst

from tallystick.documents.rules.text import Block

#: Lines an address may have: what a DL or C5 window shows.
MOST_ADDRESS_LINES = 7


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes: the name, the lines on the right of it, and the legal line at the foot of each page."""

    name: str
    lines: tuple[str, ...] = ()
    imprint: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """The few words that the layout itself says, in the letter's language. `page` has {page} and {pages} in it."""

    reference: str
    page: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter, ready to be set."""

    letterhead: Letterhead
    #: The addressee, as the window shows it; `MOST_ADDRESS_LINES` at most.
    address: tuple[str, ...]
    #: Label and value pairs beside the address: date, reference, amount.
    particulars: tuple[tuple[str, str], ...]
    title: str
    blocks: tuple[Block, ...]
    reference: str
    labels: Labels
    #: BCP 47 language of the text, for hyphenation and for screen readers.
    language: str = "en"


class LetterUnprintable(Exception):
    """The typesetter cannot set the letter: it has signs that no font of the house has. Sent with gaps it must not be."""


def address_lines(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Give an address that fits the window: no empty lines, and those too many joined to the line before the last two.

    >>> address_lines(("Ann Lee", "", "Flat 1", "High House", "2 Low Road", "Old Village", "Pudsey", "Leeds", "LS28 5AA"))
    ('Ann Lee', 'Flat 1', 'High House', '2 Low Road', 'Old Village, Pudsey', 'Leeds', 'LS28 5AA')
    """
    kept = [line.strip() for line in lines if line.strip()]
    while len(kept) > MOST_ADDRESS_LINES:
        kept[-4:-2] = [f"{kept[-4]}, {kept[-3]}"]
    return tuple(kept)


@cache
def _fonts() -> typst.Fonts:
    folder = resources.files("fontpkg_inter").joinpath("files")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)])


class _Bench(local):
    """A typesetter for each thread, kept warm: it may not be shared."""

    def __init__(self) -> None:
        folder = Path(str(resources.files("tallystick.documents").joinpath("templates", "documents")))
        # The folder confines what the source may read.
        self.compiler = typst.Compiler(str(folder / "letter.typ"), root=str(folder), font_paths=_fonts())


@cache
def _bench() -> _Bench:
    return _Bench()


def _as_data(letter: Letter) -> str:
    data = asdict(letter)
    data["address"] = address_lines(letter.address)
    data["address_size"] = 9.5 if len(data["address"]) <= 6 else 8.5
    return json.dumps(data, ensure_ascii=False)


def set_letter(letter: Letter, *, made_at: datetime) -> bytes:
    """Set a letter as tagged PDF (PDF/UA-1). The same letter and instant give the same bytes.

    The address stands 54 to 80 mm from the top and 25 mm from the left, where the windows of UK DL (35 by 90 mm,
    20 mm from the left) and C5 envelopes both show it when the sheet lies on the envelope's lower edge.

    :raises LetterUnprintable: it has signs that no font of the house has
    """
    try:
        made = _bench().compiler.compile(
            format="pdf",
            sys_inputs={"letter": _as_data(letter)},
            pdf_standards="ua-1",
            timestamp=int(made_at.timestamp()),
        )
    except typst.TypstError as wrong:
        raise LetterUnprintable(wrong.message) from wrong
    if not isinstance(made, bytes):
        raise TypeError("the typesetter gave no single PDF")
    return made
