"""A Writeback carries one Outcome to one system of record, and proves that it arrived.

    due -> unknown -> applied -> proved
     ^        |          |
     +--------+          +-> failed
      (not done)

It is `unknown` from the moment we call until we hear: a crash or a timeout leaves it so, and an
unknown writeback is read back before it is ever sent again. Accepted is never sent again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

# Seconds until the next try, by number of tries (Standard Webhooks 1.0.0, without its tail).
RETRY_AFTER = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
# Seconds until the next look at a write that was accepted, or of which nothing was heard.
LOOK_AFTER = (1, 5, 30, 120, 600, 1800, 7200, 18000, 36000)


class WritebackState(StrEnum):
    DUE = "due"
    UNKNOWN = "unknown"
    APPLIED = "applied"
    PROVED = "proved"
    FAILED = "failed"


@dataclass(frozen=True)
class Writeback:
    """`fields` is what is sent; `must_equal` names those that the read-back has to show alike."""

    id: str
    case_id: str
    outcome_id: str
    connector: str
    operation: str
    fields: Mapping[str, object]
    must_equal: tuple[str, ...]
    state: WritebackState = WritebackState.DUE
    attempts: int = 0
    looks: int = 0
    reference: str | None = None
    first_called_at: datetime | None = None
    called_at: datetime | None = None
    observed: Mapping[str, object] | None = None
    trouble: str | None = None

    def calling(self, now: datetime, remembers: timedelta) -> Writeback:
        """About to be sent. A blind resend past the time the other side honours our key is
        refused: nobody could tell one effect from two."""
        if self.state is not WritebackState.DUE:
            raise ValueError(f"{self.state} is not sent")
        first = self.first_called_at or now
        if now - first > remembers:
            return self.failed("not sent again: the other side no longer remembers the first try")
        return replace(
            self, state=WritebackState.UNKNOWN, attempts=self.attempts + 1, called_at=now,
            first_called_at=first,
        )

    def not_done(self, why: str) -> Writeback:
        """The other side said that it did not take this try: it may be sent again. When no try
        before it could have been taken either, there is nothing that it would have to remember."""
        alone = self.first_called_at == self.called_at
        return replace(
            self, state=WritebackState.DUE, trouble=why,
            first_called_at=None if alone else self.first_called_at,
        )

    def unheard(self, why: str) -> Writeback:
        """Nobody knows what happened."""
        return replace(self, trouble=why)

    def applied(self, reference: str) -> Writeback:
        return replace(self, state=WritebackState.APPLIED, reference=reference, trouble=None)

    def failed(self, why: str) -> Writeback:
        return replace(self, state=WritebackState.FAILED, trouble=why)

    def looking(self) -> Writeback:
        return replace(self, looks=self.looks + 1)

    def seen(
        self, observed: Mapping[str, object] | None, now: datetime, visible_after: timedelta
    ) -> Writeback:
        """What a read-back tells us. Absence counts only once it has had time to show."""
        if observed is None:
            if self.called_at is None:
                raise ValueError("never called, so there is nothing to see")
            waited = now - self.called_at >= visible_after
            if self.state is WritebackState.UNKNOWN and waited:
                absent = "not there when looked for"
                return replace(self, state=WritebackState.DUE, looks=0, trouble=absent)
            return replace(self, trouble="not shown yet")
        wrong = [k for k in self.must_equal if observed.get(k) != self.fields.get(k)]
        if wrong:
            return replace(self.failed(f"differs in {', '.join(wrong)}"), observed=dict(observed))
        return replace(self, state=WritebackState.PROVED, observed=dict(observed), trouble=None)

    def again(self) -> Writeback:
        """A person says: once more, with the same id. What may have landed is looked for first."""
        state = WritebackState.UNKNOWN if self.called_at else WritebackState.DUE
        return replace(
            self, state=state, attempts=0, looks=0, trouble=None, first_called_at=None
        )

    @property
    def ended(self) -> bool:
        return self.state in (WritebackState.PROVED, WritebackState.FAILED)

    def next_at(self, now: datetime) -> datetime | None:
        """When to try or look again; None when the schedule is used up."""
        if self.state is WritebackState.APPLIED and self.looks == 0:
            return now
        table, used = {
            WritebackState.APPLIED: (LOOK_AFTER, self.looks),
            WritebackState.UNKNOWN: (LOOK_AFTER[1:], self.looks + 1),
        }.get(self.state, (RETRY_AFTER, max(self.attempts, 1)))
        return now + timedelta(seconds=table[used - 1]) if used <= len(table) else None
