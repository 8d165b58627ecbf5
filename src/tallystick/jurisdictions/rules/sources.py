"""Where a value of the law stands, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Confidence(StrEnum):
    """How sure a value is. What is uncertain or derived is for a person to confirm before it is relied on."""

    #: Read in the source that is named.
    VERIFIED = "verified"
    #: Well established, not read again.
    KNOWN = "known"
    #: Worked out from a verified value and a verified rule of change.
    DERIVED = "derived"
    #: Thin or conflicting evidence, or it may have changed.
    UNCERTAIN = "uncertain"


#: What a person confirms before it is relied on.
TO_CONFIRM = frozenset({Confidence.DERIVED, Confidence.UNCERTAIN})


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value stands: an Act, a rule book, a gazette."""

    title: str
    url: str
