"""Policies and their versions: which there are, what they say, and what stands on them."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from tallystick.kernel.refusals import Refusal
from tallystick.strategy.models import Paper, Version
from tallystick.strategy.queries import catalogue, versions
from tallystick.strategy.rules import reading as strategies
from tallystick.strategy.rules.document import Document
from tallystick.strategy.rules.lifecycle import UNPUBLISHED, KindDiffers, State
from tallystick.strategy.rules.policies import document as documents
from tallystick.strategy.rules.policies import lifecycle, reading, words
from tallystick.strategy.rules.policies.words import Word
from tallystick.strategy.rules.reading import DocumentMistaken
from tallystick.strategy.rules.types import Catalogue

_SHIPPED = resources.files("tallystick.strategy").joinpath("documents", "policies")


def overview() -> list[tuple[versions.Row, str]]:
    """Give all policies by kind and title, for a list, each with its word."""
    return [(row, word_of(row.paper)) for row in versions.rows(versions.policies())]


def word_of(policy: Paper) -> str:
    """Give the word of a policy."""
    return f"{documents.ROOMS[documents.Kind(policy.kind)]}.{policy.name}"


def published_versions(kind: documents.Kind) -> list[Version]:
    """Give the published versions of a kind of policy, by name."""
    return list(versions.all_of_policies().filter(paper__kind=kind, state=State.PUBLISHED).order_by("paper__name"))


def word(version: Version) -> Word:
    """Give the word that a version makes, or would make, of the policies that are published now.

    :raises DocumentMistaken: the policies published now do not let it be understood
    :raises PolicyCycle, PolicyTooDeep, PolicyTooLong: it could not be published beside them
    """
    return _word(version.number, version.document, catalogue.published_key())


@lru_cache(maxsize=128)
def _word(number: int, document: str, published: tuple[tuple[int, str], ...]) -> Word:
    head = reading.head(document)
    understood = words.gather_understood(catalogue.rooms_catalogue(), published)
    known = [(each.version, each.document) for name, each in understood.items() if name != head.word]
    return words.one_of(catalogue.rooms_catalogue(), (number, document), known)


def checked(text: str) -> documents.Policy:
    """Read a document by the words that are published now.

    :raises DocumentMistaken: something in it is wrong; every mistake is named
    :raises PolicyCycle, PolicyTooDeep, PolicyTooLong: it could not stand beside the policies that are published now
    """
    policy = reading.read(text, catalogue.catalogue())
    _word(0, text, catalogue.published_key())
    return policy


def kept(version: Version) -> documents.Policy:
    """Give what a version says, by every word that was ever published: it was found right when it was kept."""
    return _kept(version.document, catalogue.published_key())


@lru_cache(maxsize=128)
def _kept(document: str, _published: tuple[tuple[int, str], ...]) -> documents.Policy:
    return reading.read(document, catalogue.catalogue_of_the_past())


def check_publishable(version: Version) -> None:
    """Refuse a version that could not stand beside the published policies and strategies.

    :raises DocumentMistaken: the policies published now do not let it be understood
    :raises KindDiffers: an earlier version has another kind of value
    :raises PolicyCycle, PolicyTooDeep, PolicyTooLong: policies would stand on each other in a way that cannot be
    :raises PolicyInUse: a published policy, or a strategy that treats accounts, could not be understood any more
    """
    checked(version.document)
    head = reading.head(version.document)
    before = version.paper.versions.exclude(state__in=UNPUBLISHED).order_by("-number").first()
    if before is not None and reading.head(before.document).type is not head.type:
        raise KindDiffers(found=str(head.type), expected=str(reading.head(before.document).type))
    others = [pair for pair in catalogue.published_key() if reading.head(pair[1]).word != head.word]
    rooms = catalogue.rooms_catalogue()
    try:
        made = words.gather(rooms, [(version.number, version.document), *others])
    except DocumentMistaken as mistaken:
        user = next(
            (each for each in others if _is_mistaken(each, [*others, (version.number, version.document)])), None
        )
        title = _title(user[1]) if user else version.paper.title
        raise lifecycle.PolicyInUse(user=title, problem=str(mistaken.problems[0])) from None
    _check_strategies(words.with_words(rooms, made))


def obstacles(version: Version) -> list[Refusal]:
    """Give what keeps a version from being published beside the published policies and strategies, the first of it."""
    try:
        check_publishable(version)
    except Refusal as refusal:
        return [refusal]
    return []


def _is_mistaken(pair: tuple[int, str], all_pairs: list[tuple[int, str]]) -> bool:
    understood = words.gather_understood(catalogue.rooms_catalogue(), all_pairs)
    return reading.head(pair[1]).word not in understood


def _title(document: str) -> str:
    return checked(document).title


def _check_strategies(beside: Catalogue) -> None:
    vocabulary = catalogue.vocabulary_of(beside)
    for version in versions.live():
        try:
            strategies.read(version.document, vocabulary)
        except DocumentMistaken as mistaken:
            raise lifecycle.PolicyInUse(user=str(version), problem=str(mistaken.problems[0])) from None


def users_of(policy: Paper) -> list[Version]:
    """Give what speaks of a policy now: published policies, and strategies that treat accounts."""
    name = word_of(policy)
    found: list[Version] = []
    for version in versions.all_of_policies().filter(state=State.PUBLISHED).order_by("paper__title"):
        if words.used_by(kept(version), {name}):
            found.append(version)
    for version in versions.live():
        if name in spoken_by(versions.program_of(version.document).document):
            found.append(version)
    return found


def spoken_by(document: Document) -> set[str]:
    """Give the words that the conditions of a strategy name."""
    conditions = [guard.when for guard in document.guards]
    for state in document.states:
        conditions += [leave.when for leave in state.leaves]
        conditions += [step.when for step in state.steps if step.when]
        conditions += [answer.when for answer in state.answers if answer.when]
    conditions += [answer.when for answer in document.answers if answer.when]
    return {name for condition in conditions for name in documents.names(condition.tree)}


def shipped_names() -> list[str]:
    """Give the names of the policies that the program ships, in order."""
    return sorted(file.name.removesuffix(".yaml") for file in _SHIPPED.iterdir() if file.name.endswith(".yaml"))


def shipped(name: str) -> str:
    """Give the text of a policy that the program ships; nothing where there is none of the name."""
    return _SHIPPED.joinpath(f"{name}.yaml").read_text("utf-8") if name in shipped_names() else ""


def is_readable(version: Version) -> bool:
    """Test if this program reads a version."""
    try:
        kept(version)
    except Refusal:
        return False
    return True
