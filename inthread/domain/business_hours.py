"""Working time: when something is due, and how much of an interval was worked. Pure.

An instant counts while the clock on the wall of the calendar's zone shows a time within the hours
of that day. So a night on which the clocks change needs no rule of its own: an hour that is
skipped is not worked, and one that comes twice is worked twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from inthread.domain.zones import zone_named

MINUTES = 24 * 60
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Period:
    """From `opens` until before `closes`, in minutes after local midnight; 1440 is the day's end.
    """

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= MINUTES:
            raise ValueError("a period begins before it ends, within one day")

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.closes - self.opens)


@dataclass(frozen=True)
class SpecialDay:
    """A date with hours of its own; none at all on a holiday."""

    name: str
    periods: tuple[Period, ...] = ()


@dataclass(frozen=True)
class Calendar:
    """When a team works. `week`: the periods of each weekday, Monday first, in order and apart.
    `special`: holidays and other days that are not like their weekday."""

    name: str
    zone: str
    week: tuple[tuple[Period, ...], ...]
    special: Mapping[date, SpecialDay] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if zone_named(self.zone) is None:
            raise ValueError(f"{self.zone!r} is no time zone")
        if len(self.week) != 7 or not any(self.week):
            raise ValueError("a week has seven days and an hour of work")

    @property
    def day(self) -> timedelta:
        """What `1d` is: the working time of the longest day of the week."""
        return max(sum((p.length for p in day), timedelta()) for day in self.week)

    def periods(self, day: date) -> tuple[Period, ...]:
        special = self.special.get(day)
        return special.periods if special is not None else self.week[day.weekday()]

    def target(self, stated: timedelta) -> timedelta:
        """The working time of what was stated: `2d` are two working days, `4h` four hours."""
        return self.day * stated.days + timedelta(seconds=stated.seconds)

    def open_at(self, instant: datetime) -> bool:
        """Whether that instant is worked."""
        clock = zone_named(self.zone)
        local = instant.astimezone(clock)
        at = timedelta(hours=local.hour, minutes=local.minute)
        return any(
            timedelta(minutes=p.opens) <= at < timedelta(minutes=p.closes)
            for p in self.periods(local.date())
        )


def due(calendar: Calendar, start: datetime, target: timedelta) -> datetime:
    """The earliest instant, in UTC, by which *target* of working time has passed since *start*;
    *start* itself for none. What ends with the day's last minute is due when the day closes.
    Raises ValueError for less than nothing, or past the year 9990."""
    if target < timedelta():
        raise ValueError("a target is not less than nothing")
    at = start.astimezone(UTC)
    if not target:
        return at
    left = target
    for opens, closes in _worked_from(calendar, at):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise ValueError("due past the end of time")


def worked(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """The working time from *start* until *end*; negative when *end* is before *start*."""
    if end < start:
        return -worked(calendar, end, start)
    last, total = end.astimezone(UTC), timedelta()
    for opens, closes in _worked_from(calendar, start.astimezone(UTC)):
        if opens >= last:
            break
        total += min(closes, last) - opens
    return total


def _worked_from(calendar: Calendar, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Every stretch that is worked from *at* on, in UTC and in order."""
    number = (at.date() - _EPOCH).days
    last = (date(9990, 1, 1) - _EPOCH).days
    for utc_day in range(number, last):
        for begins, ends, offset in _offsets(calendar.zone, utc_day):
            for opens, closes in _within(calendar, begins, ends, offset):
                if closes > at:
                    yield max(opens, at), closes


def _within(
    calendar: Calendar, begins: datetime, ends: datetime, offset: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    """What is worked between two instants through which the zone keeps one offset."""
    day, last = (begins + offset).date(), (ends + offset - _SECOND).date()
    while day <= last:
        midnight = datetime.combine(day, time.min, UTC) - offset
        for period in calendar.periods(day):
            opens = max(begins, midnight + timedelta(minutes=period.opens))
            closes = min(ends, midnight + timedelta(minutes=period.closes))
            if opens < closes:
                yield opens, closes
        day += _DAY


@lru_cache(maxsize=8192)
def _offsets(zone: str, utc_day: int) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """The parts of one UTC day, each with the offset that holds through it."""
    begins = datetime.combine(_EPOCH + timedelta(days=utc_day), time.min, UTC)
    ends = begins + _DAY
    first, last = _offset(zone, begins), _offset(zone, ends - _SECOND)
    if first == last:
        return ((begins, ends, first),)
    change = _change(zone, begins, ends)
    return ((begins, change, first), (change, ends, last))


def _change(zone: str, before: datetime, after: datetime) -> datetime:
    """The second in between from which on another offset holds."""
    old = _offset(zone, before)
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // (2 * _SECOND))
        if _offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: str, at: datetime) -> timedelta:
    clock = zone_named(zone)
    if clock is None:
        raise LookupError(f"{zone!r} is no time zone")
    return at.astimezone(clock).utcoffset() or timedelta()
