"""The queues of work for people: whose they are, when those work, how long a claim holds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from inthread.domain.business_hours import Calendar, Period, SpecialDay, due, worked
from inthread.domain.document import DocumentProblem, Section
from inthread.domain.zones import zone_named

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_CLAIM = timedelta(hours=24)
# Of a queue that was taken away since.
CLAIM = timedelta(minutes=30)
_PERIOD = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
_HOURS = 'two times, such as "09:00-17:00"; 24:00 is the end of the day'
_DATED = 'a table of dates, such as 2026-12-25 = "Christmas Day"'


@dataclass(frozen=True)
class Team:
    """One queue and who works it. `return_after`: how long a claim holds."""

    queue: str
    title: str
    calendar: Calendar
    return_after: timedelta

    def due(self, start: datetime, stated: timedelta) -> datetime:
        """When work that came at *start* is due; `2d` are two of the team's working days."""
        return due(self.calendar, start, self.calendar.target(stated))

    def left(self, now: datetime, due_at: datetime) -> timedelta:
        """The team's working time until then; negative when it is late."""
        return worked(self.calendar, now, due_at)


@dataclass(frozen=True)
class Queues:
    """`teams`: by the queue's name."""

    version: int
    teams: Mapping[str, Team]

    def due(self, queue: str, start: datetime, stated: timedelta) -> datetime:
        """Raises KeyError for a queue that there is not."""
        return self.teams[queue].due(start, stated)

    def claim(self, queue: str) -> timedelta:
        """How long a claim on its work holds."""
        team = self.teams.get(queue)
        return team.return_after if team else CLAIM

    def title(self, queue: str) -> str:
        """The queue's name for people; its own for one that was taken away since."""
        team = self.teams.get(queue)
        return team.title if team else queue


class QueuesErrors(ValueError):
    """All that is wrong with the document, one problem a line."""

    def __init__(self, problems: list[DocumentProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def read_queues_file(document: Mapping[str, object], file: str) -> Queues:
    """Raises QueuesErrors, each naming file, place and remedy."""
    problems: list[DocumentProblem] = []
    root = Section(document, "", file, problems)
    version = root.integer("version", "other hours are another version", 1, 10**6)
    calendars = {
        name: _calendar(name, section)
        for name, section in root.tables("calendars", "write one as [calendars.NAME]").items()
    }
    teams = [
        _team(name, section, calendars)
        for name, section in root.tables("queues", "write each as [queues.NAME]").items()
    ]
    root.close()
    if problems:
        raise QueuesErrors(problems)
    return Queues(version, {team.queue: team for team in teams if team is not None})


def _team(name: str, section: Section, calendars: Mapping[str, Calendar | None]) -> Team | None:
    title = section.text("title", "the queue's name for people")
    named = section.one_of("calendar", calendars, "name one of [calendars]")
    back = section.duration("return_after", "how long a claim holds, such as 30m")
    if LONGEST_CLAIM < back < timedelta(days=3650):
        section.note("return_after", "has to be at most 24h: nobody works longer at one sitting")
    section.close()
    calendar = calendars.get(named)
    return Team(name, title, calendar, back) if calendar else None


def _calendar(name: str, section: Section) -> Calendar | None:
    """None when something of it cannot be read: it was noted."""
    zone = section.text("zone", 'where the team works, such as "America/New_York"')
    known = bool(zone) and zone_named(zone) is not None
    if zone and not known:
        section.note("zone", f"{zone!r} is no time zone")
    week = tuple(_periods(section, day) if section.has(day) else () for day in WEEKDAYS)
    if not any(week):
        section.note("", f"has no hour of work: give a weekday its hours, {_HOURS}")
    special = {**_holidays(section), **_exceptions(section)}
    section.close()
    return Calendar(name, zone, week, special) if known and any(week) else None


def _holidays(section: Section) -> Mapping[date, SpecialDay]:
    if not section.has("holidays"):
        return {}
    inner = section.section("holidays", _DATED)
    return {
        day: SpecialDay(inner.text(key, "the holiday's name"))
        for key, day in _dates(inner, inner.values)
    }


def _exceptions(section: Section) -> Mapping[date, SpecialDay]:
    if not section.has("exceptions"):
        return {}
    advice = '2026-12-24 = { name = "Christmas Eve", hours = ["09:00-13:00"] }'
    outer, found = section.section("exceptions", advice), {}
    there = section.values.get("holidays")
    for key, day in _dates(outer, outer.values):
        inner = outer.section(key, advice)
        if isinstance(there, Mapping) and key in there:
            outer.note(key, "is a holiday as well: leave one of them out")
        found[day] = SpecialDay(
            inner.text("name", "why the day is another"), _periods(inner, "hours")
        )
        inner.close()
    return found


def _dates(section: Section, keys: Collection[str]) -> Iterator[tuple[str, date]]:
    for key in keys:
        try:
            yield key, date.fromisoformat(key)
        except ValueError:
            section.raw(key)
            section.note(key, "is no date: write it as 2026-12-25")


def _periods(section: Section, key: str) -> tuple[Period, ...]:
    found: list[Period] = []
    for number, text in enumerate(section.texts(key, f"a list of hours, each {_HOURS}")):
        period = _period(text)
        if period is None:
            section.note(f"{key}[{number}]", f"{text!r} is no hours: write {_HOURS}")
        elif found and period.opens < found[-1].closes:
            section.note(f"{key}[{number}]", "begins before the one before it has ended")
        else:
            found.append(period)
    return tuple(found)


def _period(text: str) -> Period | None:
    match = _PERIOD.fullmatch(text)
    if match is None:
        return None
    opens, opens_at, closes, closes_at = map(int, match.groups())
    try:
        return Period(60 * opens + opens_at, 60 * closes + closes_at)
    except ValueError:
        return None
