"""What became of each message, told to Inthread as a carrier does: later, and in its own time."""

from __future__ import annotations

import queue
import secrets
import threading
import time
from collections.abc import Callable

from sandbox.sources import Said

# Seconds of the machine's time between tries; a receipt that nobody takes is dropped after them.
RETRY_AFTER = (0.2, 1, 5)


class Receipts:
    """A thread of its own, so that whoever sends is answered first."""

    def __init__(self, tell: Callable[[str, dict], Said]) -> None:
        self._tell = tell
        self._waiting: queue.SimpleQueue[tuple[str, dict]] = queue.SimpleQueue()

    def start(self) -> None:
        threading.Thread(target=self._run, name="receipts", daemon=True).start()

    def put(self, channel: str, message: str, *, arrived: bool) -> None:
        """`message`: Inthread's own id of it."""
        self._waiting.put((channel, {
            "kind": "receipt", "id": f"rc-{secrets.token_hex(8)}", "message": message,
            "status": "delivered" if arrived else "failed", "code": "" if arrived else "phone_off",
        }))

    def _run(self) -> None:
        while True:
            channel, event = self._waiting.get()
            for wait in (*RETRY_AFTER, None):
                said = self._tell(channel, event)
                if 0 < said.status < 500 or wait is None:
                    break
                time.sleep(wait)
