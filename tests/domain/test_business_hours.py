"""Working time: the vectors, and what holds for every calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.business_hours import Calendar, Period, SpecialDay, due, worked

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NINE_TO_FIVE = (Period(540, 1020),)
TWO_A_DAY = (Period(540, 720), Period(780, 1020))


def office(
    zone: str = "America/New_York", day: tuple[Period, ...] = NINE_TO_FIVE,
    weekend: tuple[Period, ...] = (), **special: str,
) -> Calendar:
    """Monday to Friday; *special*: d20261126="Thanksgiving Day" is a holiday."""
    return Calendar("office", zone, (day,) * 5 + (weekend,) * 2, {
        date.fromisoformat(key[1:]): SpecialDay(name) for key, name in special.items()
    })


def local(text: str, zone: str = "America/New_York", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


PLAIN, SPLIT = office(), office(day=TWO_A_DAY)
FEAST = office(d20261126="Thanksgiving Day", d20261127="The day after")
EVE = Calendar("office", "America/New_York", PLAIN.week, {
    date(2026, 12, 24): SpecialDay("Christmas Eve", (Period(540, 720),)),
    date(2026, 12, 25): SpecialDay("Christmas Day"),
    date(2026, 12, 26): SpecialDay("Stocktaking", (Period(600, 660),)),
})


@pytest.mark.parametrize(("calendar", "start", "target", "wanted"), [
    # Friday 16:30 with an hour to go
    (PLAIN, "2026-11-20T16:30", HOUR, "2026-11-23T09:30"),
    (PLAIN, "2026-11-20T16:00", HOUR, "2026-11-20T17:00"),
    (PLAIN, "2026-11-18T10:00", 4 * HOUR, "2026-11-18T14:00"),
    (PLAIN, "2026-11-18T10:00", 8 * HOUR, "2026-11-19T10:00"),
    # outside hours: at night, before they begin, on a Sunday
    (PLAIN, "2026-11-18T03:00", HOUR, "2026-11-18T10:00"),
    (PLAIN, "2026-11-18T22:15", HOUR, "2026-11-19T10:00"),
    (PLAIN, "2026-11-22T12:00", HOUR, "2026-11-23T10:00"),
    (PLAIN, "2026-11-22T12:00", 8 * HOUR, "2026-11-23T17:00"),
    # the last minute, the exact end, the exact beginning
    (PLAIN, "2026-11-18T16:59", 2 * MINUTE, "2026-11-19T09:01"),
    (PLAIN, "2026-11-18T16:59", MINUTE, "2026-11-18T17:00"),
    (PLAIN, "2026-11-18T17:00", MINUTE, "2026-11-19T09:01"),
    (PLAIN, "2026-11-18T09:00", 8 * HOUR, "2026-11-18T17:00"),
    # nothing to do is due at once, whenever it is
    (PLAIN, "2026-11-18T10:00", 0 * HOUR, "2026-11-18T10:00"),
    (PLAIN, "2026-11-22T12:00", 0 * HOUR, "2026-11-22T12:00"),
    (PLAIN, "2026-11-18T17:00", 0 * HOUR, "2026-11-18T17:00"),
    # two periods a day
    (SPLIT, "2026-11-18T11:30", HOUR, "2026-11-18T13:30"),
    (SPLIT, "2026-11-18T11:30", MINUTE / 2, "2026-11-18T11:30:30"),
    (SPLIT, "2026-11-18T11:00", HOUR, "2026-11-18T12:00"),
    (SPLIT, "2026-11-18T12:15", HOUR, "2026-11-18T14:00"),
    (SPLIT, "2026-11-20T16:30", 4 * HOUR, "2026-11-23T13:30"),
    # holidays: on one, before two and a weekend
    (FEAST, "2026-11-26T10:00", HOUR, "2026-11-30T10:00"),
    (FEAST, "2026-11-25T16:30", HOUR, "2026-11-30T09:30"),
    (FEAST, "2026-11-25T16:30", MINUTE * 30, "2026-11-25T17:00"),
    # a half day, a holiday, and a Saturday that is worked
    (EVE, "2026-12-24T11:00", 2 * HOUR, "2026-12-26T11:00"),
    (EVE, "2026-12-24T11:00", 3 * HOUR, "2026-12-28T10:00"),
    (EVE, "2026-12-24T13:00", HOUR / 2, "2026-12-26T10:30"),
    # years: 2,087 weekdays of 8 hours
    (PLAIN, "2026-01-01T09:00", timedelta(hours=8 * 261), "2026-12-31T17:00"),
    (PLAIN, "2026-01-01T09:00", timedelta(hours=8 * 2610), "2036-01-02T17:00"),
])
def test_due(calendar: Calendar, start: str, target: timedelta, wanted: str) -> None:
    came = due(calendar, local(start), target)
    assert came.astimezone(ZoneInfo("America/New_York")).replace(tzinfo=None).isoformat() == (
        datetime.fromisoformat(wanted).isoformat()
    )
    assert worked(calendar, local(start), came) == target


NIGHT = (Period(0, 360), Period(1320, 1440))
ALWAYS = ((Period(0, 1440),),) * 7


@pytest.mark.parametrize(("zone", "day", "start", "target", "wanted"), [
    # the hour that is skipped is not worked: 01:30 to 03:00 of the wall is half an hour
    ("America/New_York", NIGHT, "2026-03-08T01:30", HOUR, "2026-03-08T07:30:00+00:00"),
    ("Europe/Berlin", NIGHT, "2026-03-29T01:30", HOUR, "2026-03-29T01:30:00+00:00"),
    ("Australia/Lord_Howe", NIGHT, "2026-10-04T01:30", HOUR, "2026-10-03T16:00:00+00:00"),
    # the hour that comes twice is worked twice
    ("America/New_York", NIGHT, "2026-11-01T00:30", 2 * HOUR, "2026-11-01T06:30:00+00:00"),
    ("Europe/Berlin", NIGHT, "2026-10-25T01:30", 2 * HOUR, "2026-10-25T01:30:00+00:00"),
    ("Australia/Lord_Howe", NIGHT, "2026-04-05T01:00", 2 * HOUR, "2026-04-04T16:00:00+00:00"),
    # a period that begins in what is skipped begins when the clock has jumped
    ("America/New_York", (Period(150, 300),), "2026-03-08T00:00", HOUR,
     "2026-03-08T08:00:00+00:00"),
    # a period that ends in what comes twice is worked in both, with a break
    ("America/New_York", (Period(30, 90),), "2026-11-01T00:30", 75 * MINUTE,
     "2026-11-01T06:15:00+00:00"),
    # the clock is put back over midnight, and the day comes again
    ("America/Sao_Paulo", (Period(1380, 1440),), "2018-02-17T23:00", 2 * HOUR,
     "2018-02-18T03:00:00+00:00"),
    # a day that there never was
    ("Pacific/Apia", NINE_TO_FIVE, "2011-12-29T16:30", HOUR, "2011-12-30T19:30:00+00:00"),
    # no change: half an hour off, and none at all
    ("Asia/Kolkata", NINE_TO_FIVE, "2026-11-20T16:30", HOUR, "2026-11-21T04:00:00+00:00"),
    ("UTC", NINE_TO_FIVE, "2026-11-20T16:30", HOUR, "2026-11-21T09:30:00+00:00"),
])
def test_nights_on_which_the_clocks_change(
    zone: str, day: tuple[Period, ...], start: str, target: timedelta, wanted: str
) -> None:
    calendar = Calendar("any", zone, (day,) * 7)
    begins = local(start, zone)
    came = due(calendar, begins, target)
    assert came.isoformat() == wanted
    assert worked(calendar, begins, came) == target


def test_working_through_the_change_is_an_hour_less_or_more() -> None:
    calendar = Calendar("always", "America/New_York", ALWAYS)
    for day, hours in (("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-02", 24)):
        begins = local(f"{day}T00:00")
        ends = local(f"{(date.fromisoformat(day) + timedelta(days=1)).isoformat()}T00:00")
        assert worked(calendar, begins, ends) == timedelta(hours=hours)


def test_a_day_is_the_longest_of_the_week() -> None:
    short_friday = Calendar(
        "c", "America/New_York", (TWO_A_DAY,) * 4 + ((Period(540, 720),),) + ((),) * 2
    )
    assert (PLAIN.day, SPLIT.day, short_friday.day) == (8 * HOUR, 7 * HOUR, 7 * HOUR)
    assert PLAIN.target(timedelta(days=2, hours=1, minutes=5)) == 17 * HOUR + 5 * MINUTE
    start = local("2026-11-20T16:30")
    assert due(PLAIN, start, PLAIN.target(timedelta(days=2))) == local("2026-11-24T16:30")
    assert due(SPLIT, start, SPLIT.target(timedelta(days=5))) == local("2026-11-27T16:30")


def test_work_of_an_interval() -> None:
    friday, monday = local("2026-11-20T16:30"), local("2026-11-23T09:10")
    assert worked(PLAIN, friday, monday) == 40 * MINUTE
    assert worked(PLAIN, monday, friday) == -40 * MINUTE
    assert worked(PLAIN, local("2026-11-21T00:00"), local("2026-11-22T23:00")) == timedelta()
    assert worked(PLAIN, friday, friday) == timedelta()


@pytest.mark.parametrize(("at", "is_open"), [
    ("2026-11-18T08:59:59", False), ("2026-11-18T09:00", True), ("2026-11-18T16:59:59", True),
    ("2026-11-18T17:00", False), ("2026-11-21T10:00", False), ("2026-11-26T10:00", False),
])
def test_open_at(at: str, is_open: bool) -> None:
    assert FEAST.open_at(local(at)) is is_open


@pytest.mark.parametrize("made", [
    lambda: Calendar("c", "Mars/Olympus", PLAIN.week),
    lambda: Calendar("c", "UTC", ((),) * 7),
    lambda: Calendar("c", "UTC", (NINE_TO_FIVE,) * 6),
    lambda: Period(600, 600), lambda: Period(600, 540), lambda: Period(-1, 5),
    lambda: Period(0, 1441),
    lambda: due(PLAIN, local("2026-11-18T09:00"), -MINUTE),
    lambda: due(PLAIN, datetime(9989, 12, 31, 23, tzinfo=UTC), 100 * HOUR),
])
def test_what_no_calendar_is(made) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"zone|week|period|target|time"):
        made()


# --- what holds for every calendar -----------------------------------------------------------

ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC",
         "America/Sao_Paulo")


@st.composite
def days(draw: st.DrawFn) -> tuple[Period, ...]:
    cuts = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return tuple(Period(15 * a, 15 * b) for a, b in pairs)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = [draw(days()) for _ in range(6)] + [NINE_TO_FIVE]
    special = draw(st.dictionaries(
        st.dates(date(2026, 10, 20), date(2026, 11, 10)), days(), max_size=5
    ))
    return Calendar("any", draw(st.sampled_from(ZONES)), tuple(week), {
        day: SpecialDay("another", periods) for day, periods in special.items()
    })


# Around the nights on which the clocks change in autumn, to the minute.
instants = st.integers(0, 21 * 1440).map(
    lambda n: datetime(2026, 10, 20, tzinfo=UTC) + n * MINUTE
)
targets = st.integers(0, 6000).map(lambda n: n * MINUTE)


@given(calendars(), instants, targets, targets)
def test_more_is_never_due_earlier_and_parts_add_up(
    calendar: Calendar, start: datetime, one: timedelta, more: timedelta
) -> None:
    first, both = due(calendar, start, one), due(calendar, start, one + more)
    assert start <= first <= both
    assert due(calendar, first, more) == both
    assert worked(calendar, start, both) == one + more
    assert worked(calendar, start, first) + worked(calendar, first, both) == one + more


@given(calendars(), instants, instants, targets)
def test_later_is_never_due_earlier(
    calendar: Calendar, a: datetime, b: datetime, target: timedelta
) -> None:
    earlier, later = sorted((a, b))
    assert due(calendar, earlier, target) <= due(calendar, later, target)


@given(calendars(), instants, st.integers(0, 4000))
def test_it_is_what_counting_minutes_finds(
    calendar: Calendar, start: datetime, minutes: int
) -> None:
    """Minute by minute by the clock on the wall."""
    end, counted = start + minutes * MINUTE, 0
    clock = ZoneInfo(calendar.zone)
    for n in range(minutes):
        at = (start + n * MINUTE).astimezone(clock)
        of_day = at.hour * 60 + at.minute
        counted += any(p.opens <= of_day < p.closes for p in calendar.periods(at.date()))
    assert worked(calendar, start, end) == counted * MINUTE
    if counted:
        assert due(calendar, start, counted * MINUTE) <= end
        assert due(calendar, start, (counted + 1) * MINUTE) > end
