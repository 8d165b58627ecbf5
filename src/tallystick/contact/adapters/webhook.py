"""Tell the creditor's systems what to do: signed JSON over HTTP, once for each key however often it is sent.

The receiver checks `Tallystick-Signature: t=<seconds>,v1=<hex>`, where v1 is the HMAC-SHA256 of "<seconds>.<body>" under the
shared secret, and drops an `Idempotency-Key` it has seen. It answers 200 or 204 when the command is carried out, and 202 when
it will be; then it says so later.
"""

from __future__ import annotations

import hashlib
import hmac
from time import time

from tallystick.contact.adapters.http import Poster
from tallystick.contact.ports import Parcel, Receipt

_ACCEPTED = 202


def signature(secret: str, *, seconds: int, content: bytes) -> str:
    """Give the signature header of some content, sent at a number of seconds since 1970.

    >>> signature("s", seconds=1, content=b"{}")[:11]
    't=1,v1=b253'
    """
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + content, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


class WebhookCommander:
    """Posts service commands. Receivers know keys they have seen, so a command may be repeated."""

    repeats_safely = True

    def __init__(self, *, url: str, secret: str, timeout: float = 20.0) -> None:
        if not secret:
            raise ValueError("a webhook needs a secret to sign with")
        self._poster = Poster(url, timeout=timeout)
        self._secret = secret

    def send(self, parcel: Parcel) -> Receipt:
        """Hand one command over; see `ports.Sender`."""
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": parcel.key,
            # The receiver compares with its own clock: this is the real time, in a simulated calendar too.
            "Tallystick-Signature": signature(self._secret, seconds=int(time()), content=parcel.content),
        }
        answer = self._poster.post(parcel.content, headers)
        return Receipt(provider_id=parcel.key, is_done=answer.status != _ACCEPTED)

    def close(self) -> None:
        """Close the connection of this thread; see `ports.Sender`."""
        self._poster.close()
