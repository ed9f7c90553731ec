"""When a message may go (R4.2, A62): tables of people, days and the instants that matter, in UTC.

Each row of DAYS is one local day: the first instant that is open and the first that is shut again.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.hours import (
    NO_PREFERENCES,
    Preferences,
    next_opening,
    shut,
)
from inthread.domain.jurisdiction import ALL_DAY, Hours, Window
from inthread.domain.places import Place
from tests.domain import packs
from tests.domain.packs import utc, who

SECOND, QUARTER = timedelta(seconds=1), timedelta(minutes=15)
NEW_YORK = who(zone="America/New_York")
EAST_AND_WEST = who(packs.MANHATTAN, country="US", region="CA")
UNKNOWN = who(packs.FICTIONAL)
KENTUCKY, INDIANA = who(country="US", region="KY"), who(country="US", region="IN")
ADELAIDE = who(country="AU", zone="Australia/Adelaide")
INDIA = who(country="IN", zone="Asia/Kolkata")
TEXAS, RHODE_ISLAND = who(packs.HOUSTON), who(packs.PROVIDENCE)
BRITAIN = who(packs.LONDON)

DAYS: dict[str, tuple[tuple[Place, ...], str, str]] = {
    "an ordinary day": (NEW_YORK, "2026-01-15T13:00", "2026-01-16T02:00"),
    "before clocks go forward": (NEW_YORK, "2026-03-07T13:00", "2026-03-08T02:00"),
    "clocks went forward": (NEW_YORK, "2026-03-08T12:00", "2026-03-09T01:00"),
    "before clocks go back": (NEW_YORK, "2026-10-31T12:00", "2026-11-01T01:00"),
    "clocks went back": (NEW_YORK, "2026-11-01T13:00", "2026-11-02T02:00"),
    "the year's last day": (NEW_YORK, "2026-12-31T13:00", "2027-01-01T02:00"),
    "the year's first day": (NEW_YORK, "2027-01-01T13:00", "2027-01-02T02:00"),
    "a leap day": (NEW_YORK, "2028-02-29T13:00", "2028-03-01T02:00"),
    # Reg F's own example: 11:00-21:00 Eastern.
    "east and west": (EAST_AND_WEST, "2026-07-01T15:00", "2026-07-02T01:00"),
    "east and west, forward": (EAST_AND_WEST, "2026-03-08T15:00", "2026-03-09T01:00"),
    "east and west, back": (EAST_AND_WEST, "2026-11-01T16:00", "2026-11-02T02:00"),
    # 13:00-21:00 Eastern in winter, 14:00-21:00 in summer: Hawaii never changes its clocks.
    "unknown, winter": (UNKNOWN, "2026-01-15T18:00", "2026-01-16T02:00"),
    "unknown, summer": (UNKNOWN, "2026-07-15T18:00", "2026-07-16T01:00"),
    "unknown, forward": (UNKNOWN, "2026-03-08T18:00", "2026-03-09T01:00"),
    "unknown, back": (UNKNOWN, "2026-11-01T18:00", "2026-11-02T02:00"),
    "Kentucky": (KENTUCKY, "2026-07-01T13:00", "2026-07-02T01:00"),
    "Kentucky by number": (
        who(packs.WESTERN_KENTUCKY), "2026-07-01T13:00", "2026-07-02T01:00",
    ),
    "Indiana": (INDIANA, "2026-11-01T14:00", "2026-11-02T02:00"),
    "Indiana by number": (who(packs.SOUTHERN_INDIANA), "2026-11-01T14:00", "2026-11-02T02:00"),
    "Arizona and the Navajo Nation": (
        who(country="US", region="AZ"), "2026-07-01T15:00", "2026-07-02T03:00",
    ),
    "Puerto Rico": (who(packs.SAN_JUAN), "2026-07-01T12:00", "2026-07-02T01:00"),
    "half an hour off": (INDIA, "2026-01-15T03:30", "2026-01-15T14:30"),
    "half an hour off, forward": (ADELAIDE, "2026-10-03T22:30", "2026-10-04T09:30"),
    "half an hour off, back": (ADELAIDE, "2026-04-04T23:30", "2026-04-05T10:30"),
    # Its 08 numbers are those of Western Australia too.
    "half an hour and more": (who(packs.ADELAIDE), "2026-10-04T01:00", "2026-10-04T09:30"),
    "Britain in winter": (BRITAIN, "2026-01-15T08:00", "2026-01-15T20:00"),
    "Britain in summer": (BRITAIN, "2026-07-15T07:00", "2026-07-15T19:00"),
    "Florida": (who(packs.MIAMI), "2026-01-15T13:00", "2026-01-16T01:00"),
    "Florida, both zones": (
        who(country="US", region="FL"), "2026-01-15T14:00", "2026-01-16T01:00",
    ),
    "Florida's west by number": (
        who(packs.TALLAHASSEE), "2026-01-15T14:00", "2026-01-16T01:00",
    ),
    "Oklahoma": (who(packs.OKLAHOMA_CITY), "2026-01-15T14:00", "2026-01-16T02:00"),
    "Maryland": (who(packs.BALTIMORE), "2026-01-15T13:00", "2026-01-16T01:00"),
    "Mississippi": (who(packs.JACKSON_MS), "2026-01-15T14:00", "2026-01-16T02:00"),
    "New Jersey": (who(packs.NEWARK), "2026-01-15T13:00", "2026-01-16T01:00"),
    "Connecticut": (who(packs.HARTFORD), "2026-01-15T14:00", "2026-01-16T01:00"),
    "Texas, Saturday": (TEXAS, "2026-01-17T15:00", "2026-01-18T03:00"),
    "Texas, Sunday": (TEXAS, "2026-01-18T18:00", "2026-01-19T03:00"),
    "Texas, Sunday, forward": (TEXAS, "2026-03-08T17:00", "2026-03-09T02:00"),
    "Texas, Monday": (TEXAS, "2026-01-19T15:00", "2026-01-20T03:00"),
    "El Paso": (who(packs.EL_PASO), "2026-01-19T16:00", "2026-01-20T04:00"),
    "Rhode Island, Friday": (RHODE_ISLAND, "2026-01-16T14:00", "2026-01-16T23:00"),
    "Rhode Island, Saturday": (RHODE_ISLAND, "2026-01-17T15:00", "2026-01-17T22:00"),
    "Rhode Island, Sunday": (RHODE_ISLAND, "2026-01-18T15:00", "2026-01-18T22:00"),
    "one state's number, another's address": (
        who(packs.PROVIDENCE, country="US", region="CT"), "2026-01-15T14:00", "2026-01-15T23:00",
    ),
}


def reasons(places, text, prefers=NO_PREFERENCES, narrow=ALL_DAY):
    return shut(places, prefers, narrow, utc(text))


@pytest.mark.parametrize("day", DAYS)
def test_a62_r4_2_a_day_opens_and_shuts_to_the_second(day: str) -> None:
    places, opens, closes = DAYS[day]
    first, end = utc(opens), utc(closes)
    found = {
        at: shut(places, NO_PREFERENCES, ALL_DAY, at)
        for at in (first - SECOND, first, end - SECOND, end)
    }
    assert found == {
        first - SECOND: ("outside_hours",), first: (), end - SECOND: (), end: ("outside_hours",),
    }


@pytest.mark.parametrize("day", DAYS)
def test_r4_3_what_is_held_over_night_goes_at_the_opening(day: str) -> None:
    places, opens, _ = DAYS[day]
    for before in (SECOND, timedelta(hours=1), timedelta(microseconds=1)):
        at = next_opening(places, NO_PREFERENCES, ALL_DAY, utc(opens) - before)
        assert at == utc(opens)


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01", "2026-12-31", "2026-07-04"])
@pytest.mark.parametrize(("at", "goes"), [
    ("07:59:59", False), ("07:59:59.999999", False), ("08:00:00", True),
    ("20:59:59", True), ("20:59:59.999999", True), ("21:00:00", False),
])
def test_a62_on_the_persons_own_clock(day: str, at: str, goes: bool) -> None:
    for zone in ("America/New_York", "America/Los_Angeles", "America/Phoenix"):
        local = datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=ZoneInfo(zone))
        asked = shut(who(zone=zone), NO_PREFERENCES, ALL_DAY, local)
        assert asked == (() if goes else ("outside_hours",))


WORK_HOURS = Window(time(9), time(17, 30))


@pytest.mark.parametrize(("places", "prefers", "narrow", "at", "why"), [
    (NEW_YORK, Preferences(not_before=time(11)), ALL_DAY, "2026-01-15T15:59:59",
     ("stated_inconvenient",)),
    (NEW_YORK, Preferences(not_before=time(11)), ALL_DAY, "2026-01-15T16:00", ()),
    (NEW_YORK, Preferences(not_after=time(18)), ALL_DAY, "2026-01-15T22:59:59", ()),
    (NEW_YORK, Preferences(not_after=time(18)), ALL_DAY, "2026-01-15T23:00",
     ("stated_inconvenient",)),
    (NEW_YORK, Preferences(not_on=frozenset({3})), ALL_DAY, "2026-01-15T16:00",
     ("stated_inconvenient",)),
    (NEW_YORK, Preferences(not_on=frozenset({3})), ALL_DAY, "2026-01-16T16:00", ()),
    # Said of each place: 11:00 in California is 14:00 in New York.
    (EAST_AND_WEST, Preferences(not_before=time(11)), ALL_DAY, "2026-01-15T18:59:59",
     ("stated_inconvenient",)),
    (EAST_AND_WEST, Preferences(not_before=time(11)), ALL_DAY, "2026-01-15T19:00", ()),
    (NEW_YORK, NO_PREFERENCES, WORK_HOURS, "2026-01-15T13:59:59", ("outside_workflow_hours",)),
    (NEW_YORK, NO_PREFERENCES, WORK_HOURS, "2026-01-15T14:00", ()),
    (NEW_YORK, NO_PREFERENCES, WORK_HOURS, "2026-01-15T22:30", ("outside_workflow_hours",)),
    (NEW_YORK, Preferences(not_before=time(11)), WORK_HOURS, "2026-01-15T12:00",
     ("outside_hours", "outside_workflow_hours", "stated_inconvenient")),
    (BRITAIN, NO_PREFERENCES, ALL_DAY, "2026-12-25T12:00", ("holiday",)),
    (BRITAIN, NO_PREFERENCES, ALL_DAY, "2026-12-27T12:00", ("outside_hours",)),
    (BRITAIN, NO_PREFERENCES, ALL_DAY, "2026-12-28T12:00", ("holiday",)),
    (BRITAIN, NO_PREFERENCES, ALL_DAY, "2026-12-28T21:00", ("holiday", "outside_hours")),
    # A holiday is one where it is kept, on that place's own date.
    (NEW_YORK, NO_PREFERENCES, ALL_DAY, "2026-12-25T15:00", ()),
    (who(packs.LONDON, zone="America/New_York", country="US"), NO_PREFERENCES, ALL_DAY,
     "2026-12-25T15:00", ("holiday",)),
    ((), NO_PREFERENCES, ALL_DAY, "2026-01-15T16:00", ("no_place",)),
])
def test_r4_2_why_it_is_shut(places, prefers, narrow, at, why) -> None:
    assert reasons(places, at, prefers, narrow) == why


@pytest.mark.parametrize(("places", "prefers", "narrow", "now", "opening"), [
    # Open already: now.
    (NEW_YORK, NO_PREFERENCES, ALL_DAY, "2026-01-15T15:30:12.000345",
     "2026-01-15T15:30:12.000345"),
    (NEW_YORK, NO_PREFERENCES, ALL_DAY, "2026-01-01T02:00", "2026-01-01T13:00"),
    (NEW_YORK, Preferences(not_before=time(11)), ALL_DAY, "2026-10-31T16:00",
     "2026-10-31T16:00"),
    (NEW_YORK, Preferences(not_before=time(11)), ALL_DAY, "2026-11-01T01:30",
     "2026-11-01T16:00"),
    # Four days at the year's end: Christmas, Boxing Day, Sunday, the substitute.
    (BRITAIN, NO_PREFERENCES, ALL_DAY, "2026-12-24T20:00", "2026-12-29T08:00"),
    (BRITAIN, NO_PREFERENCES, ALL_DAY, "2026-12-31T23:59:59", "2027-01-02T08:00"),
    (TEXAS, NO_PREFERENCES, ALL_DAY, "2026-01-18T03:00", "2026-01-18T18:00"),
    (NEW_YORK, Preferences(not_on=frozenset(range(6))), ALL_DAY, "2026-01-19T03:00",
     "2026-01-25T13:00"),
    # London opens at 08:00 UTC when Auckland has been shut for an hour; in July they meet.
    (who(packs.LONDON, packs.AUCKLAND), NO_PREFERENCES, ALL_DAY, "2026-01-05T00:00", None),
    (who(packs.LONDON, packs.AUCKLAND), NO_PREFERENCES, ALL_DAY, "2026-07-06T12:00",
     "2026-07-07T07:00"),
    (NEW_YORK, Preferences(not_before=time(21)), ALL_DAY, "2026-01-15T15:00", None),
    (NEW_YORK, Preferences(not_before=time(12), not_after=time(12)), ALL_DAY,
     "2026-01-15T15:00", None),
    (NEW_YORK, Preferences(not_on=frozenset(range(7))), ALL_DAY, "2026-01-15T15:00", None),
    ((), NO_PREFERENCES, ALL_DAY, "2026-01-15T15:00", None),
])
def test_r4_3_when_it_opens_next(places, prefers, narrow, now, opening) -> None:
    expected = None if opening is None else utc(opening)
    assert next_opening(places, prefers, narrow, utc(now)) == expected


def test_the_answer_is_in_utc_whatever_clock_was_asked_by() -> None:
    now = datetime(2026, 1, 15, 22, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    opening = next_opening(NEW_YORK, NO_PREFERENCES, ALL_DAY, now - timedelta(hours=1))
    assert opening is not None
    assert (opening.tzinfo, opening) == (UTC, utc("2026-01-15T13:00"))


def test_an_opening_beyond_the_time_looked_at_is_none() -> None:
    now, day = utc("2026-01-15T03:00"), timedelta(days=1)
    assert next_opening(NEW_YORK, NO_PREFERENCES, ALL_DAY, now, timedelta(hours=10)) == (
        utc("2026-01-15T13:00")
    )
    assert next_opening(
        NEW_YORK, NO_PREFERENCES, ALL_DAY, now, timedelta(hours=10) - SECOND
    ) is None
    holidays = frozenset(date(2026, 1, 14) + n * day for n in range(15))
    closed = Place(
        "America/New_York", "US", "us", None, NEW_YORK[0].hours, "stated_zone", holidays
    )
    assert next_opening((closed,), NO_PREFERENCES, ALL_DAY, now) is None


def at_night(zone: str, opens: str, closes: str) -> tuple[Place, ...]:
    window = Window(time.fromisoformat(opens), time.fromisoformat(closes))
    return (Place(zone, "US", "us", None, Hours((window,) * 7), "stated_zone"),)


@pytest.mark.parametrize(("places", "now", "opening"), [
    # 02:30 does not come on this night: at 03:00 summer time, 07:00 UTC, it is past it.
    (at_night("America/New_York", "02:30", "04:00"), "2026-03-08T05:00", "2026-03-08T07:00"),
    # 01:15 comes twice: at 05:15 and again at 06:15 UTC, after an hour that is half shut.
    (at_night("America/New_York", "01:15", "01:45"), "2026-11-01T04:00", "2026-11-01T05:15"),
    (at_night("America/New_York", "01:15", "01:45"), "2026-11-01T05:45", "2026-11-01T06:15"),
    # Half past midnight comes before the clocks change.
    (at_night("America/New_York", "00:30", "04:00"), "2026-03-07T20:00", "2026-03-08T05:30"),
    # The clock is put back into a window that had shut.
    (at_night("America/New_York", "00:30", "01:30"), "2026-11-01T05:30", "2026-11-01T06:00"),
    # Half an hour, on Lord Howe: 02:15 is skipped, and 01:45 comes twice.
    (at_night("Australia/Lord_Howe", "02:15", "03:00"), "2026-10-03T14:00", "2026-10-03T15:30"),
    (at_night("Australia/Lord_Howe", "01:40", "01:50"), "2026-04-04T14:50", "2026-04-04T15:10"),
])
def test_a62_windows_within_the_nights_on_which_clocks_change(places, now, opening) -> None:
    assert next_opening(places, NO_PREFERENCES, ALL_DAY, utc(now)) == utc(opening)


PEOPLE = [
    NEW_YORK, EAST_AND_WEST, UNKNOWN, KENTUCKY, ADELAIDE, TEXAS, RHODE_ISLAND, BRITAIN,
    who(packs.LONDON, packs.AUCKLAND), who(packs.MIAMI, packs.LONDON),
    who(country="AU", zone="Australia/Lord_Howe"), at_night("America/New_York", "00:30", "02:15"),
]
quarters = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
preferences = st.builds(
    Preferences, st.none() | quarters, st.none() | quarters, st.frozensets(st.integers(0, 6)),
)
windows = st.just(ALL_DAY) | st.builds(Window, quarters, quarters)
instants = st.integers(0, 3 * 365 * 86400).map(
    lambda seconds: utc("2026-01-01T00:00") + timedelta(seconds=seconds)
)
nights = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes),
    st.sampled_from([utc(f"{day}T00:00") for day in (
        "2026-03-07", "2026-03-08", "2026-10-31", "2026-11-01", "2026-04-04", "2026-10-03",
        "2026-12-24", "2026-12-31", "2027-03-27", "2028-02-28",
    )]),
    st.integers(0, 2 * 1440),
)


@given(st.sampled_from(PEOPLE), preferences, windows, instants | nights)
def test_r4_2_the_next_opening_is_open_and_none_is_earlier(places, prefers, narrow, now) -> None:
    """All that begins or ends here does so on a quarter of an hour, so every quarter is asked."""
    opening = next_opening(places, prefers, narrow, now)
    end = opening if opening is not None else now + timedelta(days=14)
    at = now + (utc("2026-01-01T00:00") - now) % QUARTER
    while at < end:
        assert shut(places, prefers, narrow, at) != ()
        at += QUARTER
    if opening is not None:
        assert now <= opening <= now + timedelta(days=14)
        assert shut(places, prefers, narrow, opening) == ()
        assert opening == now or shut(places, prefers, narrow, opening - SECOND) != ()
