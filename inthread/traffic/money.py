"""One provider's money of a day in this process. The money of a few messages is counted in the
database at once, before they go: a killed process has counted too much, never too little."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from inthread.store import providers
from inthread.store.db import Database

AT_ONCE = 10
# Another process may give some back: who found it all spent asks again after this.
ASKS_AGAIN = timedelta(seconds=60)

log = structlog.get_logger()


class Money:
    """*cap*: the most a day (UTC) of all processes together, in millionths of *currency*."""

    def __init__(
        self, db: Database, provider: str, cap: int, currency: str, now: Callable[[], datetime]
    ) -> None:
        self._db = db
        self._provider = provider
        self._cap = cap
        self._currency = currency
        self._now = now
        self._turn = threading.Lock()
        self._day = ""
        self._left = 0
        self._all_spent_until = datetime(1970, 1, 1, tzinfo=UTC)

    def spend(self, micro: int) -> str | None:
        """The day it was counted on (`2026-01-05`); None: that would pass the cap, and the first to
        find so raises the alarm."""
        with self._turn:
            now = self._now()
            day = now.date().isoformat()
            if day != self._day:
                self._day, self._left, self._all_spent_until = day, 0, now
            if self._left >= micro:
                self._left -= micro
                return day
            if now < self._all_spent_until or not self._counted(micro, now):
                return None
            return day

    def give_back(self, micro: int, day: str) -> None:
        with self._turn:
            if day == self._day:
                self._left += micro

    def release(self) -> None:
        """What was counted and is not spent is there for other processes."""
        with self._turn:
            if not self._left:
                return
            with self._db.begin() as tx:
                providers.take_back_spend(tx, self._provider, self._day, self._left)
            self._left = 0

    def _counted(self, micro: int, now: datetime) -> bool:
        """Of this message and the next, or near the cap of this one alone."""
        need = micro - self._left
        with self._db.begin() as tx:
            for ask in (need + micro * (AT_ONCE - 1), need):
                if providers.add_spend(tx, self._provider, self._day, ask, self._cap):
                    self._left += ask - micro
                    return True
            first = providers.alarm(tx, self._provider, self._day, now)
        self._all_spent_until = now + ASKS_AGAIN
        if first:
            cap = f"{self._cap / 1_000_000:.2f} {self._currency}"
            log.error("provider.spend_cap", provider=self._provider, day=self._day, cap=cap)
        return False
