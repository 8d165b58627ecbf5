"""What a strategy and a policy each add to the life that every version has.

How a document is read, and what is checked before it is approved, planned, published or published again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db.models import QuerySet

from tallystick.strategy.actions import judging
from tallystick.strategy.models import Paper, Version
from tallystick.strategy.queries import catalogue, policies, versions
from tallystick.strategy.rules import lifecycle, reading
from tallystick.strategy.rules.policies import document as documents


@dataclass(frozen=True, slots=True)
class Head:
    """What a document says of itself."""

    kind: str
    name: str
    title: str


class _Check(Protocol):
    def __call__(self, version: Version, *, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of papers."""

    #: The papers among which a name is unique.
    papers: Callable[[], QuerySet[Paper]]
    #: Read a document by the words that are published now; raises DocumentMistaken, and what keeps a policy from being a word.
    read: Callable[[str], Head]
    #: Refuse a version that could not be published beside what is published now.
    check: _Check


def _read_strategy(document: str) -> Head:
    read = reading.read(document, catalogue.vocabulary())
    return Head(lifecycle.STRATEGY, read.name, read.title)


def _check_strategy(version: Version, *, at: datetime) -> None:
    # Read afresh: since it was kept, a policy that it speaks of may have been published with other values.
    _read_strategy(version.document)
    judging.check(version, at=at)


def _read_policy(document: str) -> Head:
    read = policies.checked(document)
    return Head(documents.kind_of(read), read.name, read.title)


def _check_policy(version: Version, *, at: datetime) -> None:
    policies.check_publishable(version)


_STRATEGIES = Kind(versions.strategies, _read_strategy, _check_strategy)
_POLICIES = Kind(versions.policies, _read_policy, _check_policy)
_POLICY = re.compile(r"^kind[ \t]*:", re.MULTILINE)


def of(paper: Paper) -> Kind:
    """Give what the kind of a paper adds."""
    return _STRATEGIES if paper.is_strategy else _POLICIES


def of_document(document: str) -> Kind:
    """Give what the kind of a document adds."""
    return _STRATEGIES if is_strategy(document) else _POLICIES


def is_strategy(document: str) -> bool:
    """Whether a document is a strategy's: a policy says of which kind it is."""
    return _POLICY.search(document) is None
