"""Challenge: one code sent to one contact point, for one case and purpose (amount included).

    open -> passed | failed | expired | superseded

Attempts and single use are counted in the row by one conditional UPDATE (store.challenges), never
here; this page holds the rules for sending and for locking (security 0 and 6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_TRIES = 5  # RTS (EU) 2018/389 Art. 4(3)(b)
HARD_LIFE = timedelta(minutes=10)  # ASVS 6.5.5
GAPS = tuple(timedelta(seconds=s) for s in (30, 60, 120, 300))
SENDS_SHORT = (3, timedelta(minutes=15))
SENDS_LONG = (5, timedelta(hours=24))
WRONG_PER_DAY = 10
LOCK = timedelta(minutes=15)
DAY = timedelta(hours=24)
FACT_TRIES = 3  # NIST SP 800-63A 5.3.2
YOUNG = timedelta(days=7)


@dataclass(frozen=True)
class Challenge:
    id: str
    case_id: str
    person_id: str
    contact_id: str
    visit_id: str
    purpose: str
    key_id: str
    counter: int
    tries: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    superseded_at: datetime | None = None

    def open(self, now: datetime) -> bool:
        return (
            self.used_at is None
            and self.superseded_at is None
            and self.tries < MOST_TRIES
            and now < self.expires_at
        )


def wait_before_sending(sent: Sequence[datetime], now: datetime) -> timedelta | None:
    """How long until another code may go to this contact point; None when it may go now.

    *sent*: when codes went to it for this case, in the last 24 hours, oldest first.
    """
    waits = []
    if sent:
        gap = GAPS[min(len(sent), len(GAPS)) - 1]
        waits.append(sent[-1] + gap - now)
    for most, within in (SENDS_SHORT, SENDS_LONG):
        recent = [at for at in sent if now - at < within]
        if len(recent) >= most:
            waits.append(recent[-most] + within - now)
    longest = max(waits, default=timedelta(0))
    return longest if longest > timedelta(0) else None


@dataclass(frozen=True)
class Lock:
    """Codes for the case rest `until` then; None: until a person has looked."""

    until: datetime | None


def lock_after(
    challenges: Sequence[Challenge], now: datetime, cleared: datetime | None = None
) -> Lock | None:
    """Whether the codes of a case are locked (security R6.5): for 15 minutes after five wrong
    answers to one code, and for a person after ten in a day, over all codes, visits and devices.

    *challenges*: those of the case. A right code starts the count anew (R6.4), and so does a person
    who *cleared* the lock.
    """
    passed = [c.used_at for c in challenges if c.used_at is not None]
    since = max([now - DAY, *passed, *([cleared] if cleared else [])])
    counted = [c for c in challenges if c.created_at > since]
    if sum(c.tries for c in counted) >= WRONG_PER_DAY:
        return Lock(None)
    worn = [c.superseded_at or now for c in counted if c.tries >= MOST_TRIES]
    until = max(worn) + LOCK if worn else now
    return Lock(until) if now < until else None


def old_enough(known_since: datetime | None, now: datetime) -> bool:
    """Whether a contact point may receive codes: on file for seven days, or vouched for by the
    source that first named the person (None)."""
    return known_since is None or now - known_since >= YOUNG
