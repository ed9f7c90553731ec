"""How fast tries may follow each other: a few at once, then with growing waits, never none at all.

A wait ends by itself, so nobody can lock a colleague out for good (ASVS 6.1.1, 6.3.1). What counts
is what failed since something succeeded; after a quiet day it counts from the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

FORGETS = timedelta(days=1)


@dataclass(frozen=True)
class Ladder:
    """*free* tries without a wait; then one wait after each, the last of them for all that follow.
    """

    free: int
    waits: tuple[timedelta, ...]

    def wait(self, n: int) -> timedelta:
        """After the *n*th try that failed."""
        if n < self.free:
            return timedelta(0)
        return self.waits[min(n - self.free, len(self.waits) - 1)]


_SLOWLY = tuple(timedelta(seconds=s) for s in (30, 60, 120, 300, 900))
# One account from one network.
PLACE = Ladder(5, _SLOWLY)
# One account from anywhere: whoever tries from many networks slows its owner by a minute at most,
# and not at all where the owner has signed in lately.
ACCOUNT = Ladder(20, (timedelta(seconds=30), timedelta(seconds=60)))
# One network, whatever it tries; an office may be behind it.
NETWORK = Ladder(40, _SLOWLY)
# Codes of one person: 6 digits, so at most some 100 are tried a day.
CODES = Ladder(5, _SLOWLY)
