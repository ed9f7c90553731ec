"""The dates and amounts of an instalment plan. Dates only: no clock, no zone, no hours."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from inthread.spi import Money

WEEKS: Mapping[str, int] = MappingProxyType({"weekly": 1, "fortnightly": 2})
MONTH_ENDS = "month_ends"
FREQUENCIES = (*WEEKS, "monthly", MONTH_ENDS)
_COUNTS = (2, 3, 4, 6, 9, 12, 18, 24, 36, 48, 60)
_TO_MONDAY = {5: 2, 6: 1}
_TO_FRIDAY = {5: -1, 6: -2}


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


@dataclass(frozen=True)
class Rules:
    """What policy asks of a plan. `fewest` and `most` instalments, none of them below `least`; the
    first at most `most_days_to_first` days from `today`, the last one not after `latest_end`.
    `business_days`: no date falls on a weekend."""

    least: Money
    fewest: int
    most: int
    most_days_to_first: int
    frequencies: tuple[str, ...]
    today: date
    latest_end: date | None = None
    business_days: bool = True


def options(owed: Money, rules: Rules) -> Iterator[Option]:
    """Every plan that splits *owed* by the rules, of 2 to 60 instalments.

    The first is due one period after today, or after `most_days_to_first` days if that is sooner;
    month ends begin with the first one to come, and are not offered when that is too far away.
    Raises ValueError for a frequency that is not one of FREQUENCIES.
    """
    fewest, most = max(rules.fewest, 2), min(rules.most, _COUNTS[-1], owed.minor)
    counts = sorted({n for n in (*_COUNTS, fewest, most) if fewest <= n <= most})
    for frequency in rules.frequencies:
        start = _start(frequency, rules)
        for count in counts if start else ():
            option = _option(owed, count, frequency, start, rules)
            if option is not None:
                yield option


def _option(
    owed: Money, count: int, frequency: str, start: tuple[date, int] | None, rules: Rules
) -> Option | None:
    amounts = owed.split(count)
    if start is None or not rules.least <= amounts[-1]:
        return None
    anchor, skipped = start
    days = [_step(frequency, anchor, n + skipped) for n in range(count)]
    schedule = tuple(_instalments(owed, amounts, days, frequency, rules))
    if rules.latest_end is not None and schedule[-1].due > rules.latest_end:
        return None
    return Option(frequency, schedule)


def _start(frequency: str, rules: Rules) -> tuple[date, int] | None:
    """The day the periods are counted from, and how many of them pass before the first payment.
    Counting all from one day keeps the 31st: 31 Jan, 28 Feb, 31 Mar."""
    today, latest = rules.today, rules.today + timedelta(days=rules.most_days_to_first)
    if frequency != MONTH_ENDS:
        return (today, 1) if _step(frequency, today, 1) <= latest else (latest, 0)
    this_month = _due(_step(MONTH_ENDS, today, 0), MONTH_ENDS, rules)
    skipped = 0 if this_month > today else 1
    first = _due(_step(MONTH_ENDS, today, skipped), MONTH_ENDS, rules)
    return (today, skipped) if first <= latest else None


def _step(frequency: str, anchor: date, periods: int) -> date:
    if frequency in WEEKS:
        return anchor + timedelta(weeks=WEEKS[frequency] * periods)
    if frequency not in FREQUENCIES:
        raise ValueError(f"{frequency!r} is not one of {', '.join(FREQUENCIES)}")
    years, month = divmod(anchor.month - 1 + periods, 12)
    year = anchor.year + years
    last = calendar.monthrange(year, month + 1)[1]
    wanted = last if frequency == MONTH_ENDS else anchor.day
    return date(year, month + 1, min(wanted, last))


def _instalments(
    owed: Money, amounts: tuple[Money, ...], days: list[date], frequency: str, rules: Rules
) -> Iterator[Instalment]:
    left = owed
    for amount, day in zip(amounts, days, strict=True):
        left = left - amount
        due = _due(day, frequency, rules)
        yield Instalment(due, amount, left, day if due != day else None)


def _due(day: date, frequency: str, rules: Rules) -> date:
    """The day itself; off a weekend to the Monday after it, and from a month's end to the Friday
    before, so that it stays in its month. Public holidays are not known here."""
    if not rules.business_days:
        return day
    moved = _TO_FRIDAY if frequency == MONTH_ENDS else _TO_MONDAY
    return day + timedelta(days=moved.get(day.weekday(), 0))
