"""Plug in the adapters that settings name. Nothing imports an adapter."""

from __future__ import annotations

import json
from functools import cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from tallystick.contact.ports import Sender
from tallystick.contact.rules.words import Channel


def sender_for(channel: Channel) -> Sender:
    """Give the sender of a channel. Notices to colleagues leave by e-mail.

    Every thread may use it: adapters keep a connection for each.
    """
    chosen = settings.CONTACT_SENDERS[Channel.EMAIL if channel == Channel.NOTICE else channel]
    return _plugged_in(chosen["ADAPTER"], json.dumps(chosen.get("OPTIONS", {}), sort_keys=True, default=str))


@cache
def _plugged_in(adapter: str, options: str) -> Sender:
    return cast(Sender, import_string(adapter)(**json.loads(options)))
