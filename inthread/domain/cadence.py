"""When the next message of a case may go, and why not. Pure: local time only with a zone.

The gate answers for the instant of sending, inside the transaction that records it (R4.1), so a
worker that was paused past the hour holds the message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.contract import Cadence
from inthread.domain.person import Contact, Person


@dataclass(frozen=True)
class Gate:
    """`reasons` empty: it may go now. `again`: when it is worth asking again; None: never."""

    reasons: tuple[str, ...] = ()
    again: datetime | None = None

    @property
    def open(self) -> bool:
        return not self.reasons


def zone_of(person: Person, cadence: Cadence) -> ZoneInfo:
    """The person's zone if the source stated one that exists, else the workflow's."""
    try:
        return ZoneInfo(person.zone or cadence.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(cadence.zone)


def next_opening(cadence: Cadence, zone: ZoneInfo, now: datetime) -> datetime | None:
    """None when it is open now: opens <= local time < closes (12 CFR 1006.6(b)(1)(i)). Else the
    next instant at which it opens."""
    local = now.astimezone(zone)
    if cadence.opens <= local.time() < cadence.closes:
        return None
    day = local.date() if local.time() < cadence.opens else local.date() + timedelta(days=1)
    opening = datetime.combine(day, cadence.opens, tzinfo=zone)
    return opening.astimezone(now.tzinfo)


def may_ask(
    case: Case, person: Person, contact: Contact | None, cadence: Cadence, asked_today: int,
    now: datetime,
) -> Gate:
    """Whether a message that we start may go to this contact point now."""
    if case.state is not CaseState.OPEN:
        return Gate((f"case_{case.state}",))
    if contact is None:
        return Gate(("no_contact",))
    if contact.stopped_at is not None:
        return Gate(("stopped",))
    opening = next_opening(cadence, zone_of(person, cadence), now)
    if opening is not None:
        return Gate(("outside_hours",), opening)
    if asked_today >= cadence.per_day:
        return Gate(("over_the_cap",), now + timedelta(hours=24))
    return Gate()


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
    wait of the step that is next."""
    waits = [s.after for s in cadence.steps[case.step : case.step + 1]]
    wait = max(waits[0], timedelta(days=1)) if waits else timedelta(days=1)
    what = "contact" if waits else "give_up"
    return NextStep(what, "cadence", now + wait)
