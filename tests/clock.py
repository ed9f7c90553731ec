"""A clock that stands still until it is moved, and ids that count."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

# 10:00 in New York: within the hours of both shipped workflows.
MONDAY = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)


class Clock:
    """`clock()` is now, in UTC."""

    def __init__(self, at: datetime = MONDAY) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def tick(self, **by: float) -> None:
        """Move on by days, hours, minutes or seconds."""
        self.at += timedelta(**by)


class Ids:
    """`ids("case")`: case_00000000000000000000000001, then 2, ...; they sort as they were made.
    Safe to share between threads."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = itertools.count(1)

    def __call__(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers):026d}"

    def token(self) -> str:
        return f"token-{next(self._numbers):037d}"
