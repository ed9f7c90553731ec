"""A file that came with an action, or that we made of one, as it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# What was put down for an outcome that nobody recorded is nobody's after this (security R8.10).
GRACE = timedelta(hours=1)
# Papers that we make; any other kind is what the customer sent.
EVIDENCE = "evidence"


class DocumentState(StrEnum):
    """`coming`: put down, and no outcome names it yet; `left`: none will. `pending`: the scanner
    could not be asked so far. `found`: there was malware in it, and its bytes are gone.
    `unscanned`: there is no scanner."""

    COMING = "coming"
    LEFT = "left"
    CLEAN = "clean"
    PENDING = "pending"
    FOUND = "found"
    UNSCANNED = "unscanned"


@dataclass(frozen=True)
class KeptDocument:
    """`digest`: SHA-256 of its bytes in hex, by which they are found. `kind`: what it is, as
    `passport`; it may decide for how long it is kept. `found`: what the scanner called it."""

    id: str
    case_id: str | None
    outcome_id: str
    digest: str
    name: str
    media_type: str
    size: int
    pages: int
    at: datetime
    kind: str
    state: DocumentState
    checked_at: datetime | None = None
    found: str | None = None

    @property
    def open(self) -> bool:
        """Whether staff may have its bytes (security R8.8)."""
        return self.state in (DocumentState.CLEAN, DocumentState.UNSCANNED)
