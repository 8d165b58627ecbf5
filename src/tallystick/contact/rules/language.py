"""The language of templates: Liquid, cut down to what a text needs, and checked against the merge fields when saved.

A template can loop, choose and format. It cannot call, import, read a file, or reach a word that `fields.FIELDS` does not
list; loops and output are bounded. Whatever a field says goes out sheltered (see `documents.rules.text`), so a debtor's
name is never markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, TextIO

from django.utils.translation import gettext as _
from liquid import BoundTemplate, Environment, Mode, RenderContext, StrictUndefined
from liquid.ast import Node
from liquid.builtin.expressions import FilteredExpression, LoopExpression, Path
from liquid.builtin.expressions import logical as comparisons
from liquid.builtin.expressions.primitive import IntegerLiteral
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.for_tag import ForNode
from liquid.exceptions import LiquidError
from liquid.expression import Expression
from liquid.stream import TokenStream
from liquid.stringify import to_liquid_string
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG, Token

from tallystick.contact.rules.fields import FIELDS, TABLES, Field, FieldType, ListOf, Record, Shape
from tallystick.documents.rules.text import placed, sheltered

#: Tags that a template may use, beside `table`.
TAGS = frozenset({"if", "unless", "case", "for", "break", "continue", "assign", "comment", "#"})
#: Filters that a template may use: what they give is text or a number.
FILTERS = frozenset(
    {"upcase", "downcase", "capitalize", "strip", "truncate", "default", "url_encode", "size", "plus", "minus"}
)

_LONGEST_TEMPLATE = 40_000


class _ShelteredOutput(OutputNode):
    """Writes what a field says in a form that the markup does not see."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(sheltered(to_liquid_string(self.expression.evaluate(context), autoescape=False)))


class _Output(Output):
    node_class = _ShelteredOutput


class _TableNode(Node):
    """Stands for a table that is made from the fields, such as the open items."""

    __slots__ = ("name",)

    def __init__(self, token: Token, name: str) -> None:
        super().__init__(token)
        self.name = name
        self.blank = False

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(placed(self.name))


class _TableTag(Tag):
    """`{% table items %}`."""

    name = "table"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        return _TableNode(token, stream.expect(TOKEN_EXPRESSION).value.strip())


class Language(Environment):
    """Liquid with the listed tags and filters only."""

    loop_iteration_limit = 10_000
    output_stream_limit = 400_000
    local_namespace_limit = 100_000

    def __init__(self) -> None:
        super().__init__(tolerance=Mode.STRICT, undefined=StrictUndefined, strict_filters=True)
        kept = TAGS | {"content", "output", "illegal"}
        for name in set(self.tags) - kept:
            del self.tags[name]
        for name in set(self.filters) - FILTERS:
            del self.filters[name]
        self.add_tag(_Output)
        self.add_tag(_TableTag)


@cache
def language() -> Language:
    """Give the one language of all templates."""
    return Language()


def problems(source: str, shape: Record = FIELDS, *, one_line: bool = False) -> list[str]:
    """Give everything that is wrong with a template's text, in words with line numbers; nothing when it is right.

    >>> problems("Dear {{ party.name }}, {{ acount.overdue }} is due.")
    ['line 1: there is no field “acount.overdue”']
    """
    if len(source) > _LONGEST_TEMPLATE:
        return [_("the text is longer than {count} characters").format(count=_LONGEST_TEMPLATE)]
    if one_line and "\n" in source.strip():
        return [_("it must be one line")]
    if any("\ue000" <= sign <= "\uf8ff" for sign in source):
        return [_("it has a sign from the private use area, which prints nowhere")]
    try:
        template = language().from_string(source)
    except LiquidError as wrong:
        line = wrong.context()
        where = _("line {line}: ").format(line=line[0]) if line else ""
        return [f"{where}{wrong.message}"]
    return list(_Checker(template, source).check(shape))


def render(source: str, words: Mapping[str, Any]) -> str:
    """Write out a template with spoken fields (see `fields.spoken`). The result is markup for `documents.rules.text`.

    :raises LiquidError: the template reaches for a field that is not there, or never ends; `problems` would have said so
    """
    return _parsed(source).render(**words)


@cache
def _parsed(source: str) -> BoundTemplate:
    return language().from_string(source)


class _Wrong(Exception):
    """A path that leads nowhere, or is used for what it is not."""


class _Checker:
    """Walks a parsed template with the shapes of the words in scope."""

    def __init__(self, template: BoundTemplate, source: str) -> None:
        self._template = template
        self._source = source
        self._context = RenderContext(template)

    def check(self, shape: Record) -> Iterator[str]:
        scope: dict[str, Shape] = dict(shape)
        for node in self._template.nodes:
            yield from self._node(node, scope)

    def _at(self, token: Token, words: str) -> str:
        line = self._source.count("\n", 0, max(token.start_index, 0)) + 1
        return _("line {line}: {words}").format(line=line, words=words)

    def _node(self, node: Node, scope: dict[str, Shape]) -> Iterator[str]:
        for expression in node.expressions():
            yield from self._expression(expression, scope)
        inner = scope
        match node:
            case _TableNode() if node.name not in TABLES:
                yield self._at(node.token, _("there is no table “{name}”").format(name=node.name))
            case OutputNode():
                yield from self._written(node.expression, scope, node.token)
            case AssignNode():
                scope[str(node.name)] = self._kind_of(node.expression, scope)
            case ForNode():
                inner = self._loop(node.expression, scope)
        for child in node.children(self._context):
            yield from self._node(child, inner)

    def _loop(self, loop: LoopExpression, scope: dict[str, Shape]) -> dict[str, Shape]:
        over = self._kind_of(loop.iterable, scope)
        turn: Shape = over.of if isinstance(over, ListOf) else _TEXT
        return {**scope, loop.identifier: turn, "forloop": _FORLOOP}

    def _written(self, expression: Expression, scope: dict[str, Shape], token: Token) -> Iterator[str]:
        if not isinstance(self._kind_of(expression, scope), Field):
            yield self._at(token, _("“{path}” is no single value; name one of its fields").format(path=expression))

    def _kind_of(self, expression: Expression, scope: dict[str, Shape]) -> Shape:
        """Give the shape of an expression; text for what was reported as wrong already, and for what filters give."""
        if isinstance(expression, FilteredExpression):
            if expression.filters:
                return _NUMBER if expression.filters[-1].name in _GIVE_NUMBERS else _TEXT
            expression = expression.left
        if isinstance(expression, Path):
            try:
                return _follow(expression, scope)
            except _Wrong:
                return _TEXT
        return _NUMBER if isinstance(expression, IntegerLiteral) else _TEXT

    def _expression(self, expression: Expression, scope: dict[str, Shape]) -> Iterator[str]:
        if isinstance(expression, Path):
            try:
                _follow(expression, scope)
            except _Wrong as wrong:
                yield self._at(expression.token, str(wrong))
            return
        if isinstance(expression, LoopExpression) and not isinstance(self._kind_of(expression.iterable, scope), ListOf):
            yield self._at(expression.token, _("“{path}” is no list").format(path=expression.iterable))
        if isinstance(expression, _ORDERED):
            for side in (expression.left, expression.right):
                kind = self._kind_of(side, scope)
                if not (isinstance(kind, Field) and kind.type == FieldType.NUMBER):
                    yield self._at(expression.token, _("“{side}” is no number to compare by size").format(side=side))
        if isinstance(expression, FilteredExpression):
            for used in expression.filters or ():
                if used.name not in FILTERS:
                    yield self._at(expression.token, _("there is no filter “{name}”").format(name=used.name))
        for child in expression.children():
            yield from self._expression(child, scope)


_ORDERED = (
    comparisons.LtExpression,
    comparisons.LeExpression,
    comparisons.GtExpression,
    comparisons.GeExpression,
)
_TEXT = Field(FieldType.TEXT, "", "")
_NUMBER = Field(FieldType.NUMBER, "", 0)
_FLAG = Field(FieldType.FLAG, "", True)
_FORLOOP: Record = {"index": _NUMBER, "first": _FLAG, "last": _FLAG, "length": _NUMBER}
_GIVE_NUMBERS = frozenset({"size", "plus", "minus"})


def _follow(path: Path, scope: Mapping[str, Shape]) -> Shape:
    """Give the shape a path leads to.

    :raises _Wrong: it leads nowhere
    """
    shape: Shape = scope
    for segment in path.path:
        if not isinstance(segment, str):
            raise _Wrong(_("“{path}” picks by a number or a computed name; use a loop").format(path=path))
        if isinstance(shape, ListOf) and segment == "size":
            shape = _NUMBER
        elif isinstance(shape, Field | ListOf) or segment not in shape:
            raise _Wrong(_("there is no field “{path}”").format(path=path))
        else:
            shape = shape[segment]
    return shape


@cache
def names_used(*sources: str) -> frozenset[str]:
    """Give the top-level words that some templates use: only those need be spoken.

    >>> sorted(names_used("{{ today }}", "{% for item in items %}{{ item.due_on }}{% endfor %}"))
    ['items', 'today']
    """
    return frozenset(name for source in sources for name in _parsed(source).analyze().globals)
