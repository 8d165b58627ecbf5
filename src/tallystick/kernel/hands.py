"""Work that several hands share: threads of one process, each with a connection to the database of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import TypeVar

from django.db import connection

Part = TypeVar("Part")
Done = TypeVar("Done")

#: As many as the machine has cores, and never so many that the server runs out of connections.
MOST = min(4, os.cpu_count() or 1)


def share(parts: Iterable[Part], work: Callable[[Part], Done], *, hands: int) -> list[Done]:
    """Do work part by part; give what came of it, in no order. A single hand is the caller's own, in its own transaction.

    What is raised for one part is raised here, when the other hands have ended. They begin nothing more then.
    """
    if hands == 1:
        return [work(part) for part in parts]
    waiting: SimpleQueue[Part] = SimpleQueue()
    for part in parts:
        waiting.put(part)
    has_failed = False

    def lend_a_hand() -> list[Done]:
        nonlocal has_failed
        done = []
        try:
            while not has_failed:
                done.append(work(waiting.get_nowait()))
        except Empty:
            pass
        except BaseException:
            has_failed = True
            raise
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(hands) as pool:
        lent = [pool.submit(lend_a_hand) for _hand in range(hands)]
        return [each for hand in lent for each in hand.result()]
