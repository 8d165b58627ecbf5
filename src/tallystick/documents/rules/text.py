"""A written text as data: paragraphs, headings, bullets and tables, from which letters, e-mails and pages are made.

People's names and references are data too: `sheltered` hides the signs that mean something in the markup, so that a
company called “*Star* Ltd” stays that and never becomes bold.

The markup is small on purpose: blank lines part blocks, `# ` begins a heading, `- ` a bullet, `**two stars**` are bold,
`[words](https://…)` is a link, a line break inside a paragraph stays one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Literal

_SIGNS = "*[]()#-\n"
#: Signs take shelter in the private use area of Unicode, where nobody's name lives.
_SHELTER = {ord(sign): 0xE000 + ord(sign) for sign in _SIGNS if sign != "\n"} | {ord("\n"): " "}
_BACK = {0xE000 + ord(sign): sign for sign in _SIGNS}
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_INLINE = re.compile(
    r"\*\*(?P<bold>[^*\n]+)\*\*|\[(?P<words>[^\]\n]+)\]\((?P<link>(?:https?://|mailto:|tel:)[^)\s]+)\)"
)
#: A line that stands for a block made elsewhere, such as the table of items.
_PLACED = re.compile("\uf000(\\w+)\uf000")


@dataclass(frozen=True, slots=True)
class Run:
    """Some words of one look."""

    text: str
    bold: bool = False
    link: str | None = None


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together."""

    lines: tuple[Line, ...]
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of what follows."""

    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of points."""

    points: tuple[Line, ...]
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title and the side its cells keep to."""

    title: str
    side: Literal["start", "end"] = "start"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a repeated header; the totals stand below the rows, in bold."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[tuple[str, ...], ...] = ()
    caption: str = ""
    kind: Literal["table"] = field(default="table")


Block = Paragraph | Heading | Bullets | Table


def sheltered(value: str) -> str:
    """Give a value in a form that the markup does not see; `parse` gives it back as it was.

    Line breaks become blanks: a value never begins a new block.

    >>> parse(f"To {sheltered('**Star** Ltd')}")[0].lines[0][0].text
    'To **Star** Ltd'
    """
    return _PRIVATE.sub("", value).translate(_SHELTER)


def placed(name: str) -> str:
    """Give the line that stands for a block made elsewhere."""
    return f"\n\n\uf000{name}\uf000\n\n"


def plain(text: str) -> str:
    """Give a text of one line, a subject for example, with the sheltered signs back in place."""
    return " ".join(text.translate(_BACK).split())


def _line(text: str) -> Line:
    runs: list[Run] = []
    at = 0
    for found in _INLINE.finditer(text):
        if found.start() > at:
            runs.append(Run(text[at : found.start()].translate(_BACK)))
        if found["bold"]:
            runs.append(Run(found["bold"].translate(_BACK), bold=True))
        else:
            runs.append(Run(found["words"].translate(_BACK), link=found["link"].translate(_BACK)))
        at = found.end()
    if at < len(text):
        runs.append(Run(text[at:].translate(_BACK)))
    return tuple(runs)


def parse(text: str, blocks: Mapping[str, tuple[Block, ...]] | None = None) -> tuple[Block, ...]:
    """Read markup into blocks. `blocks` are those that placed lines stand for.

    :raises KeyError: a placed line stands for a block that was not given

    >>> [block.kind for block in parse("# Help\\n\\nHello **Ann**,\\nwelcome.\\n\\n- one\\n- two")]
    ['heading', 'paragraph', 'bullets']
    """
    read: list[Block] = []
    for chunk in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        lines = [line.strip() for line in chunk.strip("\n").split("\n") if line.strip()]
        while lines:
            if stands_for := _PLACED.fullmatch(lines[0]):
                read.extend((blocks or {})[stands_for[1]])
                lines = lines[1:]
            elif lines[0].startswith("# "):
                read.append(Heading(plain(lines[0][2:])))
                lines = lines[1:]
            elif lines[0].startswith("- "):
                points = _leading(lines, bullets=True)
                read.append(Bullets(tuple(_line(point[2:].strip()) for point in points)))
                lines = lines[len(points) :]
            else:
                said = _leading(lines, bullets=False)
                read.append(Paragraph(tuple(_line(each) for each in said)))
                lines = lines[len(said) :]
    return tuple(read)


def _leading(lines: list[str], *, bullets: bool) -> list[str]:
    """Give the first lines that are all bullets, or all of a paragraph."""
    count = 0
    for line in lines:
        if line.startswith("- ") != bullets or (not bullets and (line.startswith("# ") or _PLACED.fullmatch(line))):
            break
        count += 1
    return lines[:count]


def _words(line: Line) -> str:
    return "".join(run.text if run.link is None or run.link == run.text else f"{run.text} ({run.link})" for run in line)


def as_plain_text(blocks: tuple[Block, ...]) -> str:
    """Write blocks as plain text, tables in columns.

    >>> print(as_plain_text(parse("# Help\\n\\nSee [our page](https://example.org/).")))
    HELP
    <BLANKLINE>
    See our page (https://example.org/).
    """
    return "\n\n".join(_plain_block(block) for block in blocks)


def _plain_block(block: Block) -> str:
    match block:
        case Heading():
            return block.text.upper()
        case Paragraph():
            return "\n".join(_words(line) for line in block.lines)
        case Bullets():
            return "\n".join(f"- {_words(point)}" for point in block.points)
        case Table():
            return _plain_table(block)


def _plain_table(table: Table) -> str:
    titles = tuple(column.title for column in table.columns)
    grid = (titles, *table.rows, *table.totals)
    widths = [max(len(row[at]) for row in grid) for at in range(len(titles))]

    def written(row: tuple[str, ...]) -> str:
        cells = (
            cell.rjust(width) if column.side == "end" else cell.ljust(width)
            for cell, width, column in zip(row, widths, table.columns, strict=True)
        )
        return "  ".join(cells).rstrip()

    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    parts = [table.caption] if table.caption else []
    parts += [written(titles), rule, *(written(row) for row in table.rows)]
    if table.totals:
        parts += [rule, *(written(row) for row in table.totals)]
    return "\n".join(parts)


_CELL = "padding:6px 10px;border-bottom:1px solid #d5dae0;text-align:{side}"


def as_html(blocks: tuple[Block, ...]) -> str:
    """Write blocks as HTML for an e-mail: looks stand in each element, for mail programs read no style sheets.

    >>> as_html(parse("Hello <Ann> & **Bob**"))
    '<p style="margin:0 0 14px">Hello &lt;Ann&gt; &amp; <strong>Bob</strong></p>'
    """
    return "\n".join(_html_block(block) for block in blocks)


def _html_run(run: Run) -> str:
    words = escape(run.text)
    if run.bold:
        words = f"<strong>{words}</strong>"
    return words if run.link is None else f'<a href="{escape(run.link)}" style="color:#1f5fbf">{words}</a>'


def _html_line(line: Line) -> str:
    return "".join(_html_run(run) for run in line)


def _html_block(block: Block) -> str:
    match block:
        case Heading():
            return f'<h2 style="font-size:17px;margin:22px 0 10px">{escape(block.text)}</h2>'
        case Paragraph():
            return f'<p style="margin:0 0 14px">{"<br>".join(_html_line(line) for line in block.lines)}</p>'
        case Bullets():
            points = "".join(f'<li style="margin:0 0 6px">{_html_line(point)}</li>' for point in block.points)
            return f'<ul style="margin:0 0 14px;padding-left:22px">{points}</ul>'
        case Table():
            return _html_table(block)


def _html_table(table: Table) -> str:
    def row(cells: tuple[str, ...], tag: str, look: str = "") -> str:
        written = "".join(
            f'<{tag} style="{_CELL.format(side=column.side)}{look}">{escape(cell)}</{tag}>'
            for cell, column in zip(cells, table.columns, strict=True)
        )
        return f"<tr>{written}</tr>"

    titles = row(tuple(column.title for column in table.columns), "th", ";background:#eef1f4")
    caption = (
        f'<caption style="text-align:start;font-weight:600;padding:4px 0">{escape(table.caption)}</caption>'
        if table.caption
        else ""
    )
    rows = "".join(row(cells, "td") for cells in table.rows)
    totals = "".join(row(cells, "td", ";font-weight:600") for cells in table.totals)
    return (
        '<table style="border-collapse:collapse;width:100%;margin:0 0 18px;font-size:14px">'
        f"{caption}<thead>{titles}</thead><tbody>{rows}{totals}</tbody></table>"
    )
