"""The document of a strategy in which one arm of a split takes all: the winning condition is true, the others are not."""

from __future__ import annotations

import re


def takes_all(document: str, *, word: str, arm: str) -> str:
    """Write the document anew with an arm as everybody's. What is no `=` or `!=` stays, and the split does.

    >>> takes_all('level = 1 and split.early_call = "challenger"', word="split.early_call", arm="challenger")
    'level = 1 and true'
    """
    equal = re.compile(re.escape(word) + r"\s*(!?=)\s*\"([^\"]*)\"")

    def said(match: re.Match[str]) -> str:
        return "true" if (match[2] == arm) == (match[1] == "=") else "false"

    return equal.sub(said, document)
