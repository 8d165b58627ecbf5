"""Names of files, the markup of texts, and how letters look."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from tallystick.documents.rules import files
from tallystick.documents.rules.letters import Labels, Letter, Letterhead, LetterUnprintable, address_lines, set_letter
from tallystick.documents.rules.text import (
    Bullets,
    Column,
    Heading,
    Paragraph,
    Run,
    Table,
    as_html,
    as_plain_text,
    parse,
    placed,
    sheltered,
)

AT = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("../../etc/passwd", "passwd", id="climbs out"),
        pytest.param("..\\..\\x.pdf", "x.pdf", id="climbs out the other way"),
        pytest.param(".htaccess", "htaccess", id="hidden"),
        pytest.param("...", "document", id="only dots"),
        pytest.param("", "document", id="nothing"),
        pytest.param("a\r\nSet-Cookie: b.pdf", "aSet-Cookie b.pdf", id="a header in it"),
        pytest.param('say "hi".pdf', "say hi.pdf", id="quotes"),
        pytest.param("x" * 300 + ".pdf", "x" * 116 + ".pdf", id="too long keeps its ending"),
        pytest.param("y" * 300, "y" * 120, id="too long without an ending"),
        pytest.param("Rechnung März.pdf", "Rechnung März.pdf", id="an ordinary name"),
    ],
)
def test_a_file_name_is_only_ever_a_name(given: str, kept: str) -> None:
    assert files.safe_name(given) == kept


@pytest.mark.parametrize("size", [1, files.LARGEST], ids=["one byte", "the largest"])
def test_files_up_to_the_largest_are_stored(size: int) -> None:
    files.check_size(size)


def test_a_file_with_nothing_in_it_or_too_much_is_refused() -> None:
    with pytest.raises(files.FileEmpty):
        files.check_size(0)
    with pytest.raises(files.FileTooLarge, match="50 MB"):
        files.check_size(files.LARGEST + 1)


def test_markup_becomes_blocks() -> None:
    blocks = parse("# Help\r\n\r\nHello **Ann**,\nsee [here](https://x.example/a).\n\n- one\n- **two**\nAnd more")

    assert blocks == (
        Heading("Help"),
        Paragraph(
            (
                (Run("Hello "), Run("Ann", bold=True), Run(",")),
                (Run("see "), Run("here", link="https://x.example/a"), Run(".")),
            )
        ),
        Bullets(((Run("one"),), (Run("two", bold=True),))),
        Paragraph(((Run("And more"),),)),
    )


@pytest.mark.parametrize(
    "name",
    ["**Star** Ltd", "# Heading\n\n- bullet", "[x](https://evil.example)", "- A", "\uf000items\uf000", "<script>"],
)
def test_what_a_field_says_is_never_markup(name: str) -> None:
    (block,) = parse(f"{sheltered(name)}")

    assert isinstance(block, Paragraph)
    ((run,),) = block.lines
    assert (run.bold, run.link) == (False, None)
    assert " ".join(run.text.split()) == " ".join(name.replace("\uf000", "").split())


def test_a_link_goes_only_where_links_may_go() -> None:
    assert parse("[x](javascript:alert(1))")[0] == Paragraph(((Run("[x](javascript:alert(1))"),),))


def test_a_placed_table_stands_where_it_was_placed() -> None:
    table = Table((Column("Invoice"), Column("Open", "end")), (("I-1", "£5.00"),), (("Total", "£5.00"),), "In pounds")

    blocks = parse(f"Before{placed('items')}after", {"items": (table,)})

    assert [block.kind for block in blocks] == ["paragraph", "table", "paragraph"]
    assert as_plain_text((table,)).splitlines() == [
        "In pounds",
        "Invoice   Open",
        "--------------",
        "I-1      £5.00",
        "--------------",
        "Total    £5.00",
    ]


def test_html_shows_signs_as_signs() -> None:
    html = as_html(parse(f"{sheltered('<b>&')} [**x**](https://x.example/?a=1&b=2)"))

    assert "&lt;b&gt;&amp;" in html
    assert 'href="https://x.example/?a=1&amp;b=2"' in html


def letter(rows: int = 3, name: str = "Ann Lee", language: str = "en") -> Letter:
    table = Table(
        (Column("Invoice"), Column("Due"), Column("Remaining", "end")),
        tuple((f"INV-{number}", "1 June 2026", "£10.00") for number in range(rows)),
        (("Total", "", f"£{rows * 10}.00"),),
    )
    return Letter(
        letterhead=Letterhead("Northgate Supplies Ltd", ("1 Mill Lane", "Leeds LS1 4DY"), "Registered 01234567."),
        address=(name, "12 High Street", "Pudsey", "LS28 5AA"),
        particulars=(("Date", "1 July 2026"), ("Our reference", "NG-1")),
        title="Your account is overdue",
        blocks=(*parse(f"Dear {sheltered(name)},"), table),
        reference="NG-1",
        labels=Labels("Our reference:", "Page {page} of {pages}"),
        language=language,
    )


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def test_the_same_letter_is_the_same_bytes() -> None:
    assert set_letter(letter(), made_at=AT) == set_letter(letter(), made_at=AT)


def test_a_letter_says_what_it_was_given() -> None:
    (page,) = pages(set_letter(letter(), made_at=AT))

    for words in ("Northgate Supplies Ltd", "LS28 5AA", "INV-2", "£30.00", "Page 1 of 1", "Registered 01234567."):
        assert words in page


def test_a_long_table_repeats_its_header_and_totals_once() -> None:
    said = pages(set_letter(letter(rows=70), made_at=AT))

    assert len(said) == 3
    assert all("Remaining" in page for page in said)
    assert [page.count("Total") for page in said] == [0, 0, 1]
    assert [f"Page {number} of 3" in page for number, page in enumerate(said, 1)] == [True] * 3
    assert "Our reference: NG-1" in said[1].replace("\n", " ")


@pytest.mark.parametrize("name", ['#import "x"', "$x^2$", "<script>&", "\\#eval", "Zoë Łukasz", "Ελένη"])
def test_a_name_never_reaches_the_typesetter_as_source(name: str) -> None:
    made = set_letter(letter(name=name), made_at=AT)

    assert name in pages(made)[0]


def test_a_letter_with_signs_that_cannot_be_printed_is_not_made() -> None:
    with pytest.raises(LetterUnprintable, match="李"):
        set_letter(letter(name="李 Ann"), made_at=AT)


def test_a_letter_is_tagged_for_screen_readers() -> None:
    catalog = PdfReader(io.BytesIO(set_letter(letter(language="cy"), made_at=AT))).trailer["/Root"]

    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "cy"
    assert "/StructTreeRoot" in catalog


def test_the_address_stands_in_the_window_of_a_dl_and_a_c5_envelope() -> None:
    """Windows show 54 to 79 mm from the top, from 20 mm on; text must lie inside with room to move."""
    page = PdfReader(io.BytesIO(set_letter(letter(), made_at=AT))).pages[0]
    found: dict[str, tuple[float, float]] = {}
    point_mm, page_mm = 25.4 / 72, 297.0

    def look(text: str, matrix: list[float], text_matrix: list[float], *_rest: object) -> None:
        if text.strip() in {"Ann Lee", "LS28 5AA"}:
            x = text_matrix[4] * matrix[0] + matrix[4]
            y = text_matrix[5] * matrix[3] + matrix[5]
            found[text.strip()] = (x * point_mm, page_mm - y * point_mm)

    page.extract_text(visitor_text=look)

    assert set(found) == {"Ann Lee", "LS28 5AA"}
    for across, down in found.values():
        assert 24 <= across <= 30
        assert 54 < down < 79


def test_an_address_too_long_for_the_window_loses_no_words() -> None:
    lines = ("Ann Lee", "c/o Bob", "Flat 1", "High House", "2 Low Road", "Old Village", "Pudsey", "Leeds", "LS28 5AA")

    kept = address_lines(lines)

    assert len(kept) == 7
    assert kept[-1] == "LS28 5AA"
    assert ", ".join(kept) == ", ".join(lines)
