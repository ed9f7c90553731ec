"""When a case is next to be asked, and in whose local time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from inthread.domain.cadence import after_step, resume_at, zone_of
from inthread.domain.case import NextStep
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
