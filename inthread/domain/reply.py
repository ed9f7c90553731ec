"""Reply: what somebody sent us, on any channel, and who has to read it.

    done       its intent was carried out, or it needed nothing
    waiting    a person reads it: it has a queue and a due time; further asking of its person waits
    read       a person has read it
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inthread.domain.intent import Intent


class ReplyState(StrEnum):
    DONE = "done"
    WAITING = "waiting"
    READ = "read"


@dataclass(frozen=True)
class Reply:
    """`body` without card numbers (R3.2). `person_id`, `case_id`: only when there is one that it
    can be from, and about; a doubt is a person's to end."""

    id: str
    provider: str
    event_id: str
    channel: str
    address: str
    to: str
    body: str
    choice: str
    intent: Intent
    received_at: datetime
    person_id: str | None = None
    case_id: str | None = None
    state: ReplyState = ReplyState.DONE
    queue: str | None = None
    due_at: datetime | None = None
    resolved_at: datetime | None = None
    resolution: str | None = None
    resolved_by: str | None = None
