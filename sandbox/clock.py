"""The sandbox's time: the machine's, as far ahead as a file says. Every part looks before each use;
only the phone moves it, and only forward. Waiting inside a process goes by the machine's own time.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

# A request that was signed just before a move is still good: seconds of the machine's time.
IN_FLIGHT = 5.0


class Still(Exception):
    """This sandbox goes by the machine's time: there is no file to move."""


class Clock:
    """`file` holds the whole number of seconds; None, or no file yet: none."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._turn = threading.Lock()
        self._ahead = 0
        # (the machine's time, seconds ahead) as seen lately; the first one is older than that.
        self._seen = [(time.time(), self._read())]

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Clock:
        """The one that SANDBOX_CLOCK names."""
        return cls(Path(file) if (file := environ.get("SANDBOX_CLOCK")) else None)

    @property
    def moves(self) -> bool:
        return self._file is not None

    def ahead(self) -> int:
        """Seconds that this time is ahead of the machine's; never less than before."""
        if self._file is None:
            return 0
        with self._turn:
            self._ahead = max(self._ahead, self._read())
            if self._ahead != self._seen[-1][1]:
                self._seen.append((time.time(), self._ahead))
                while len(self._seen) > 1 and self._seen[1][0] < time.time() - IN_FLIGHT:
                    del self._seen[0]
            return self._ahead

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.ahead()

    def forward_to(self, at: float) -> None:
        """Move until it is at least *at*, for every process that follows the file. Raises Still."""
        if self._file is None:
            raise Still
        with self._turn:
            self._ahead = max(self._ahead, self._read())
            wanted = math.ceil(at - time.time())
            if wanted > self._ahead:
                self._write(wanted)

    def forward(self, seconds: float) -> None:
        """Move by so many seconds; none for a negative number. Raises Still."""
        self.forward_to(self.now() + seconds)

    def close_to(self, at: float, seconds: float) -> bool:
        """Whether *at* is at most so far from now, or from a time that this clock showed while the
        request was on its way."""
        ahead, machine = self.ahead(), time.time()
        earliest = self._seen[0][1] if self._moved_lately(machine) else ahead
        return machine + earliest - seconds <= at <= machine + ahead + seconds

    def _moved_lately(self, machine: float) -> bool:
        with suppress(OSError):
            return self._file is not None and self._file.stat().st_mtime > machine - IN_FLIGHT
        return False

    def _read(self) -> int:
        with suppress(OSError, ValueError):
            return int(self._file.read_text(encoding="ascii")) if self._file else 0
        return 0

    def _write(self, seconds: int) -> None:
        """Replaced as a whole: a reader finds the old number or the new one."""
        new = self._file.with_name(f"{self._file.name}.new")
        new.write_text(f"{seconds}\n", encoding="ascii")
        os.replace(new, self._file)
        self._ahead = seconds
