"""How many messages went to the numbers of a prefix in an hour.

The first few to a prefix are counted in this process alone, so that ordinary traffic, which is
spread over many, asks nobody; each process may go past the limit by a tenth of it.
"""

from __future__ import annotations

import threading

from inthread.store import providers
from inthread.store.db import Database


class Prefixes:
    """*most*: an hour, to all numbers of one prefix."""

    def __init__(self, db: Database, most: int) -> None:
        self._db = db
        self._most = most
        self._unasked = most // 10
        self._turn = threading.Lock()
        self._hour = 0
        self._here: dict[str, int] = {}

    def count(self, prefix: str, hour: int) -> bool:
        """False, and nothing counted, when there were so many already in this hour since 1970."""
        more = self._to_ask_for(prefix, hour)
        if not more:
            return True
        counted = False
        try:
            with self._db.begin() as tx:
                counted = providers.count_prefix(tx, prefix, hour, self._most, more)
        finally:
            if not counted and more > 1:
                self._take(prefix, hour, self._unasked)
        return counted

    def uncount(self, prefix: str, hour: int) -> None:
        """One that was counted did not go. An hour that is over matters to nobody."""
        with self._turn:
            if hour != self._hour:
                return
            here = self._here.get(prefix, 0)
            if here <= self._unasked:
                self._here[prefix] = max(here - 1, 0)
                return
        with self._db.begin() as tx:
            providers.uncount_prefix(tx, prefix, hour)

    def _to_ask_for(self, prefix: str, hour: int) -> int:
        """0: counted here. Else how many the database has yet to count, this one among them."""
        with self._turn:
            if hour != self._hour:
                self._hour, self._here = hour, {}
            here = self._here.get(prefix, 0)
            self._here[prefix] = min(here, self._unasked) + 1
            if here < self._unasked:
                return 0
            return self._unasked + 1 if here == self._unasked else 1

    def _take(self, prefix: str, hour: int, here: int) -> None:
        with self._turn:
            if hour == self._hour:
                self._here[prefix] = here
