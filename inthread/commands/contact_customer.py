"""Carry a case one step along its cadence: ask, hold, or give up and hand it over."""

from __future__ import annotations

from datetime import timedelta

from inthread.commands.steps.give_link import give_link
from inthread.commands.steps.hand_over import hand_over
from inthread.commands.steps.queue_message import queue_message
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.cadence import Gate, after_step, may_ask
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.contract import Cadence
from inthread.domain.message import Purpose
from inthread.domain.person import Contact, Person
from inthread.runtime import Runtime
from inthread.store import audit, cases, messages, outbox, people
from inthread.store.db import Tx


def contact_customer(rt: Runtime, *, actor: Actor, job: outbox.Job) -> None:
    """Do the cadence step that is due for the case `job.ref`; a case that is no longer open is
    left alone. The next step's job is written in the same transaction."""
    actor.require("carry")
    with rt.db.begin() as tx:
        case = cases.lock(tx, job.ref)
        now = rt.now()
        if not outbox.done(tx, job, now) or case.state is not CaseState.OPEN or case.next is None:
            return
        cadence = rt.workflows[case.workflow].cadence
        if case.next.what == "give_up" or case.step >= len(cadence.steps):
            hand_over(rt, tx, actor=actor, case=case, reason="no_response", why="cadence is over")
            return
        person = people.lock(tx, case.person_id)
        contact = _whom(rt, case, person, cadence)
        if contact is None:
            hand_over(
                rt, tx, actor=actor, case=case, reason="no_response",
                why="no contact point that may be used",
            )
            return
        today = messages.asked_since(tx, person.id, now - timedelta(hours=24), waiting=True)
        gate = may_ask(case, person, contact, cadence, today, now)
        if gate.open:
            _ask(rt, tx, actor, case, person, contact)
        else:
            _hold(rt, tx, actor, case, gate)


def _whom(rt: Runtime, case: Case, person: Person, cadence: Cadence) -> Contact | None:
    """The step's own channel, else whichever we have that reaches the person."""
    first = cadence.steps[case.step].channel
    others = tuple(c for c in rt.registry.channels if c != first)
    reachable = person.reachable((first, *others))
    return reachable[0] if reachable else None


def _ask(
    rt: Runtime, tx: Tx, actor: Actor, case: Case, person: Person, contact: Contact
) -> None:
    now = rt.now()
    cadence = rt.workflows[case.workflow].cadence
    link = give_link(rt, tx, case=case, contact=contact)
    queued = queue_message(
        rt, tx, case=case, person=person, contact=contact, purpose=Purpose.ASK,
        template=cadence.steps[case.step].template, link_id=link.id,
    )
    audit.append_all(tx, now, actor, case.id, [queued])
    _go_on(rt, tx, case, after_step(case, cadence, now), case.step + 1)


def _hold(rt: Runtime, tx: Tx, actor: Actor, case: Case, gate: Gate) -> None:
    now = rt.now()
    again = gate.again or now + timedelta(days=1)
    audit.append(
        tx, now, actor, case.id, AuditEvent.MESSAGE_HELD, reasons=list(gate.reasons),
        until=again.isoformat(),
    )
    _go_on(rt, tx, case, NextStep("contact", "cadence", again), case.step)


def _go_on(rt: Runtime, tx: Tx, case: Case, next: NextStep, step: int) -> None:
    cases.save(tx, case, case.at_step(step, next))
    outbox.put(tx, rt.new_id("job"), "contact", case.id, next.due, case.id)
