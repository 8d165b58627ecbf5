"""The secret key: made once, kept in the state folder, readable by its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from tallystick.kernel import folders


def kept_key(folder: Path) -> str:
    """Give the secret key kept in a folder, making it the first time.

    Two processes that start at once get the same key: the file appears whole or not at all, and the first one wins.
    """
    file = folder / "secret_key"
    if not file.exists():
        folders.make_private(folder)
        draft = folder / f".secret_key.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass  # another process was faster; its key counts
        finally:
            draft.unlink()
    return file.read_text()
