"""When a case is next to be asked, and which day it is where its person is. Pure.

Whether a message may go at that time is the gate's to say.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from inthread.domain.case import Case, NextStep
from inthread.domain.contract import Cadence
from inthread.domain.person import Person


def zone_of(person: Person, cadence: Cadence) -> ZoneInfo:
    """The person's zone if the source stated one that exists, else the workflow's."""
    try:
        return ZoneInfo(person.zone or cadence.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(cadence.zone)


def first_moment(day: date, zone: ZoneInfo) -> datetime:
    """When that day begins there, in UTC; where clocks skip midnight, when they go on."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def after_step(case: Case, cadence: Cadence, now: datetime) -> NextStep:
    """What follows step number `case.step` just done: the next message, or giving up when none is
    left or it would come after that."""
    step = case.step + 1
    give_up = case.opened_at + cadence.give_up_after
    if step < len(cadence.steps) and now + cadence.steps[step].after < give_up:
        return NextStep("contact", "cadence", now + cadence.steps[step].after)
    return NextStep("give_up", "cadence", max(give_up, now))


def resume_at(case: Case, cadence: Cadence, now: datetime) -> NextStep:
    """The quiet way back after a person or a proof reopened the case: not at once, but after the
    wait of the step that is next, and not before a pause is over."""
    waits = [s.after for s in cadence.steps[case.step : case.step + 1]]
    wait = max(waits[0], timedelta(days=1)) if waits else timedelta(days=1)
    what = "contact" if waits else "give_up"
    return NextStep(what, "cadence", max(now + wait, case.paused_until or now))
