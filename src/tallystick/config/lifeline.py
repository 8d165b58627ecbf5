"""A child process that never outlives its parent, however the parent ends: the parent's death changes its parent."""

from __future__ import annotations

import os
import signal
import threading
import time

_LOOK_EVERY = 0.5
_PARENT = "TALLYSTICK_PARENT"


def for_children() -> dict[str, str]:
    """Give what an environment tells children: whom they follow.

    A child that asks for its parent only once it has loaded may have lost it by then, and would follow whoever adopted it.
    """
    return {_PARENT: str(os.getpid())}


def follow_parent(*, grace: float) -> None:
    """End this process soon after its parent ended: ask politely at once, and end it for good after `grace` seconds."""
    parent = int(os.environ.get(_PARENT) or os.getppid())

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_EVERY)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(grace)
        os._exit(1)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
