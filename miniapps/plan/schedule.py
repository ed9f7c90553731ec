"""The dates and amounts of an instalment plan. Dates only: no clock, no zone, no hours."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from inthread.spi import Money

WEEKS: Mapping[str, int] = MappingProxyType({"weekly": 1, "fortnightly": 2})
FREQUENCIES = (*WEEKS, "monthly")
_COUNTS = (2, 3, 4, 6, 9, 12, 18, 24, 36, 48, 60)
_TO_MONDAY = {5: 2, 6: 1}


@dataclass(frozen=True)
class Instalment:
    """`left` is what is owed once this one is paid. `moved_from` is the Saturday or Sunday it would
    have fallen on."""

    due: date
    amount: Money
    left: Money
    moved_from: date | None = None


@dataclass(frozen=True)
class Option:
    frequency: str
    schedule: tuple[Instalment, ...]

    @property
    def key(self) -> str:
        """What the form sends: `monthly-4`."""
        return f"{self.frequency}-{len(self.schedule)}"


def options(
    owed: Money,
    *,
    least: Money,
    most: int,
    most_days_to_first: int,
    frequencies: tuple[str, ...],
    today: date,
) -> Iterator[Option]:
    """Every plan with at most *most* instalments (60 at the utmost), none of them below *least*.

    The first is due one period after *today*, or after *most_days_to_first* days if that is
    sooner. Raises ValueError for a frequency that is not one of FREQUENCIES.
    """
    most = min(most, _COUNTS[-1], owed.minor)
    counts = sorted({n for n in (*_COUNTS, most) if 2 <= n <= most})
    for frequency in frequencies:
        anchor, skipped = _anchor(frequency, today, today + timedelta(days=most_days_to_first))
        for count in counts:
            amounts = owed.split(count)
            if least <= amounts[-1]:
                days = [_step(frequency, anchor, n + skipped) for n in range(count)]
                yield Option(frequency, tuple(_instalments(owed, amounts, days)))


def _anchor(frequency: str, today: date, latest: date) -> tuple[date, int]:
    """The day the periods are counted from, and how many of them pass before the first payment.
    Counting all from one day keeps the 31st: 31 Jan, 28 Feb, 31 Mar."""
    return (today, 1) if _step(frequency, today, 1) <= latest else (latest, 0)


def _step(frequency: str, anchor: date, periods: int) -> date:
    if frequency in WEEKS:
        return anchor + timedelta(weeks=WEEKS[frequency] * periods)
    if frequency != "monthly":
        raise ValueError(f"{frequency!r} is not one of {', '.join(FREQUENCIES)}")
    years, month = divmod(anchor.month - 1 + periods, 12)
    year = anchor.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(anchor.day, last))


def _instalments(
    owed: Money, amounts: tuple[Money, ...], days: list[date]
) -> Iterator[Instalment]:
    left = owed
    for amount, day in zip(amounts, days, strict=True):
        left = left - amount
        due = _business_day(day)
        yield Instalment(due, amount, left, day if due != day else None)


def _business_day(day: date) -> date:
    """The day itself, or the Monday after its weekend. Public holidays are not known here."""
    return day + timedelta(days=_TO_MONDAY.get(day.weekday(), 0))
