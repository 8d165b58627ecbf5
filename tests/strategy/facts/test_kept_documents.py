"""The files that are kept for an account."""

from __future__ import annotations

from tests.builders import TEST
from tests.strategy.builders import DAY, at
from tests.strategy.facts.proofs import proves
from tests.strategy.facts.stories import account

from tallystick.accounts.models import Account
from tallystick.documents import actions as document_actions
from tallystick.documents.rules.files import DocumentKind


def keep(of: Account, kind: DocumentKind, content: bytes) -> None:
    """Keep a file."""
    new = document_actions.NewFile(of.pk, kind, "file.pdf", "application/pdf", content)
    document_actions.store_document(file=new, at=at(DAY), by=TEST)


@proves({"documents.documents_kept": 3, "documents.uploads": 2, "documents.last_document": "sent_letter"})
def test_a_letter_and_two_uploads():
    made = account()
    keep(made, DocumentKind.UPLOAD, b"proof of delivery")
    keep(made, DocumentKind.UPLOAD, b"credit application")
    keep(made, DocumentKind.SENT_LETTER, b"reminder")
    keep(account(), DocumentKind.UPLOAD, b"somebody else's")
    return made
