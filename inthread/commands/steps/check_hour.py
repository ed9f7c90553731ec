"""Whether a version may be in force from an hour on."""

from __future__ import annotations

from datetime import datetime, timedelta

from inthread.domain.draft import Newest
from inthread.domain.refusals import Problem

FURTHEST = timedelta(days=366)


def check_hour(effective_at: datetime | None, now: datetime, newest: Newest) -> list[Problem]:
    """What is wrong with this hour. A version is never in force before the one it was made from."""
    if effective_at is None:
        if newest.effective_at <= now:
            return []
        return [Problem("/effective_at", _AFTER.format(newest.version, newest.effective_at))]
    if effective_at.tzinfo is None:
        return [Problem("/effective_at", "needs its time zone")]
    if effective_at < now:
        return [Problem("/effective_at", "has passed: leave it out to have it at once")]
    if effective_at > now + FURTHEST:
        return [Problem("/effective_at", f"is more than {FURTHEST.days} days ahead")]
    if effective_at < newest.effective_at:
        return [Problem("/effective_at", _AFTER.format(newest.version, newest.effective_at))]
    return []


_AFTER = "has to be no earlier than version {} takes effect: {:%Y-%m-%d %H:%M:%S} UTC"
