"""The hour at which a scheduled payment is taken."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from inthread.commands.steps.set_the_day import morning


@pytest.mark.parametrize(("day", "hour"), [
    (date(2026, 3, 7), 14), (date(2026, 3, 8), 13), (date(2026, 10, 31), 13),
    (date(2026, 11, 1), 14), (date(2028, 2, 29), 14),
])
def test_nine_in_the_morning_is_the_customers(day: date, hour: int) -> None:
    """Clocks change on 8 March and 1 November 2026 in New York."""
    at = morning(day, ZoneInfo("America/New_York"))
    assert at.astimezone(UTC) == datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
