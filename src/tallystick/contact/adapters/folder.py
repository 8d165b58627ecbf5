"""Put messages into a folder: letters for a print house to collect, and anything at all for trying out."""

from __future__ import annotations

import json
from pathlib import Path

from tallystick.contact.ports import Parcel, Receipt, TryLater

_ENDINGS = {"application/pdf": "pdf", "message/rfc822": "eml", "application/json": "json"}


class FolderSender:
    """Writes the bytes as `<key>.<ending>`, and beside them `<key>.address.json` with the recipients and labels.

    A file appears whole or not at all, and the same key is the same file: writing it twice is the same as once. The address
    is written first: where there is a letter, there is its address.
    """

    repeats_safely = True

    def __init__(self, *, folder: str) -> None:
        self._folder = Path(folder)

    def send(self, parcel: Parcel) -> Receipt:
        """Write one message; see `ports.Sender`."""
        ending = _ENDINGS.get(parcel.media_type, "txt")
        told = {"recipients": parcel.recipients, **parcel.labels}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write(f"{parcel.key}.address.json", json.dumps(told, ensure_ascii=False, indent=1).encode())
            self._write(f"{parcel.key}.{ending}", parcel.content)
        except OSError as full:
            raise TryLater(str(full), is_away=True) from full
        return Receipt(provider_id=f"{parcel.key}.{ending}")

    def close(self) -> None:
        """Nothing is kept open."""

    def _write(self, name: str, content: bytes) -> None:
        draft = self._folder / f".{name}.part"
        draft.write_bytes(content)
        draft.replace(self._folder / name)
