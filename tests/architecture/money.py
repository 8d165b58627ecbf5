"""Sums of money in queries, as text: each is grouped by a currency, filtered by one, or of one account, item, line or payment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

#: Adding up amounts, in SQL.
_SUM = re.compile(r"\bsum\s*\((?P<inside>[^;]*?_minor|[^;]{0,160}?\bminor\b)", re.IGNORECASE)
#: Rows of one account, or of less: an account has one currency, and so has all that hangs on it.
_WITHIN_ONE = re.compile(
    r"\b(?:account_id|account\.id|item_id|item\.id|line_id|line\.id|payment_id|cause_id|promise\.id|claim_id|dispute_id)\b",
)
_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


def queries_of(file: Path) -> Iterator[tuple[str, str]]:
    """Give each query of a file with its name: of a .sql by its names, of a module each text that is SQL."""
    text = file.read_text("utf-8")
    if file.suffix == ".sql":
        parts = _NAME.split(text)
        yield from zip(parts[1::2], parts[2::2], strict=True)
        return
    for number, found in enumerate(re.finditer(r'("""|\'\'\')(.*?)\1', text, re.DOTALL)):
        if re.search(r"\bSELECT\b|\bsum\(", found[2]):
            yield str(number), found[2]


def mixed_sums(query: str) -> list[str]:
    """Give the sums of amounts in a query that says nothing of a currency, nor keeps to one account.

    >>> mixed_sums("SELECT client_id, sum(open_minor) FROM accounts_item GROUP BY client_id")
    ['sum(open_minor']
    >>> mixed_sums("SELECT currency, sum(open_minor) FROM accounts_item GROUP BY currency")
    []
    >>> mixed_sums("SELECT sum(item.open_minor) FROM accounts_item AS item WHERE item.account_id = account.id")
    []
    """
    code = re.sub(r"--[^\n]*", "", query)
    if "currency" in code or _WITHIN_ONE.search(code):
        return []
    return [" ".join(found[0].split()) for found in _SUM.finditer(code)]
