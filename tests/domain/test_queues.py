"""The file of the queues: who works them, and when."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from inthread.domain.answers import read_answers
from inthread.domain.queues import CLAIM, QueuesErrors, read_queues_file
from inthread.domain.workflow_reader import WorkflowErrors
from tests.domain.samples import small
from tests.runtimes import ROOT, shipped_answers, shipped_queues, shipped_workflows

TEXT = """
version = 1
[calendars.office]
zone = "America/New_York"
monday = ["09:00-12:00", "13:00-17:00"]
saturday = ["00:00-24:00"]
[calendars.office.holidays]
2026-12-25 = "Christmas Day"
[calendars.office.exceptions]
2026-12-24 = { name = "Christmas Eve", hours = ["09:00-12:00"] }
[queues.care]
title = "Care"
calendar = "office"
return_after = "45m"
"""


def document() -> dict[str, Any]:
    return tomllib.loads(TEXT)


def test_it_is_read_exactly() -> None:
    queues = read_queues_file(document(), "q.toml")
    [care] = queues.teams.values()
    assert (care.queue, care.title, care.return_after) == ("care", "Care", timedelta(minutes=45))
    calendar = care.calendar
    assert [(p.opens, p.closes) for p in calendar.week[0]] == [(540, 720), (780, 1020)]
    assert [(p.opens, p.closes) for p in calendar.week[5]] == [(0, 1440)]
    assert calendar.week[1] == ()
    assert calendar.periods(date(2026, 12, 25)) == ()
    assert calendar.special[date(2026, 12, 25)].name == "Christmas Day"
    assert [p.closes for p in calendar.periods(date(2026, 12, 24))] == [720]
    assert (queues.title("care"), queues.title("gone")) == ("Care", "gone")
    assert (queues.claim("care"), queues.claim("gone")) == (timedelta(minutes=45), CLAIM)


def test_what_is_due_counts_the_teams_own_time() -> None:
    monday = datetime(2026, 1, 5, 16, 30, tzinfo=UTC)  # 11:30 in New York
    queues = read_queues_file(document(), "q.toml")
    assert queues.due("care", monday, timedelta(hours=1)) == monday + timedelta(hours=2)
    # "1d" is the longest day of the week: here Saturday's twenty-four hours.
    saturday = datetime(2026, 1, 10, 5, tzinfo=UTC)
    assert queues.due("care", saturday, timedelta(days=1)) == saturday + timedelta(days=1)
    assert queues.teams["care"].left(monday, monday + timedelta(hours=3)) == timedelta(hours=2)
    with pytest.raises(KeyError):
        queues.due("gone", monday, timedelta(hours=1))


def put(place: str, value: object) -> dict[str, Any]:
    made = document()
    *way, last = place.split("/")
    inner = made
    for name in way:
        inner = inner[name]
    inner[last] = value
    return made


@pytest.mark.parametrize(("place", "value", "said"), [
    ("version", 0, "version: has to be a whole number from 1 to 1000000: other hours are another "
     "version"),
    ("calendars/office/zone", "Mars/Base", "calendars.office.zone: 'Mars/Base' is no time zone"),
    ("calendars/office/monday", ["9-17"], "calendars.office.monday[0]: '9-17' is no hours: write "
     'two times, such as "09:00-17:00"; 24:00 is the end of the day'),
    ("calendars/office/monday", ["17:00-09:00"], "calendars.office.monday[0]: '17:00-09:00' is no "
     'hours: write two times, such as "09:00-17:00"; 24:00 is the end of the day'),
    ("calendars/office/monday", ["09:00-24:30"], "calendars.office.monday[0]: '09:00-24:30' is no "
     'hours: write two times, such as "09:00-17:00"; 24:00 is the end of the day'),
    ("calendars/office/monday", ["09:00-12:00", "11:00-17:00"],
     "calendars.office.monday[1]: begins before the one before it has ended"),
    ("calendars/office/funday", ["09:00-12:00"],
     "calendars.office.funday: is not known here: remove it, or correct its name"),
    ("calendars/office/holidays", {"25.12.2026": "X"},
     "calendars.office.holidays.25.12.2026: is no date: write it as 2026-12-25"),
    ("calendars/office/holidays", {"2026-12-24": "X"},
     "calendars.office.exceptions.2026-12-24: is a holiday as well: leave one of them out"),
    ("calendars/office/exceptions", {"2026-12-24": {"hours": ["09:00-12:00"]}},
     "calendars.office.exceptions.2026-12-24.name: is missing: why the day is another"),
    ("queues/care/calendar", "home",
     "queues.care.calendar: 'home' is none of office: name one of [calendars]"),
    ("queues/care/return_after", "48h", "queues.care.return_after: has to be at most 24h: nobody "
     "works longer at one sitting"),
    ("queues/care/owner", "x", "queues.care.owner: is not known here: remove it, or correct its "
     "name"),
    ("queues", {}, None),
])
def test_what_is_wrong_is_said_with_its_place(place: str, value: object, said: str | None) -> None:
    if said is None:
        assert read_queues_file(put(place, value), "q.toml").teams == {}
        return
    with pytest.raises(QueuesErrors) as refusal:
        read_queues_file(put(place, value), "q.toml")
    assert [str(p) for p in refusal.value.problems] == [f"q.toml: {said}"]


def test_a_calendar_without_an_hour_of_work() -> None:
    empty = document()
    del empty["calendars"]["office"]["monday"], empty["calendars"]["office"]["saturday"]
    with pytest.raises(QueuesErrors, match=r"calendars.office: has no hour of work"):
        read_queues_file(empty, "q.toml")


def test_the_shipped_file_has_every_queue_that_is_named() -> None:
    named = {q.queue for w in shipped_workflows().values() for q in w.queues.values()}
    assert named | {shipped_answers().queue} == set(shipped_queues().teams)
    for team in shipped_queues().teams.values():
        assert {d.year for d in team.calendar.special} == {2026, 2027}


def test_a_workflow_that_names_a_queue_nobody_works_is_refused() -> None:
    small(queues={"care", "ops"})
    with pytest.raises(WorkflowErrors) as refusal:
        small(queues={"care"})
    assert [str(p).partition(": ")[2] for p in refusal.value.problems] == [
        f"exceptions.{reason}.queue: 'ops' is none of care: name one of those, or add it to the "
        "file of the queues" for reason in ("writeback_failed", "payment_unclear")
    ]


@pytest.mark.parametrize("due", ["48h", "1w", "1440m"])
def test_a_time_that_hides_what_a_day_is(due: str) -> None:
    with pytest.raises(WorkflowErrors, match=r"exceptions.locked.due: count it in working days"):
        small({"exceptions.locked.due": due})


def test_answers_name_a_queue_that_there_is() -> None:
    raw = tomllib.loads((ROOT / "answers.toml").read_text(encoding="utf-8"))
    assert read_answers(raw, "a.toml", {"customer_care"}).queue == "customer_care"
    with pytest.raises(ValueError, match=r"unmatched.queue: 'customer_care' is none of ops"):
        read_answers(raw, "a.toml", {"ops"})
