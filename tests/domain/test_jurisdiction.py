"""The packs that ship: their rules, and their tables beside what others know."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from phonenumbers.geodata import GEOCODE_DATA

from inthread.domain.contact_point import known_region
from inthread.domain.jurisdiction import Window, pack_of
from inthread.domain.places import places_of
from inthread.domain.zones import zones_of_country
from tests.domain.packs import PACKS

US, UK, NEUTRAL = PACKS["us"], PACKS["uk"], PACKS["neutral"]
STATES = {
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN",
    "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH",
    "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT",
    "VT", "VA", "WA", "WV", "WI", "WY",
}
OWN_HOURS = {
    "CT": "Connecticut", "FL": "Florida", "MD": "Maryland", "MS": "Mississippi",
    "NJ": "New Jersey", "OK": "Oklahoma", "RI": "Rhode Island", "TX": "Texas",
}


def hours(opens: int, closes: int) -> Window:
    return Window(time(opens), time(closes))


@pytest.mark.parametrize(("hours_of", "days"), [
    (US.hours, [hours(8, 21)] * 7),
    (US.regions["FL"].hours, [hours(8, 20)] * 7),
    (US.regions["OK"].hours, [hours(8, 20)] * 7),
    (US.regions["MD"].hours, [hours(8, 20)] * 7),
    (US.regions["MS"].hours, [hours(8, 20)] * 7),
    (US.regions["NJ"].hours, [hours(8, 20)] * 7),
    (US.regions["CT"].hours, [hours(9, 20)] * 7),
    (US.regions["TX"].hours, [hours(9, 21)] * 6 + [hours(12, 21)]),
    (US.regions["RI"].hours, [hours(9, 18)] * 5 + [hours(10, 17)] * 2),
    (UK.hours, [hours(8, 20)] * 6 + [None]),
    (NEUTRAL.hours, [hours(9, 20)] * 7),
])
def test_hours(hours_of, days) -> None:
    assert list(hours_of.days) == days


def test_limits() -> None:
    found = {
        pack.key: (pack.per_day, pack.calls_per_week, pack.fresh_days, pack.opt_out_in)
        for pack in PACKS.values()
    }
    assert found == {
        "us": (3, 7, {"collections": 60}, {"collections"}),
        "uk": (2, None, {}, {"collections"}),
        "neutral": (1, None, {}, {"collections", "service"}),
    }


def test_each_pack_says_its_version_and_sources() -> None:
    cited = "\n".join(US.sources)
    for rule in ("64.1200(c)(1)", "1006.6(b)(1)(i)", "1006.14(b)(2)", "1006.6(d)(5)"):
        assert rule in cited
    assert [state for state in OWN_HOURS if not re.search(rf"^{state} ", cited, re.M)] == []
    assert "CONC 7.9.4R" in UK.sources[0]
    assert {pack.version for pack in PACKS.values()} == {"2026-11"}


def test_every_state_and_territory_has_its_zones() -> None:
    assert set(US.regions) == {*STATES, *US.countries[1:]}
    assert [code for code in US.regions if US.regions[code].hours] == sorted(OWN_HOURS)
    of_states = {zone for code in STATES for zone in US.regions[code].zones}
    assert set(US.zones) == of_states == set(zones_of_country("US"))
    for territory in US.countries[1:]:
        assert US.regions[territory].zones == zones_of_country(territory)


@cache
def known_parts() -> dict[str, set[str]]:
    """Area code -> the states and countries in which the telephone tables place its exchanges."""
    where: dict[str, set[str]] = {}
    for prefix, names in GEOCODE_DATA.items():
        if re.fullmatch(r"1\d{3,}", prefix) and "en" in names:
            where.setdefault(prefix[1:4], set()).add(names["en"].rpartition(", ")[2])
    return where


@pytest.mark.parametrize("state", OWN_HOURS)
def test_area_codes_are_those_the_telephone_tables_know(state: str) -> None:
    """Each listed one that the tables place is there, and none that they place there is missing."""
    where, names = known_parts(), {state, OWN_HOURS[state]}
    there = {code for code, parts in where.items() if parts & names}
    listed = set(US.regions[state].area_codes)
    assert len(there) > 0
    assert (there - listed, (listed & set(where)) - there) == (set(), set())


@pytest.mark.parametrize("state", OWN_HOURS)
def test_no_area_code_places_a_person_outside_its_state(state: str) -> None:
    def clocks(zones: set[str]) -> set[tuple[timedelta | None, ...]]:
        days = [datetime(2026, month, 15, tzinfo=ZoneInfo("UTC")) for month in (1, 7)]
        return {tuple(day.astimezone(ZoneInfo(z)).utcoffset() for day in days) for z in zones}

    region = US.regions[state]
    for code in region.area_codes:
        places = places_of(
            PACKS, country=None, region=None, zone=None, phones=[f"+1{code}5550100"],
            default_country="GB",
        )
        assert {(place.country, place.region) for place in places} == {("US", state)}
        assert clocks({place.zone for place in places}) <= clocks(set(region.zones))


def easter(year: int) -> date:
    """The anonymous Gregorian computus."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def monday(year: int, month: int, *, last: bool = False) -> date:
    day = date(year, month, 31 if last else 1)
    step = timedelta(days=-1 if last else 1)
    while day.weekday() != 0:
        day += step
    return day


def observed(day: date, taken: set[date]) -> date:
    while day.weekday() > 4 or day in taken:
        day += timedelta(days=1)
    return day


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_british_bank_holidays(year: int) -> None:
    days = {easter(year) - timedelta(days=2), easter(year) + timedelta(days=1),
            monday(year, 5), monday(year, 5, last=True), monday(year, 8, last=True)}
    fixed = {date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)}
    for day in sorted(fixed):
        days.add(observed(day, days))
    saturdays = {day for day in fixed if day.weekday() == 5}
    assert {day for day in UK.holidays if day.year == year} == days | saturdays


def test_no_federal_holiday_is_closed_by_law() -> None:
    assert (US.holidays, NEUTRAL.holidays) == ({}, {})


@pytest.mark.parametrize(("country", "key"), [
    ("US", "us"), ("PR", "us"), ("GB", "uk"), ("IE", "neutral"), ("CA", "neutral"),
    ("", "neutral"), (None, "neutral"),
])
def test_whose_pack(country: str | None, key: str) -> None:
    assert pack_of(PACKS, country).key == key
    assert not country or known_region(country)


@pytest.mark.parametrize(("code", "found"), [
    ("TX", "TX"), ("tx", "TX"), ("US-TX", "TX"), (" us-tx ", "TX"), ("Texas", None), ("", None),
    (None, None), ("GB-TX-TX", None),
])
def test_a_region_by_its_code(code: str | None, found: str | None) -> None:
    region = US.region(code)
    assert (region and region.code) == found


def test_a_state_is_no_territory() -> None:
    assert US.territory("PR") is US.regions["PR"]
    assert (US.territory("GA"), US.territory("US")) == (None, None)
