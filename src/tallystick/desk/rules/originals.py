"""Where the original of an event is shown: the page of the message, the payment, the decision, the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Original:
    """A page that shows what an event is about. One whose room has no such page is left out."""

    url_name: str
    arguments: tuple[int, ...]
    text: str | Promise
    icon: str


#: Field of an event → the page of the thing it names, its argument, and what the link says.
_PAGES: tuple[tuple[str, str, Promise, str], ...] = (
    ("message_id", "contact:message", _("The message"), "mail-open"),
    ("document_id", "contact:document", _("The document as it left"), "file-text"),
    ("payment_id", "payments:payment", _("The payment"), "banknote"),
    ("file_id", "payments:file", _("The bank statement"), "landmark"),
    ("line_id", "payments:line", _("The statement line"), "landmark"),
)


def originals(account_id: int, data: dict[str, Any]) -> Iterator[Original]:
    """Give the pages that show the things an event names.

    >>> [original.url_name for original in originals(17, {"document_id": 4, "subject": "Reminder"})]
    ['contact:document']
    """
    for name, url_name, text, icon in _PAGES:
        number = data.get(name)
        if isinstance(number, int) and not isinstance(number, bool):
            yield Original(url_name, (number,), text, icon)
    decision = data.get("decision_id")
    if isinstance(decision, int):
        yield Original("strategy:decision", (account_id, decision), _("Why it was decided"), "route")
