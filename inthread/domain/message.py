"""Message: one thing said to one contact point, or held back, with the reasons.

    queued -> unknown -> sent -> delivered -> read      never backward
       |         +---------+--> failed
       +--> cancelled: no longer wanted       queued with reasons: held, to be decided again
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class MessageState(StrEnum):
    QUEUED = "queued"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    CANCELLED = "cancelled"


# How far a message is known to have come; one that may have left counts as if it had.
WAY = (
    MessageState.QUEUED, MessageState.UNKNOWN, MessageState.SENT, MessageState.DELIVERED,
    MessageState.READ,
)
GONE = WAY[1:]


def moves_on(before: MessageState, after: MessageState) -> bool:
    """Whether a receipt may take a message there: forward only, and a failure only while nobody
    said that it arrived (security R7.8, A60)."""
    if after is MessageState.FAILED:
        return before in (MessageState.UNKNOWN, MessageState.SENT)
    return before in GONE and WAY.index(after) > WAY.index(before)


class Purpose(StrEnum):
    """Why it is sent. Only `ask` is ours to time; the others answer what the customer just did.
    `answer` answers a reply: it confirms a stop or a start, or tells how to get help."""

    ASK = "ask"
    CODE = "code"
    LINK = "link"
    RECEIPT = "receipt"
    NOTICE = "notice"
    ANSWER = "answer"


class Way(NamedTuple):
    """Where a message goes, and in which words."""

    channel: str
    address: str
    purpose: Purpose
    workflow: str
    template: str
    locale: str
    contact_id: str

    @property
    def urgent(self) -> bool:
        """Somebody waits for it."""
        return self.purpose is Purpose.CODE


@dataclass(frozen=True)
class Message:
    """`values` fills the template at the instant of sending; links and codes are made then.
    `version`: of the template. `decision`: what the gate looked at last, and what it said.
    `sent_at`: when it left, or, while that is unknown, when it may have."""

    id: str
    case_id: str
    person_id: str
    contact_id: str
    channel: str
    purpose: Purpose
    template: str
    locale: str
    values: Mapping[str, object]
    state: MessageState = MessageState.QUEUED
    reasons: tuple[str, ...] = ()
    link_id: str | None = None
    challenge_id: str | None = None
    tries: int = 0
    version: int = 0
    decision: Mapping[str, object] | None = None
    provider: str | None = None
    reference: str | None = None
    created_at: datetime | None = None
    sent_at: datetime | None = None

    def leaving(self, provider: str, decision: Mapping[str, object], now: datetime) -> Message:
        """As it is kept before the call, and until something is heard: it may have left."""
        return replace(
            self, state=MessageState.UNKNOWN, tries=self.tries + 1, sent_at=now, reasons=(),
            provider=provider, decision=decision,
        )
