"""Carry a case one step along its cadence: ask, hold, pass the step over, or hand the case over."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inthread.commands.steps.can_send import Decided, may_ask
from inthread.commands.steps.deliver import Going, deliver
from inthread.commands.steps.due_step import contacts_for, due_step
from inthread.commands.steps.give_link import give_link
from inthread.commands.steps.hand_over import hand_over
from inthread.commands.steps.make_outgoing import make_outgoing
from inthread.commands.steps.permit_for import permit_for
from inthread.commands.steps.queue_message import put_message, queued, write_message
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.cadence import after_step
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.contract import CadenceStep
from inthread.domain.link import Link
from inthread.domain.message import Purpose
from inthread.domain.person import Contact, Person
from inthread.offers import facts_of, local_day
from inthread.runtime import Runtime
from inthread.store import audit, cases, links, messages, outbox, people
from inthread.store.db import Tx
from inthread.traffic import Permit


class _Lost(Exception):
    """Another has done this step, so nothing of ours is kept."""


@dataclass(frozen=True)
class _Due:
    """A case that is due, and its person, both held, and the step it is at."""

    rt: Runtime
    tx: Tx
    actor: Actor
    job: outbox.Job
    case: Case
    person: Person
    step: CadenceStep
    permit: Permit | None

    @property
    def after(self) -> NextStep:
        cadence = self.rt.workflows[self.case.workflow].cadence
        return after_step(self.case, cadence, self.rt.now())


@dataclass(frozen=True)
class _Way:
    contact: Contact
    decided: Decided


def contact_customer(rt: Runtime, *, actor: Actor, job: outbox.Job) -> None:
    """Do the cadence step that is due for the case `job.ref`; a case that is no longer open is
    left alone. In the same transaction the job becomes the next step's.

    A message waits as a job of its own, unless the job knows its way: then a provider is asked for
    first, and if one carries it now, it is kept as `unknown` at once and sent by this hand."""
    actor.require("carry")
    permit = permit_for(rt, job.way) if job.way is not None else None
    going = None
    with suppress(_Lost), rt.db.begin() as tx:
        going = _do_step(rt, tx, actor, job, permit)
    if going is not None:
        deliver(rt, actor=actor, going=going, job=None)
    elif permit is not None and permit.provider is not None:
        rt.traffic.give_back(permit)


def _do_step(
    rt: Runtime, tx: Tx, actor: Actor, job: outbox.Job, permit: Permit | None
) -> Going | None:
    """The message to be sent now, if there is one."""
    case = cases.lock(tx, job.ref)
    now = rt.now()
    if case.state is not CaseState.OPEN or case.next is None:
        outbox.done(tx, job, now)
        return None
    if case.next.due > now:
        outbox.move(tx, job, now, case.next.due)
        return None
    if case.paused(now):
        _rest(tx, job, case, now)
        return None
    step = due_step(rt, case)
    if step is None:
        hand_over(rt, tx, actor=actor, case=case, reason="no_response", why="cadence is over")
        return None
    due = _Due(rt, tx, actor, job, case, people.lock(tx, case.person_id), step, permit)
    if step.when and not _applies(due):
        audit.append(tx, now, actor, case.id, AuditEvent.MESSAGE_SKIPPED, step=case.step)
        _go_on(due, due.after, case.step + 1)
        return None
    return _take_step(due)


def _rest(tx: Tx, job: outbox.Job, case: Case, now: datetime) -> None:
    """What came due while staff let the case rest waits for the end of that."""
    if case.paused_until is None or case.next is None or not outbox.move(
        tx, job, now, case.paused_until
    ):
        raise _Lost
    cases.save(tx, case, case.at_step(case.step, replace(case.next, due=case.paused_until)))


def _take_step(due: _Due) -> Going | None:
    """By the first contact point that may be used now; if all have to wait, at the first hour that
    one of them may; if none ever may, a person takes over."""
    rt, ways = due.rt, []
    for contact in contacts_for(rt, due.person, due.step):
        way = _Way(contact, may_ask(
            rt, due.tx, case=due.case, person=due.person, contact=contact,
            template=due.step.template, waiting=True,
        ))
        if way.decided.gate.open:
            return _ask(due, way)
        ways.append(way)
    later = [w for w in ways if w.decided.gate.again is not None]
    if later:
        _hold(due, min(later, key=lambda w: w.decided.gate.again or rt.now()))
        return None
    why = "; ".join(f"{w.contact.channel}: {', '.join(w.decided.gate.reasons)}" for w in ways)
    hand_over(
        rt, due.tx, actor=due.actor, case=due.case, why=why or "no contact point that may be used",
        reason="opted_out" if due.person.stopped_at is not None else "no_response",
    )
    return None


def _applies(due: _Due) -> bool:
    case, workflow = due.case, due.rt.workflows[due.case.workflow]
    return due.step.applies(workflow.step_inputs(
        facts_of(workflow, case), today=local_day(workflow, due.person, due.rt.now()),
        visited=links.newest_visit(due.tx, case.id) is not None, settled=case.settled,
        attempts=case.attempt, done=case.done,
    ))


def _ask(due: _Due, way: _Way) -> Going | None:
    rt, tx, case, now = due.rt, due.tx, due.case, due.rt.now()
    link = give_link(rt, tx, case=case, contact=way.contact)
    message = write_message(
        rt, case=case, person=due.person, contact=way.contact, purpose=Purpose.ASK,
        template=due.step.template, link_id=link.id, decision=way.decided.document,
    )
    going, permit = None, _permit(due, way, link)
    if permit is not None and permit.provider is not None:
        leaving = message.leaving(permit.provider, way.decided.document, now)
        messages.add(tx, leaving)
        text = make_outgoing(rt, tx, leaving, case, due.person, way.contact, link)
        going, entry = Going(leaving, text), queued(leaving)
    else:
        entry = put_message(rt, tx, message, now + _turn(permit))
    audit.append_all(tx, now, due.actor, case.id, [entry])
    _go_on(due, due.after, case.step + 1)
    return going


def _permit(due: _Due, way: _Way, link: Link) -> Permit | None:
    """What the providers said, if it was about this contact point."""
    asked = due.job.way is not None and due.job.way.contact_id == way.contact.id
    return due.permit if asked and link.alive(due.rt.now()) else None


def _turn(permit: Permit | None) -> timedelta:
    """How long until its turn in a rate. Whatever else is in the way is told when it is sent."""
    if permit is None or permit.wait is None or permit.reasons != ("rate",):
        return timedelta()
    return permit.wait


def _hold(due: _Due, way: _Way) -> None:
    now, gate = due.rt.now(), way.decided.gate
    again = gate.again or now + timedelta(days=1)
    audit.append(
        due.tx, now, due.actor, due.case.id, AuditEvent.MESSAGE_HELD, reasons=list(gate.reasons),
        until=again.isoformat(), decision=dict(way.decided.document),
    )
    _go_on(due, NextStep("contact", "cadence", again), due.case.step)


def _go_on(due: _Due, next: NextStep, step: int) -> None:
    if not outbox.move(due.tx, due.job, due.rt.now(), next.due):
        raise _Lost
    cases.save(due.tx, due.case, due.case.at_step(step, next))
