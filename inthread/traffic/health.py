"""How the providers fare: counted in memory, written down about every second, and read back every
few, so that all processes share their traffic out alike.

What a killed process had not written down is lost: shares rest on many sends, not on each.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from inthread.domain.shares import HORIZON, WINDOW, Shares, Tally, advance, choose
from inthread.store import providers
from inthread.store.db import Database, Tx

WRITE_EVERY = timedelta(seconds=1)
LOOK_EVERY = timedelta(seconds=5)
# When a minute is over, the others' counts of it are still on their way.
SETTLES = timedelta(seconds=2)
# Shares move by the minute. A provider that fails this often in a row is left out at once.
IN_A_ROW = 5
LEFT_OUT = timedelta(seconds=30)

log = structlog.get_logger()


class Health:
    """*weights*: channel -> its providers and their resting weights, above zero. *watched*: those
    whose sends are written down; of the others only this process knows."""

    def __init__(
        self, db: Database, weights: Mapping[str, Mapping[str, int]], watched: frozenset[str],
        now: Callable[[], datetime],
    ) -> None:
        self._db = db
        self._weights = weights
        self._watched = watched
        self._now = now
        self._turn = threading.Lock()
        start = providers.minute_of(now()) - HORIZON - 1
        self._shares = {c: Shares.resting(w, start) for c, w in weights.items()}
        self._look_at = dict.fromkeys(weights, now())
        self._write_at = now()
        self._tidied = 0
        self._seen: dict[str, Tally] = {}
        self._unwritten: dict[tuple[str, int], Tally] = {}
        self._failures: dict[str, int] = {}
        self._left_out: dict[str, datetime] = {}

    def note(self, provider: str, became: Tally) -> None:
        """Count a send; asked outside a transaction."""
        now = self._now()
        with self._turn:
            self._leave_out(provider, failed=became.failed > 0, now=now)
            if provider not in self._watched:
                self._seen[provider] = self._seen.get(provider, Tally()) + became
                return
            at = (provider, providers.minute_of(now))
            self._unwritten[at] = self._unwritten.get(at, Tally()) + became
            if now < self._write_at:
                return
            self._write_at = now + WRITE_EVERY
        self.flush()

    def flush(self) -> None:
        """Write down what was counted. While the database is away it is kept."""
        with self._turn:
            counted, self._unwritten = self._unwritten, {}
        if not counted:
            return
        now = self._now()
        try:
            with self._db.begin() as tx:
                providers.record(tx, counted)
                self._tidy(tx, now)
        except Exception as fault:
            if not self._db.away(fault):
                raise
            log.warning("traffic.not_written", sends=sum(c.sends for c in counted.values()))
            with self._turn:
                for at, tally in counted.items():
                    self._unwritten[at] = self._unwritten.get(at, Tally()) + tally

    def order(self, channel: str, draw: Callable[[int], int]) -> tuple[str, ...]:
        """The channel's providers that may be used just now, the drawn one first."""
        weights = self._weights[channel]
        if len(weights) < 2:
            return tuple(weights)
        self._look(channel)
        now = self._now()
        with self._turn:
            fit = [p for p in weights if self._left_out.get(p, now) <= now]
        return choose(fit or list(weights), self._shares[channel].points, draw)

    @property
    def seen(self) -> Mapping[str, Tally]:
        """What became of the sends that are not written down, since this process started."""
        with self._turn:
            return dict(self._seen)

    def _leave_out(self, provider: str, *, failed: bool, now: datetime) -> None:
        self._failures[provider] = self._failures.get(provider, 0) + 1 if failed else 0
        if self._failures[provider] >= IN_A_ROW:
            self._left_out[provider] = now + LEFT_OUT
        elif not failed:
            self._left_out.pop(provider, None)

    def _look(self, channel: str) -> None:
        now = self._now()
        with self._turn:
            if now < self._look_at[channel]:
                return
            self._look_at[channel] = now + LOOK_EVERY
        weights, shares = self._weights[channel], self._shares[channel]
        until = providers.minute_of(now - SETTLES) - 1
        if until <= shares.at:
            return
        since = max(shares.at, until - HORIZON) - WINDOW
        with self._db.read() as tx:
            minutes = providers.minutes(tx, list(weights), since)
        self._shares[channel] = advance(shares, weights, minutes, until)

    def _tidy(self, tx: Tx, now: datetime) -> None:
        """Once an hour."""
        hour = providers.minute_of(now) // 60
        if hour != self._tidied:
            self._tidied = hour
            providers.forget(tx, now)
