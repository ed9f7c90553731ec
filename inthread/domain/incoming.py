"""Files on their way to us, and how much of them a case and a link may bring (security R8.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MOST_BYTES = 10 * 2**20
MOST_FILES, MOST_OF_A_CASE = 5, 25 * 2**20
MOST_AN_HOUR, AN_HOUR = 20, timedelta(hours=1)
# Opening a file costs seconds of a processor.
MOST_LOOKS = 12
# Who is in the middle of a piece when its file ends has put it down by then.
GRACE = timedelta(minutes=5)


class FileState(StrEnum):
    OPEN = "open"
    USED = "used"
    DROPPED = "dropped"


@dataclass(frozen=True)
class IncomingFile:
    """`name` and `media_type` are what the browser says. `length` and `received` in bytes. Nothing
    more arrives from `expires_at` on, and what arrived goes soon after."""

    id: str
    case_id: str
    visit_id: str
    action: str
    name: str
    media_type: str
    length: int
    received: int
    state: FileState
    created_at: datetime
    expires_at: datetime

    @property
    def whole(self) -> bool:
        return self.received == self.length

    def alive(self, now: datetime) -> bool:
        return self.state is FileState.OPEN and now < self.expires_at


@dataclass(frozen=True)
class Held:
    """What a case has of files: kept as documents, or on their way and not given up."""

    files: int
    size: int

    def takes(self, files: int, size: int) -> bool:
        return self.files + files <= MOST_FILES and self.size + size <= MOST_OF_A_CASE
