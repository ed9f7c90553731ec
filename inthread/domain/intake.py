"""Intake: what a trigger asks for, and what becomes of it.

    nothing known, or the last case ended before the trigger's own time -> opened | referred
    a case that waits for the customer or a person, newer facts         -> refreshed | referred
    the same facts                                                      -> unchanged
    older than what is known, or while an outcome is on its way         -> stale

A trigger is a snapshot of the source at `as_of`. What it says is owed is what is still due then;
`owed` of the case is that and what was settled before, so owed = settled + remaining always.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.facts import Facts, facts_to_json
from inthread.domain.money import Money
from inthread.domain.refusals import Problem
from inthread.domain.workflow import Workflow


class AnswerStatus(StrEnum):
    OPENED = "opened"
    REFRESHED = "refreshed"
    UNCHANGED = "unchanged"
    REFERRED = "referred"
    STALE = "stale"
    ALREADY_ENDED = "already_ended"
    CANCELLED = "cancelled"
    REFUSED = "refused"


class Answer(NamedTuple):
    """What became of one trigger. `why` is a sentence where the status does not say it all;
    `problems` is not empty exactly when it was refused."""

    status: AnswerStatus
    case_id: str | None = None
    reference: str | None = None
    why: str | None = None
    problems: tuple[Problem, ...] = ()


class StatedConsent(NamedTuple):
    """What a source says was agreed to: for which purposes, in which words, when and where."""

    purposes: tuple[str, ...]
    wording: str
    version: str
    at: datetime
    source: str


class NamedContact(NamedTuple):
    """One way to reach the person; `address` as kept."""

    channel: str
    address: str
    consent: StatedConsent | None = None


class NamedPerson(NamedTuple):
    """The person as the source names them. None: not stated. `contacts`: the preferred first.
    `prefers`: `not_before`, `not_after` (HH:MM) and `not_on` (names of days), by their own clock;
    empty when the source says that there is nothing."""

    reference: str
    name: str | None = None
    locale: str | None = None
    zone: str | None = None
    contacts: tuple[NamedContact, ...] = ()
    country: str | None = None
    region: str | None = None
    prefers: Mapping[str, object] | None = None

    @property
    def stated(self) -> Mapping[str, object]:
        """What is stated of the person, by the names that a Person has for it."""
        told = {
            "name": self.name, "locale": self.locale, "zone": self.zone, "country": self.country,
            "region": self.region, "prefers": self.prefers,
        }
        return {name: value for name, value in told.items() if value is not None}


class Asked(NamedTuple):
    """A trigger that was read whole."""

    workflow: Workflow
    facts: Facts
    natural_key: str
    reference: str
    owed: Money | None
    person: NamedPerson
    as_of: datetime

    @property
    def kept(self) -> Mapping[str, object]:
        """Its facts as they are stored."""
        return facts_to_json(self.facts)


class Opening(NamedTuple):
    """A case about to be opened. `text`: its facts as canonical JSON. `reason`: the work reason
    that takes it straight to a person, who is to have acted by `due`."""

    case_id: str
    person_id: str
    asked: Asked
    text: str
    reason: str | None = None
    due: datetime | None = None

    def case(self, now: datetime) -> Case:
        asked, workflow = self.asked, self.asked.workflow
        return Case(
            id=self.case_id, reference=asked.reference, workflow=workflow.key,
            workflow_version=workflow.version, workflow_hash=workflow.hash,
            natural_key=asked.natural_key, person_id=self.person_id, facts=asked.kept,
            as_of=asked.as_of, owed=asked.owed,
            settled=Money(0, asked.owed.currency) if asked.owed else None,
            state=CaseState.EXCEPTION if self.reason else CaseState.OPEN,
            next=first_step(workflow, self.reason, self.due, now), attempt=0, done=(), step=0,
            opened_at=now, expires_at=now + workflow.trigger.expires_after,
        )


def first_step(
    workflow: Workflow, reason: str | None, due: datetime | None, now: datetime
) -> NextStep:
    """Contact by the cadence, or work for the queue of *reason*, by *due*."""
    if reason is None or due is None:
        return NextStep("contact", "cadence", now + workflow.cadence.steps[0].after)
    return NextStep("work", workflow.queues[reason].queue, due)


class Known(NamedTuple):
    """The newest case of an obligation. `on_its_way`: an outcome or a payment of this attempt is.
    `proved_at`: when the source last showed an outcome of ours."""

    case: Case
    on_its_way: bool = False
    proved_at: datetime | None = None


_OPENED = Answer(AnswerStatus.OPENED)


def judge(asked: Asked, known: Known | None) -> Answer:
    """What the trigger comes to, before policy refers it: opened, refreshed, unchanged or stale."""
    if known is None:
        return _OPENED
    case = known.case
    if not case.live:
        return _after_the_end(asked, case)
    same = same_facts(asked.kept, case.facts)
    if same:
        return _answer(AnswerStatus.UNCHANGED, case)
    why = _too_old(asked, known)
    return _answer(AnswerStatus.STALE if why else AnswerStatus.REFRESHED, case, why)


def confirms(asked: Asked, known: Known) -> bool:
    """Whether the trigger is newer than what is known and may move it on, be it only in time."""
    return known.case.live and _too_old(asked, known) is None


def refresh(case: Case, asked: Asked) -> Case:
    """The case with the trigger's facts. What is owed moves only when the amount stated moves: a
    source that repeats the amount of an invoice does not ask for it twice."""
    owed, kept = case.owed, asked.kept
    name = asked.workflow.trigger.owed
    moved = name is not None and kept.get(name) != case.facts.get(name)
    if moved and asked.owed is not None and case.settled is not None:
        owed = case.settled + asked.owed
    return replace(case, facts=kept, as_of=asked.as_of, owed=owed, version=case.version + 1)


def confirm(case: Case, asked: Asked) -> Case:
    """The case, known to be so at the trigger's later time."""
    return replace(case, as_of=asked.as_of, version=case.version + 1)


def same_facts(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Equal, where a fact that is missing and one that is None are the same."""
    return one == other or not changed_facts(one, other)


def changed_facts(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """The names of the facts that differ, sorted."""
    names = {*one, *other}
    return sorted(name for name in names if one.get(name) != other.get(name))


def _too_old(asked: Asked, known: Known) -> str | None:
    case = known.case
    if asked.as_of <= case.as_of:
        return f"not newer than what is known already, as of {_stamp(case.as_of)}"
    waits = case.state is CaseState.PENDING and not case.waits_for_its_day
    if known.on_its_way or waits or case.state is CaseState.RESOLVED:
        return "an outcome is on its way to the source: send the facts again once it shows there"
    if known.proved_at is not None and asked.as_of <= known.proved_at:
        return f"from before the outcome that the source showed at {_stamp(known.proved_at)}"
    return None


def _after_the_end(asked: Asked, case: Case) -> Answer:
    """A snapshot from before the end would ask again for what was settled since."""
    ended = max(case.as_of, case.ended_at or case.as_of)
    if asked.as_of > ended:
        return _OPENED
    said = {CaseState.CLOSED: "settled", CaseState.WITHDRAWN: "withdrawn"}.get(case.state, "ended")
    return _answer(AnswerStatus.STALE, case, f"already {said} at {_stamp(case.ended_at or ended)}")


def _answer(status: AnswerStatus, case: Case, why: str | None = None) -> Answer:
    return Answer(status, case.id, case.reference, why)


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
