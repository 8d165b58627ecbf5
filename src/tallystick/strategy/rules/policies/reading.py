"""From the text of a policy document to a checked policy, or to every mistake in it, each with its line and path."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tallystick.kernel.facts import FactType
from tallystick.strategy.rules import grammar, mistakes, strict_yaml, tree, types
from tallystick.strategy.rules.document import Condition
from tallystick.strategy.rules.policies import keys, reading_scorecards, reading_tables
from tallystick.strategy.rules.policies.document import ROOMS, Kind, Policy, Segment, Segments, names
from tallystick.strategy.rules.reading import DocumentMistaken
from tallystick.strategy.rules.section import Problem, Section
from tallystick.strategy.rules.strict_yaml import YamlUnreadable
from tallystick.strategy.rules.tree import Literal, Node, Or, Span
from tallystick.strategy.rules.types import Catalogue
from tallystick.strategy.rules.words import KEYWORDS

MOST_SEGMENTS = 40

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_ID = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
LONGEST_NAME = 60

_TRUE = Literal(True, Span(0, 0))
_GIVES = {"text": FactType.TEXT, "number": FactType.NUMBER, "money": FactType.MONEY}


@dataclass(frozen=True, slots=True)
class Head:
    """What others need to know of a policy before they can speak of it: its word, and which values that has."""

    kind: Kind
    name: str
    type: FactType
    choices: tuple[str, ...]

    @property
    def word(self) -> str:
        """The word of the policy."""
        return f"{ROOMS[self.kind]}.{self.name}"


def read(text: str, catalogue: Catalogue) -> Policy:
    """Read a policy document and check all of it.

    :raises DocumentMistaken: something in it is wrong; every mistake is named
    """
    problems: list[Problem] = []
    root = _root(text, problems)
    kind = root.choice("kind", [each.value for each in Kind], default="")
    root.only(
        (*keys.DOCUMENT, *keys.OF_KIND.get(kind, [key for of_kind in keys.OF_KIND.values() for key in of_kind])),
        required=("kind", "name", "title"),
    )
    name = _name(root)
    asking = Asking(catalogue, f"{ROOMS[Kind(kind)]}.{name}" if kind else "")
    policy = _policy(kind, root, name, asking)
    if problems or policy is None:
        raise DocumentMistaken(sorted(problems, key=lambda problem: problem.line))
    return policy


def head(text: str) -> Head:
    """Give the word of a document that was found right when it was kept, without looking at what it asks.

    :raises DocumentMistaken: this program cannot read it
    """
    problems: list[Problem] = []
    root = _root(text, problems)
    kind = Kind(root.choice("kind", [each.value for each in Kind], default=Kind.TABLE))
    name = root.text("name")
    match kind:
        case Kind.SEGMENTS:
            listed = [*root.sections("segments"), root.section("otherwise")]
            found = Head(kind, name, FactType.TEXT, tuple(each.text("id") for each in listed))
        case Kind.SCORECARD:
            found = Head(kind, name, FactType.NUMBER, ())
        case Kind.TABLE:
            gives = _GIVES[root.choice("gives", _GIVES, default="text")]
            outcomes = [*(row.text("then") for row in root.sections("rows")), root.text("otherwise")]
            found = Head(kind, name, gives, tuple(dict.fromkeys(outcomes)) if gives is FactType.TEXT else ())
    if problems:
        raise DocumentMistaken(problems)
    return found


def _root(text: str, problems: list[Problem]) -> Section:
    try:
        return Section(strict_yaml.read(text), (), problems)
    except YamlUnreadable as refusal:
        raise DocumentMistaken([Problem((), refusal.fields["line"], str(refusal.fields["reason"]))]) from None


def _policy(kind: str, root: Section, name: str, asking: Asking) -> Policy | None:
    title, summary = root.text("title"), root.text("summary", default="")
    match kind:
        case Kind.SEGMENTS:
            return _segments(root, name, title, summary, asking)
        case Kind.SCORECARD:
            return reading_scorecards.read(root, name, title, summary, asking)
        case Kind.TABLE:
            return reading_tables.read(root, name, title, summary, asking, _GIVES)
    return None


def _name(root: Section) -> str:
    name = root.text("name")
    if name and (not _NAME.fullmatch(name) or name in KEYWORDS or len(name) > LONGEST_NAME):
        root.problem(
            _("a name is made of small letters, digits and underscores, {limit} at most, not “{word}”.").replace(
                "{limit}", str(LONGEST_NAME)
            ),
            "name",
            word=name,
        )
    return name


@dataclass(frozen=True, slots=True)
class Asking:
    """Reads what a policy asks of an account: ids, conditions and calculations. `word` is the policy's own."""

    catalogue: Catalogue
    word: str

    def id(self, section: Section, taken: set[str]) -> str:
        """Read an id, which stands once in the document."""
        name = section.text("id")
        self.check_id(section, name, "id")
        if name in taken:
            section.problem(_("“{word}” stands here twice."), "id", word=name)
        taken.add(name)
        return name

    def check_id(self, section: Section, name: str, *key: str) -> None:
        """Gather a problem where an id is none."""
        if name and not _ID.fullmatch(name):
            section.problem(_("an id is made of small letters, digits and hyphens, not “{word}”."), *key, word=name)

    def title(self, section: Section, id_: str) -> str:
        """Read what people call something; its id in words where nothing is said."""
        return section.text("title", default=id_.replace("-", " ").replace("_", " ").capitalize())

    def condition(self, section: Section, key: str) -> Condition | None:
        """Read a condition; nothing where it is missing or mistaken."""
        read = self.of(section, key)
        if read is None or read[1] is FactType.BOOLEAN:
            return read[0] if read else None
        section.problem(_("a condition is expected here, such as balance > £500."), key)
        return None

    def of(self, section: Section, key: str) -> tuple[Condition, FactType] | None:
        """Read a condition or a calculation, with its type; nothing where it is missing or mistaken."""
        if not section.has(key):
            return None
        text = section.text(key, or_boolean=True)
        try:
            node = grammar.read(text)
            if self.word in names(node):
                section.problem(_("“{word}” cannot speak of itself."), key, word=self.word)
                return None
            return Condition(text, node), types.type_of(node, self.catalogue)
        except mistakes.ConditionMistake as mistake:
            section.problem(str(mistake), key)
            return None

    def choices(self, of: Condition) -> tuple[str, ...]:
        """Give the only texts that something can be, where they are known."""
        return self.catalogue.fact(of.tree).choices if isinstance(of.tree, tree.Name) else ()

    def may_be_unknown(self, of: Condition) -> bool:
        """Test if something may be unknown: every account has a segment and a score, all else may be."""
        rooms = (ROOMS[Kind.SEGMENTS], ROOMS[Kind.SCORECARD])
        return not (isinstance(of.tree, tree.Name) and self.catalogue.fact(of.tree).name.partition(".")[0] in rooms)


def _segments(root: Section, name: str, title: str, summary: str, asking: Asking) -> Segments:
    root.only((*keys.DOCUMENT, *keys.SEGMENTS), required=("segments", "otherwise"))
    taken: set[str] = set()
    sections = root.sections("segments")
    if len(sections) > MOST_SEGMENTS:
        root.problem(_("there are more than {limit} segments.").format(limit=MOST_SEGMENTS), "segments")
        sections = sections[:MOST_SEGMENTS]
    segments = []
    for section in sections:
        section.only(keys.SEGMENT, required=("id", "when"))
        id_ = asking.id(section, taken)
        when = asking.condition(section, "when")
        segments.append(Segment(id_, asking.title(section, id_), when))
        _check_reached(section, segments)
    rest = root.section("otherwise")
    rest.only(keys.OTHERWISE, required=("id",))
    id_ = asking.id(rest, taken)
    return Segments(name, title, summary, tuple(segments), Segment(id_, asking.title(rest, id_), None))


def _check_reached(section: Section, segments: list[Segment]) -> None:
    """Gather a problem where a segment above takes every account that this one would."""
    *above, last = segments
    for earlier in above:
        if earlier.when and last.when and _takes_all(earlier.when.tree, last.when.tree):
            section.problem(
                _("no account comes here: whatever this is true of is in “{word}” above."), "when", word=earlier.title
            )
            return


def _takes_all(earlier: Node, later: Node) -> bool:
    """Test if one condition is plainly true wherever another is: all that it asks for, the other asks for as well."""
    asked = tree.conjuncts(later)
    ways = earlier.parts if isinstance(earlier, Or) else (earlier,)
    return any(all(part in asked or part == _TRUE for part in tree.conjuncts(way)) for way in ways)
