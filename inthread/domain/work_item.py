"""WorkItem: what a person must do: typed reason, a queue that owns it, a due time, a packet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

# What a packet always says; a hand-over without one of these is refused.
PACKET = ("why", "identity", "offered", "outcome", "writeback", "messages", "words")


@dataclass(frozen=True)
class WorkItem:
    """`note`: in the words of whoever resolved it."""

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

    def __post_init__(self) -> None:
        missing = [k for k in PACKET if k not in self.packet]
        if missing:
            raise ValueError(f"packet lacks {', '.join(missing)}")
