"""Policies and their versions: which there are, what they say, and what stands on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from django.db.models import QuerySet

from tallystick.kernel.actor import Actor
from tallystick.kernel.refusals import NotFound, Refusal
from tallystick.strategy.models import Policy, PolicyAct, PolicyVersion
from tallystick.strategy.queries import catalogue, versions
from tallystick.strategy.rules import reading as strategies
from tallystick.strategy.rules.document import Document
from tallystick.strategy.rules.lifecycle import UNPUBLISHED, ActKind, NotPublished, State
from tallystick.strategy.rules.policies import document as documents
from tallystick.strategy.rules.policies import lifecycle, reading, words
from tallystick.strategy.rules.policies.words import Word
from tallystick.strategy.rules.reading import DocumentMistaken
from tallystick.strategy.rules.types import Catalogue

_SHIPPED = resources.files("tallystick.strategy").joinpath("documents", "policies")


@dataclass(frozen=True, slots=True)
class Row:
    """A policy in the list: its newest version, the published one, and its word."""

    policy: Policy
    newest: PolicyVersion
    published: PolicyVersion | None
    word: str


def overview() -> list[Row]:
    """Give all policies by kind and title, for a list."""
    rows = []
    for policy in Policy.objects.order_by("kind", "title").prefetch_related("versions"):
        numbered = sorted(policy.versions.all(), key=lambda version: version.number)
        published = [version for version in numbered if version.state == State.PUBLISHED]
        rows.append(Row(policy, numbered[-1], published[-1] if published else None, word_of(policy)))
    return rows


def word_of(policy: Policy) -> str:
    """Give the word of a policy."""
    return f"{documents.ROOMS[documents.Kind(policy.kind)]}.{policy.name}"


def get_version(version_id: int) -> PolicyVersion:
    """Give a version with its policy.

    :raises NotFound: there is none
    """
    return _version(PolicyVersion.objects.select_related("policy"), version_id)


def lock_version(version_id: int) -> PolicyVersion:
    """Give a version with its policy, and lock it for the transaction.

    :raises NotFound: there is none
    """
    return _version(PolicyVersion.objects.select_for_update(of=("self",)).select_related("policy"), version_id)


def _version(among: QuerySet[PolicyVersion], version_id: int) -> PolicyVersion:
    found = among.filter(pk=version_id).order_by("pk").first()
    if found is None:
        raise NotFound(what="version", reference=version_id)
    return found


def acts(version: PolicyVersion) -> QuerySet[PolicyAct]:
    """Give what was done with a version, newest first."""
    return PolicyAct.objects.filter(version=version).order_by("-at", "-id")


def approval(version: PolicyVersion) -> PolicyAct | None:
    """Give the approval of a version, or None."""
    return acts(version).filter(kind=ActKind.APPROVED).order_by("-at", "-id").first()


def is_writer(version: PolicyVersion, by: Actor) -> bool:
    """Test if somebody wrote a version."""
    if by.user_id is None or version.author_id is None:
        return version.created_by == by.label
    return by.user_id == version.author_id


def lock_all() -> None:
    """Lock all policies for the transaction, so that no two are published at once that could not stand together."""
    list(Policy.objects.select_for_update().order_by("pk"))


def versions_of(policy: Policy) -> QuerySet[PolicyVersion]:
    """Give the versions of a policy, newest first."""
    return policy.versions.order_by("-number")


def version_before(version: PolicyVersion) -> PolicyVersion | None:
    """Give the version that a version follows, or None for the first."""
    return version.policy.versions.filter(number__lt=version.number).order_by("-number").first()


def published_versions(kind: documents.Kind) -> list[PolicyVersion]:
    """Give the published versions of a kind of policy, by name."""
    found = PolicyVersion.objects.select_related("policy").filter(policy__kind=kind, state=State.PUBLISHED)
    return list(found.order_by("policy__name"))


def published_version(name: str) -> PolicyVersion:
    """Give the published version of a policy.

    :raises NotFound: there is no such policy
    :raises NotPublished: it has no published version yet
    """
    policy = Policy.objects.filter(name=name).order_by("pk").first()
    if policy is None:
        raise NotFound(what="policy", reference=name)
    found = policy.versions.filter(state=State.PUBLISHED).order_by("pk").first()
    if found is None:
        raise NotPublished(title=policy.title)
    return found


def word(version: PolicyVersion) -> Word:
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


def kept(version: PolicyVersion) -> documents.Policy:
    """Give what a version says, by every word that was ever published: it was found right when it was kept."""
    return _kept(version.document, catalogue.published_key())


@lru_cache(maxsize=128)
def _kept(document: str, _published: tuple[tuple[int, str], ...]) -> documents.Policy:
    return reading.read(document, catalogue.catalogue_of_the_past())


def check_publishable(version: PolicyVersion) -> None:
    """Refuse a version that could not stand beside the published policies and strategies.

    :raises DocumentMistaken: the policies published now do not let it be understood
    :raises PolicyDiffers: an earlier version has another kind of value
    :raises PolicyCycle, PolicyTooDeep, PolicyTooLong: policies would stand on each other in a way that cannot be
    :raises PolicyInUse: a published policy, or a strategy that treats accounts, could not be understood any more
    """
    checked(version.document)
    head = reading.head(version.document)
    before = version.policy.versions.exclude(state__in=UNPUBLISHED).order_by("-number").first()
    if before is not None and reading.head(before.document).type is not head.type:
        raise lifecycle.PolicyDiffers(found=str(head.type), expected=str(reading.head(before.document).type))
    others = [pair for pair in catalogue.published_key() if reading.head(pair[1]).word != head.word]
    rooms = catalogue.rooms_catalogue()
    try:
        made = words.gather(rooms, [(version.number, version.document), *others])
    except DocumentMistaken as mistaken:
        user = next(
            (each for each in others if _is_mistaken(each, [*others, (version.number, version.document)])), None
        )
        title = _title(user[1]) if user else version.policy.title
        raise lifecycle.PolicyInUse(user=title, problem=str(mistaken.problems[0])) from None
    _check_strategies(words.with_words(rooms, made))


def _is_mistaken(pair: tuple[int, str], all_pairs: list[tuple[int, str]]) -> bool:
    understood = words.gather_understood(catalogue.rooms_catalogue(), all_pairs)
    return reading.head(pair[1]).word not in understood


def _title(document: str) -> str:
    return checked(document).title


def _check_strategies(beside: Catalogue) -> None:
    vocabulary = catalogue.vocabulary_of(beside)
    for version in versions.live().select_related("strategy"):
        try:
            strategies.read(version.document, vocabulary)
        except DocumentMistaken as mistaken:
            raise lifecycle.PolicyInUse(user=str(version), problem=str(mistaken.problems[0])) from None


@dataclass(frozen=True, slots=True)
class User:
    """Something that speaks of a policy: a published policy, or a strategy that treats accounts."""

    title: str
    policy_version_id: int | None = None
    strategy_version_id: int | None = None


def users_of(policy: Policy) -> list[User]:
    """Give what speaks of a policy now."""
    name = word_of(policy)
    found = []
    for version in (
        PolicyVersion.objects.select_related("policy").filter(state=State.PUBLISHED).order_by("policy__title")
    ):
        if words.used_by(kept(version), {name}):
            found.append(User(version.policy.title, policy_version_id=version.pk))
    for strategy in versions.live().select_related("strategy"):
        if name in _spoken(versions.program_of(strategy.document).document):
            found.append(User(str(strategy), strategy_version_id=strategy.pk))
    return found


def _spoken(document: Document) -> set[str]:
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


def is_readable(version: PolicyVersion) -> bool:
    """Test if this program reads a version."""
    try:
        kept(version)
    except Refusal:
        return False
    return True
