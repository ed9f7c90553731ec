"""Whether a message that we start may go at an instant, and when it may next. Pure.

Every place counts, each by its own clock. Local times are what a clock on the wall there shows, so
a night on which the clocks change needs no rule of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import cycle
from zoneinfo import ZoneInfo

from inthread.domain.jurisdiction import Window
from inthread.domain.places import Place
from inthread.domain.zones import zone_named

OUTSIDE_HOURS, OUTSIDE_WORKFLOW_HOURS = "outside_hours", "outside_workflow_hours"
HOLIDAY, STATED_INCONVENIENT, NO_PLACE = "holiday", "stated_inconvenient", "no_place"
AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Preferences:
    """When the person said they are not to be written to (12 CFR 1006.6(b)(1)(i)): local times,
    `not_after` itself included, and weekdays, 0 Monday. They hold in each place."""

    not_before: time | None = None
    not_after: time | None = None
    not_on: frozenset[int] = frozenset()

    def against(self, weekday: int, at: time) -> bool:
        return (
            (self.not_before is not None and at < self.not_before)
            or (self.not_after is not None and at >= self.not_after)
            or weekday in self.not_on
        )


NO_PREFERENCES = Preferences()


def shut(
    places: Sequence[Place], prefers: Preferences, narrow: Window, now: datetime
) -> tuple[str, ...]:
    """Why nothing may be sent at *now*; empty when it may, everywhere. *narrow*: the workflow's own
    window, local as well. *now* has a zone."""
    if not places:
        return (NO_PLACE,)
    found = {
        reason
        for place in places
        if not _open(place, prefers, narrow, local := now.astimezone(_named(place.zone)))
        for reason in _reasons(place, prefers, narrow, local)
    }
    return tuple(sorted(found))


def next_opening(
    places: Sequence[Place], prefers: Preferences, narrow: Window, now: datetime,
    within: timedelta = AHEAD,
) -> datetime | None:
    """The first instant from *now* on (*now* itself when it is open) that is open in every place,
    in UTC and exact to the second. None: there is none *within*."""
    at = now.astimezone(UTC)
    last, agreed = at + within, 0
    for place in cycle(places):
        then = _next(place, prefers, narrow, at, last)
        if then is None:
            return None
        agreed, at = (agreed + 1, at) if then == at else (1, then)
        if agreed == len(places):
            return at
    return None


def _open(place: Place, prefers: Preferences, narrow: Window, local: datetime) -> bool:
    weekday, at = local.weekday(), local.time()
    window = place.hours.days[weekday]
    return (
        window is not None
        and window.opens <= at < window.closes
        and narrow.opens <= at < narrow.closes
        and not (prefers is not NO_PREFERENCES and prefers.against(weekday, at))
        and not (place.holidays and local.date() in place.holidays)
    )


def _reasons(
    place: Place, prefers: Preferences, narrow: Window, local: datetime
) -> Iterator[str]:
    weekday, at = local.weekday(), local.time()
    window = place.hours.days[weekday]
    if window is None or not window.opens <= at < window.closes:
        yield OUTSIDE_HOURS
    if not narrow.opens <= at < narrow.closes:
        yield OUTSIDE_WORKFLOW_HOURS
    if prefers.against(weekday, at):
        yield STATED_INCONVENIENT
    if local.date() in place.holidays:
        yield HOLIDAY


def _next(
    place: Place, prefers: Preferences, narrow: Window, at: datetime, last: datetime
) -> datetime | None:
    """The first instant from *at* to *last* at which this one place is open."""
    clock = _named(place.zone)
    local = at.astimezone(clock)
    if _open(place, prefers, narrow, local):
        return at
    day, end = local.date(), last.astimezone(clock).date()
    while day <= end:
        window = place.hours.days[day.weekday()]
        if window is not None:
            opens = max(window.opens, narrow.opens, prefers.not_before or time.min)
            for begins in _beginnings(place.zone, day, opens):
                local = begins.astimezone(clock)
                if at < begins <= last and _open(place, prefers, narrow, local):
                    return begins
        day += timedelta(days=1)
    return None


@lru_cache(maxsize=16384)
def _beginnings(zone: str, day: date, opens: time) -> tuple[datetime, ...]:
    """When on that day of the zone a window from *opens* may begin, in UTC and in order: at that
    time, at its second coming, or where the clock jumps past it or back into the window."""
    clock = _named(zone)
    local = datetime.combine(day, opens, tzinfo=clock)
    found = {local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)}
    noon = datetime.combine(day, time(12), tzinfo=clock).astimezone(UTC)
    change = _change(clock, noon - timedelta(hours=14), noon + timedelta(hours=14))
    if change is not None:
        found.add(change)
    return tuple(sorted(at for at in found if at.astimezone(clock).date() == day))


def _change(clock: ZoneInfo, before: datetime, after: datetime) -> datetime | None:
    """The second in between at which the clock is put forward or back, if it is."""
    old = before.astimezone(clock).utcoffset()
    if after.astimezone(clock).utcoffset() == old:
        return None
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(clock).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


@lru_cache(maxsize=1024)
def _named(zone: str) -> ZoneInfo:
    clock = zone_named(zone)
    if clock is None:
        raise LookupError(f"{zone!r} is no time zone")
    return clock
