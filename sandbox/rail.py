"""The days of a case as a strip: midnights, daylight, where now is, and what happened when. Numbers
only: places are percent of the strip's width."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sandbox.site import zone_of

WEEK = 8
MOST = 32
LIGHT = (time(8), time(21))


@dataclass(frozen=True)
class Day:
    x: str
    middle: str
    width: str
    weekday: str
    number: str
    today: bool


@dataclass(frozen=True)
class Rail:
    """`light`: (x, width) of each day. `marks`: (x, kind)."""

    days: tuple[Day, ...]
    light: tuple[tuple[str, str], ...]
    now: str
    marks: tuple[tuple[str, str], ...]


def rail(since: float, now: float, happened: Iterable[tuple[float, str]], zone: str) -> Rail:
    """From the day of *since*, for a week and a day or as long as it has gone on; the last days of
    a long one. *happened*: (when, kind)."""
    where = zone_of(zone)
    today, first = _date(now, where), _date(since, where)
    count = max(WEEK, (today - first).days + 2)
    if count > MOST:
        first, count = today - timedelta(days=MOST - 2), MOST
    starts = [_midnight(first + timedelta(days=n), where) for n in range(count + 1)]
    whole = starts[-1] - starts[0]

    def x(at: float) -> str:
        return f"{min(100.0, max(0.0, (at - starts[0]) / whole * 100)):.2f}%"

    def wide(start: float, end: float) -> str:
        return f"{(end - start) / whole * 100:.2f}%"

    days = [_at(first + timedelta(days=n), where) for n in range(count)]
    return Rail(
        tuple(
            Day(x(a), x((a + b) / 2), wide(a, b), f"{day:%a}", f"{day:%-d}", day.date() == today)
            for a, b, day in zip(starts, starts[1:], days, strict=False)
        ),
        tuple(
            (x(dawn), wide(dawn, dusk))
            for n in range(count)
            for dawn, dusk in [_light(first + timedelta(days=n), where)]
        ),
        x(now),
        tuple((x(at), kind) for at, kind in happened if starts[0] <= at <= starts[-1]),
    )


def _date(at: float, where: tzinfo | None) -> date:
    return datetime.fromtimestamp(at, UTC).astimezone(where).date()


def _at(day: date, where: tzinfo | None, hour: time = time()) -> datetime:
    local = datetime.combine(day, hour)
    return local.replace(tzinfo=where) if where else local.astimezone()


def _midnight(day: date, where: tzinfo | None) -> float:
    return _at(day, where).timestamp()


def _light(day: date, where: tzinfo | None) -> tuple[float, float]:
    dawn, dusk = LIGHT
    return _at(day, where, dawn).timestamp(), _at(day, where, dusk).timestamp()
