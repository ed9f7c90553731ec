"""When the next message may go, in whose local time, and why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.cadence import (
    Gate,
    after_step,
    may_ask,
    next_opening,
    resume_at,
    zone_of,
)
from inthread.domain.case import CaseState, NextStep
from inthread.domain.contract import Cadence, CadenceStep
from inthread.domain.person import Contact, Person
from tests.domain.test_case import a_case

NOW = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NEW_YORK = ZoneInfo("America/New_York")
ZONES = ["America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "UTC",
         "Pacific/Apia", "America/St_Johns"]

CADENCE = Cadence(
    steps=tuple(CadenceStep(timedelta(days=d), "sms", f"t{d}") for d in (0, 3, 7)),
    opens=time(8), closes=time(21), zone="America/New_York", per_day=1,
    give_up_after=timedelta(days=21),
)
CONTACT = Contact("con_1", "per_1", "sms", "+15550100482", 0)


def a_person(zone: str | None = "America/New_York") -> Person:
    return Person("per_1", "CUST-1", "Maya Okafor", "en", zone, (CONTACT,))


@pytest.mark.parametrize(("stated", "meant"), [
    ("Asia/Kolkata", "Asia/Kolkata"), (None, "America/New_York"), ("", "America/New_York"),
    ("Mars/Olympus", "America/New_York"), ("../etc/passwd", "America/New_York"),
    ("/etc/localtime", "America/New_York"),
])
def test_whose_clock(stated: str | None, meant: str) -> None:
    assert zone_of(a_person(stated), CADENCE).key == meant


def local(text: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(("at", "opening"), [
    ("2026-01-05T08:00:00", None),
    ("2026-01-05T20:59:59.999999", None),
    ("2026-01-05T07:59:59.999999", "2026-01-05T08:00:00"),
    ("2026-01-05T21:00:00", "2026-01-06T08:00:00"),
    ("2026-01-05T00:00:00", "2026-01-05T08:00:00"),
    ("2026-03-07T22:00:00", "2026-03-08T08:00:00"),  # the clocks go forward in between
    ("2026-10-31T22:00:00", "2026-11-01T08:00:00"),  # and back
    ("2026-12-31T23:00:00", "2027-01-01T08:00:00"),
])
def test_r4_2_the_opening_hours(at: str, opening: str | None) -> None:
    found = next_opening(CADENCE, NEW_YORK, local(at))
    assert found == (None if opening is None else local(opening))


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), st.sampled_from(ZONES),  # noqa: DTZ001
    st.sampled_from([(time(8), time(21)), (time(9), time(17, 30)), (time(0), time(23, 59))]),
)
def test_the_next_opening_is_open_and_soon(at, zone, hours) -> None:  # type: ignore[no-untyped-def]
    cadence = replace(CADENCE, opens=hours[0], closes=hours[1])
    where, now = ZoneInfo(zone), at.replace(tzinfo=UTC)
    opening = next_opening(cadence, where, now)
    if opening is None:
        assert hours[0] <= now.astimezone(where).time() < hours[1]
        return
    assert now < opening <= now + timedelta(hours=26)
    assert next_opening(cadence, where, opening) is None
    assert opening.astimezone(where).time() == hours[0]


def test_nothing_against_it() -> None:
    assert may_ask(a_case(), a_person(), CONTACT, CADENCE, 0, NOW) == Gate()
    assert may_ask(a_case(), a_person(), CONTACT, CADENCE, 0, NOW).open


@pytest.mark.parametrize("state", [s for s in CaseState if s is not CaseState.OPEN])
def test_only_about_an_open_case(state: CaseState) -> None:
    gate = may_ask(a_case(state), a_person(), CONTACT, CADENCE, 0, NOW)
    assert gate == Gate((f"case_{state.value}",), None)


def test_what_is_against_it_for_good() -> None:
    stopped = replace(CONTACT, stopped_at=NOW)
    assert may_ask(a_case(), a_person(), None, CADENCE, 0, NOW) == Gate(("no_contact",))
    assert may_ask(a_case(), a_person(), stopped, CADENCE, 0, NOW) == Gate(("stopped",))


def test_what_is_against_it_for_now() -> None:
    night = local("2026-01-05T22:00:00")
    assert may_ask(a_case(), a_person(), CONTACT, CADENCE, 0, night) == Gate(
        ("outside_hours",), local("2026-01-06T08:00:00")
    )
    for asked in (1, 2):
        assert may_ask(a_case(), a_person(), CONTACT, CADENCE, asked, NOW) == Gate(
            ("over_the_cap",), NOW + DAY
        )
    twice = replace(CADENCE, per_day=2)
    assert may_ask(a_case(), a_person(), CONTACT, twice, 1, NOW).open


def test_what_follows_a_step() -> None:
    assert after_step(a_case(step=0), CADENCE, NOW) == NextStep(
        "contact", "cadence", NOW + 3 * DAY
    )
    assert after_step(a_case(step=2), CADENCE, NOW + 10 * DAY) == NextStep(
        "give_up", "cadence", NOW + 21 * DAY
    )


def test_a_step_that_would_come_after_giving_up_is_left_out() -> None:
    for late, what in ((timedelta(days=14), "give_up"), (timedelta(days=13, hours=23), "contact")):
        step = after_step(a_case(step=1), CADENCE, NOW + late)
        assert step.what == what
    assert after_step(a_case(step=1), CADENCE, NOW + 30 * DAY) == NextStep(
        "give_up", "cadence", NOW + 30 * DAY
    )


@pytest.mark.parametrize(("step", "what", "wait"), [
    (0, "contact", DAY), (1, "contact", 3 * DAY), (2, "contact", 7 * DAY), (3, "give_up", DAY),
])
def test_the_quiet_way_back(step: int, what: str, wait: timedelta) -> None:
    assert resume_at(a_case(step=step), CADENCE, NOW) == NextStep(what, "cadence", NOW + wait)
