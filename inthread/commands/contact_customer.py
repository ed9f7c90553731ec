"""Carry a case one step along its cadence: ask, hold, pass the step over, or hand the case over."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from inthread.commands.steps.can_send import Decided, may_ask
from inthread.commands.steps.give_link import give_link
from inthread.commands.steps.hand_over import hand_over
from inthread.commands.steps.queue_message import queue_message
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.cadence import after_step
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.contract import CadenceStep
from inthread.domain.message import Purpose
from inthread.domain.person import Contact, Person
from inthread.offers import facts_of, local_day
from inthread.runtime import Runtime
from inthread.store import audit, cases, links, outbox, people
from inthread.store.db import Tx


class _Lost(Exception):
    """Another has done this step, so nothing of ours is kept."""


def contact_customer(rt: Runtime, *, actor: Actor, job: outbox.Job) -> None:
    """Do the cadence step that is due for the case `job.ref`; a case that is no longer open is
    left alone. In the same transaction the job becomes the next step's."""
    actor.require("carry")
    with suppress(_Lost), rt.db.begin() as tx:
        case = cases.lock(tx, job.ref)
        now = rt.now()
        if case.state is not CaseState.OPEN or case.next is None:
            outbox.done(tx, job, now)
            return
        if case.next.due > now:
            outbox.move(tx, job, now, case.next.due)
            return
        cadence = rt.workflows[case.workflow].cadence
        if case.next.what == "give_up" or case.step >= len(cadence.steps):
            hand_over(rt, tx, actor=actor, case=case, reason="no_response", why="cadence is over")
            return
        person = people.lock(tx, case.person_id)
        step = cadence.steps[case.step]
        if step.when and not _applies(rt, tx, case, person, step):
            audit.append(tx, now, actor, case.id, AuditEvent.MESSAGE_SKIPPED, step=case.step)
            _go_on(rt, tx, job, case, after_step(case, cadence, now), case.step + 1)
            return
        _take_step(rt, tx, actor, job, case, person, step)


@dataclass(frozen=True)
class _Way:
    contact: Contact
    decided: Decided


def _take_step(
    rt: Runtime, tx: Tx, actor: Actor, job: outbox.Job, case: Case, person: Person,
    step: CadenceStep,
) -> None:
    """By the first contact point that may be used now; if all have to wait, at the first hour that
    one of them may; if none ever may, a person takes over."""
    ways = []
    for contact in _contacts(rt, person, step):
        way = _Way(contact, may_ask(
            rt, tx, case=case, person=person, contact=contact, template=step.template, waiting=True
        ))
        if way.decided.gate.open:
            _ask(rt, tx, actor, job, case, person, way, step)
            return
        ways.append(way)
    later = [w for w in ways if w.decided.gate.again is not None]
    if later:
        way = min(later, key=lambda w: w.decided.gate.again or rt.now())
        _hold(rt, tx, actor, job, case, way)
        return
    why = "; ".join(f"{w.contact.channel}: {', '.join(w.decided.gate.reasons)}" for w in ways)
    hand_over(
        rt, tx, actor=actor, case=case, why=why or "no contact point that may be used",
        reason="opted_out" if person.stopped_at is not None else "no_response",
    )


def _contacts(rt: Runtime, person: Person, step: CadenceStep) -> tuple[Contact, ...]:
    """On the step's own channel, then on whichever others we have."""
    others = (c for c in rt.registry.channels if c != step.channel)
    return person.reachable((step.channel, *others))


def _applies(rt: Runtime, tx: Tx, case: Case, person: Person, step: CadenceStep) -> bool:
    workflow = rt.workflows[case.workflow]
    return step.applies(workflow.step_inputs(
        facts_of(workflow, case), today=local_day(workflow, person, rt.now()),
        visited=links.newest_visit(tx, case.id) is not None, settled=case.settled,
        attempts=case.attempt, done=case.done,
    ))


def _ask(
    rt: Runtime, tx: Tx, actor: Actor, job: outbox.Job, case: Case, person: Person, way: _Way,
    step: CadenceStep,
) -> None:
    link = give_link(rt, tx, case=case, contact=way.contact)
    queued = queue_message(
        rt, tx, case=case, person=person, contact=way.contact, purpose=Purpose.ASK,
        template=step.template, link_id=link.id, decision=way.decided.document,
    )
    now = rt.now()
    audit.append_all(tx, now, actor, case.id, [queued])
    cadence = rt.workflows[case.workflow].cadence
    _go_on(rt, tx, job, case, after_step(case, cadence, now), case.step + 1)


def _hold(
    rt: Runtime, tx: Tx, actor: Actor, job: outbox.Job, case: Case, way: _Way
) -> None:
    now, gate = rt.now(), way.decided.gate
    again = gate.again or now + timedelta(days=1)
    audit.append(
        tx, now, actor, case.id, AuditEvent.MESSAGE_HELD, reasons=list(gate.reasons),
        until=again.isoformat(), decision=dict(way.decided.document),
    )
    _go_on(rt, tx, job, case, NextStep("contact", "cadence", again), case.step)


def _go_on(
    rt: Runtime, tx: Tx, job: outbox.Job, case: Case, next: NextStep, step: int
) -> None:
    if not outbox.move(tx, job, rt.now(), next.due):
        raise _Lost
    cases.save(tx, case, case.at_step(step, next))
