"""The sandbox's time: as far ahead of the machine's as a file says, so that a week can be played in
a minute. Production does not start with it (R10.3).

Only `now` moves. What is waited for inside a process, and every time-out, goes by the machine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

LOOK_EVERY = 0.05
MOST_AHEAD = timedelta(days=3650)


class AheadClock:
    """*now*, and as much more as *file* says: a whole number of seconds, replaced as a whole by
    whoever moves the time. A new number counts within 50 ms. A smaller one, or a file that is gone,
    moves nothing: this time never goes back."""

    def __init__(self, file: Path, now: Callable[[], datetime]) -> None:
        """Raises ValueError when the file cannot be read or holds anything else."""
        self._file = file
        self._now = now
        self._turn = threading.Lock()
        self._ahead = _read(file)
        self._looked = time.monotonic()

    def __call__(self) -> datetime:
        if time.monotonic() - self._looked >= LOOK_EVERY:
            self._look()
        return self._now() + self._ahead

    def _look(self) -> None:
        with self._turn:
            self._looked = time.monotonic()
            try:
                self._ahead = max(self._ahead, _read(self._file))
            except ValueError:
                return


def _read(file: Path) -> timedelta:
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as trouble:
        raise ValueError(f"{file} cannot be read: {trouble}") from trouble
    seconds = int(text) if text.isdigit() and len(text) < 12 else -1
    if not 0 <= seconds <= MOST_AHEAD.total_seconds():
        raise ValueError(f"{file} holds no whole number of seconds from 0 to ten years")
    return timedelta(seconds=seconds)
