"""When the demo's time begins: by day for all of its people, so that nobody has to wait for the
first message. Contact hours are real."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

# While it is this time in New York, it is day from the Atlantic to the Pacific.
PLACE = ZoneInfo("America/New_York")
NOON, LATE = time(12), time(17)
CLOCK = "clock"


def seconds_ahead(now: datetime) -> int:
    """How far the time has to move for that; 0 when it is day everywhere now. *now* is aware."""
    there = now.astimezone(PLACE)
    if NOON <= there.time() < LATE:
        return 0
    day = there.date() if there.time() < NOON else there.date() + timedelta(days=1)
    noon = datetime.combine(day, NOON, tzinfo=PLACE)
    return int(noon.timestamp() - now.timestamp()) + 1


def set_clock(folder: Path, now: datetime, *, keep: bool) -> Path:
    """The file that all parts of the demo follow. *keep*: where it stood, if it stood anywhere."""
    file = folder / CLOCK
    if not (keep and file.is_file()):
        file.write_text(f"{seconds_ahead(now)}\n", encoding="ascii")
    return file
