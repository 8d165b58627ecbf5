"""Words about the files of an account for conditions. They are asked of the files' own rows when a condition wants them."""

from __future__ import annotations

from tallystick.documents.rules.files import DocumentKind
from tallystick.kernel import sql
from tallystick.kernel.facts import Fact, FactType, Source, foremost

SOURCES: tuple[Source, ...] = ()

_OF_ACCOUNT = """
(SELECT {what} FROM documents_document AS document WHERE document.account_id = book.account_id{which})
"""

FACTS = (
    Fact(
        "documents.documents_kept",
        FactType.NUMBER,
        "files",
        "Files that are kept for the account: what was sent, as it left, and what was uploaded.",
        sql.fill(_OF_ACCOUNT, what="count(*)::integer", which="").strip(),
    ),
    Fact(
        "documents.uploads",
        FactType.NUMBER,
        "files",
        "Files that somebody uploaded to the account.",
        sql.fill(_OF_ACCOUNT, what="count(*)::integer", which=" AND document.kind = 'upload'").strip(),
    ),
    Fact(
        "documents.last_document",
        FactType.TEXT,
        "word",
        "What the file is that was kept last for the account; unknown before the first.",
        sql.fill(_OF_ACCOUNT, what=foremost("document.kind", by="document.id DESC"), which="").strip(),
        choices=tuple(kind.value for kind in DocumentKind),
    ),
)
