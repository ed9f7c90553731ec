"""One provider's tokens in this process. A few are taken from the database at once, so that most
sends ask nobody; a killed process loses at most those."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from inthread.store import providers
from inthread.store.db import Database

LAPSE = timedelta(seconds=1)
LONGEST_WAIT = timedelta(seconds=60)
SHORTEST_WAIT = timedelta(milliseconds=1)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Tokens:
    """*per_second* and *burst* hold for all processes together. What is taken from the database is
    about 100 ms' worth, and lapses after a second."""

    def __init__(
        self, db: Database, provider: str, per_second: int, burst: int,
        now: Callable[[], datetime],
    ) -> None:
        self._db = db
        self._provider = provider
        self._per_second = per_second
        self._burst = burst
        self._now = now
        self._batch = max(1, min(per_second // 10, burst))
        self._each = timedelta(microseconds=providers.span_us(1, per_second))
        self._turn = threading.Lock()
        self._left = 0
        self._lapses = self._ready = self._last = _LONG_AGO

    def take(self, *, urgent: bool = False) -> timedelta | None:
        """None: one token is taken. Else there is none, and so long to wait: each who waits is
        given a place behind the others, so that they come back one by one; *urgent* ones go before
        them, as soon as there is a token."""
        with self._turn:
            now = self._now()
            if self._left and now < self._lapses:
                self._left -= 1
                return None
            self._ready = min(self._ready, now + LONGEST_WAIT)
            if now >= self._ready and self._filled(now):
                return None
            if urgent:
                return max(self._ready - now, SHORTEST_WAIT)
            self._last = min(max(self._last, self._ready) + self._each, now + LONGEST_WAIT)
            return max(self._last - now, SHORTEST_WAIT)

    def put_back(self) -> None:
        """A token that was taken and not used."""
        with self._turn:
            if self._now() < self._lapses:
                self._left += 1

    def _filled(self, now: datetime) -> bool:
        """Whether more were taken, and one of them is the caller's."""
        with self._db.begin() as tx:
            got = providers.take_tokens(
                tx, self._provider, self._batch, now, self._per_second, self._burst
            )
            if not got:
                self._ready = providers.tokens_at(
                    tx, self._provider, self._batch, now, self._per_second
                )
        self._left, self._lapses = max(got - 1, 0), now + LAPSE
        return got > 0
