"""Send text messages through a gateway that takes JSON over HTTP."""

from __future__ import annotations

import json

from tallystick.contact.adapters.http import Poster
from tallystick.contact.ports import Parcel, Receipt


class HttpSmsSender:
    """Posts {"to", "text", "from", "reference"} with a bearer token; the answer may name the message as "id".

    `is_idempotent` says that the gateway honours the Idempotency-Key header; without it a message whose fate is unknown is
    shown to a person rather than sent twice.
    """

    def __init__(
        self, *, url: str, token: str = "", sender_name: str = "", is_idempotent: bool = False, timeout: float = 20.0
    ) -> None:
        self.repeats_safely = is_idempotent
        self._poster = Poster(url, timeout=timeout)
        self._token = token
        self._sender_name = sender_name

    def send(self, parcel: Parcel) -> Receipt:
        """Hand one text message over; see `ports.Sender`."""
        said = {"to": parcel.recipients[0], "text": parcel.content.decode(), "reference": parcel.key}
        if self._sender_name:
            said["from"] = self._sender_name
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Idempotency-Key": parcel.key}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        answer = self._poster.post(json.dumps(said).encode(), headers)
        return Receipt(provider_id=_id_in(answer.body))

    def close(self) -> None:
        """Close the connection of this thread; see `ports.Sender`."""
        self._poster.close()


def _id_in(body: bytes) -> str:
    """Give the id an answer names; empty where it names none: the message was taken all the same."""
    try:
        told = json.loads(body)
    except ValueError:
        return ""
    return str(told.get("id", ""))[:200] if isinstance(told, dict) else ""
