"""Message: one thing said to one contact point, or held back, with the reasons.

    queued -> unknown -> sent          queued with reasons: held back, to be decided again
       |         +----> failed         cancelled: no longer wanted
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MessageState(StrEnum):
    QUEUED = "queued"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Purpose(StrEnum):
    """Why it is sent. Only `ask` is ours to time; the others answer what the customer just did."""

    ASK = "ask"
    CODE = "code"
    LINK = "link"
    RECEIPT = "receipt"
    NOTICE = "notice"


@dataclass(frozen=True)
class Message:
    """`values` fills the template at the instant of sending; links and codes are made then.
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
    reference: str | None = None
    created_at: datetime | None = None
    sent_at: datetime | None = None
