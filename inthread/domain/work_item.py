"""WorkItem: what a person must do: typed reason, a queue that owns it, a due time, a packet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

# What a packet always says; a hand-over without one of these is refused.
PACKET = (
    "why", "words", "identity", "offered", "outcome", "payment", "writeback", "failed", "consent",
    "messages",
)


@dataclass(frozen=True)
class WorkItem:
    """`note`: in the words of whoever resolved it. `cause`: the same for items that are alike
    (`domain/causes`). `claimed_by`: who works on it, as they name themselves in the audit, until
    `claimed_until`; then it returns by itself. `assigned_to`: who is meant to."""

    id: str
    case_id: str
    reason: str
    queue: str
    due_at: datetime
    packet: Mapping[str, object]
    opened_at: datetime
    resolved_at: datetime | None = None
    resolution: str | None = None
    note: str | None = None
    cause: str = ""
    assigned_to: str | None = None
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    resolved_by: str | None = None

    def __post_init__(self) -> None:
        missing = [k for k in PACKET if k not in self.packet]
        if missing:
            raise ValueError(f"packet lacks {', '.join(missing)}")

    def holder(self, now: datetime) -> str | None:
        """Who has it claimed at this moment."""
        held = self.claimed_until is not None and now < self.claimed_until
        return self.claimed_by if held else None


@dataclass(frozen=True)
class Comment:
    """One line about a work item; never changed. `actor`: as in the audit."""

    id: str
    work_item_id: str
    actor: str
    body: str
    at: datetime
