"""What we know of a system of record as a whole, and whether to call it now.

    answering  --5 calls without an answer-->     silent
    silent     --an answer to one call a minute--> answering

While it is silent no writeback spends its tries on it. A person may pause it as well: then nothing
is called until a person says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

SILENT_AFTER = 5
TRY_EVERY = timedelta(seconds=60)
# How long a job waits for a connector that a person paused, before it looks again.
PAUSED_LOOK = timedelta(minutes=5)


@dataclass(frozen=True)
class ConnectorState:
    """`failures`: calls in a row without an answer. `silent_since` and `tried_at`: while it is
    silent, since when and when one call was last let through."""

    connector: str
    paused_at: datetime | None = None
    paused_by: str | None = None
    paused_why: str | None = None
    failures: int = 0
    silent_since: datetime | None = None
    tried_at: datetime | None = None

    @property
    def name(self) -> str:
        if self.paused_at is not None:
            return "paused"
        return "silent" if self.silent_since is not None else "answering"

    def call_at(self, now: datetime) -> datetime:
        """When the next call may be made: *now*, or later."""
        if self.paused_at is not None:
            return now + PAUSED_LOOK
        if self.silent_since is None:
            return now
        return max(now, (self.tried_at or self.silent_since) + TRY_EVERY)
