"""The document of a strategy in which one arm of a split takes all, or one gets nobody any more."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from tallystick.kernel.refusals import NotFound
from tallystick.strategy.rules.editing import changes
from tallystick.strategy.rules.editing.changes import Path
from tallystick.strategy.rules.reading import Vocabulary


def takes_all(document: str, *, word: str, arm: str) -> str:
    """Write the document anew with an arm as everybody's. What is no `=` or `!=` stays, and the split does.

    >>> takes_all('level = 1 and split.early_call = "challenger"', word="split.early_call", arm="challenger")
    'level = 1 and true'
    """
    equal = re.compile(re.escape(word) + r"\s*(!?=)\s*\"([^\"]*)\"")

    def said(match: re.Match[str]) -> str:
        return "true" if (match[2] == arm) == (match[1] == "=") else "false"

    return equal.sub(said, document)


def without(document: str, *, split: str, arm: str, champion: str, vocabulary: Vocabulary) -> str:
    """Write the document anew with nobody in an arm of a split any more: its share is the champion's. Nothing else changes.

    :raises NotFound: there is no such split, or no such arm
    """
    path: Path = ("splits", split, "shares")
    shares = changes.part(document, path)
    if not isinstance(shares, dict) or arm not in shares or champion not in shares:
        raise NotFound(what=_("part"), reference=arm)
    both = sum(share for share in (shares[arm], shares[champion]) if isinstance(share, int))
    return changes.put(document, path, {**shares, champion: both, arm: 0}, vocabulary)
