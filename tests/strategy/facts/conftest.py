"""A mailbox into which every message of a story leaves."""

from __future__ import annotations

from typing import Any

import pytest
from tests.contact.mailbox import Mailbox, put_up


@pytest.fixture
def mailbox(settings: Any, request: pytest.FixtureRequest) -> Mailbox:
    """Have every channel leave into one mailbox."""
    box = Mailbox()
    settings.CONTACT_SENDERS = dict.fromkeys(("email", "letter", "sms", "service"), put_up(request.node.nodeid, box))
    return box
