"""What each result of a work item does to its case (`domain/resolution`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from inthread.commands.steps.can_send import may_answer
from inthread.commands.steps.forget_contact import forget_contact
from inthread.commands.steps.give_link import give_link
from inthread.commands.steps.hand_over import stop_reminders
from inthread.commands.steps.queue_message import put_message, write_message
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.cadence import resume_at
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.gate_words import in_words
from inthread.domain.message import Purpose
from inthread.domain.person import Contact, Person
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.resolution import Result
from inthread.domain.writeback import WritebackState
from inthread.runtime import Runtime
from inthread.store import audit, links, outbox, outcomes, people, work_stands, writebacks
from inthread.store.db import Tx

PAUSED = "a person resolved its work"
CHANNELS = ("sms", "whatsapp", "email", "voice")


@dataclass(frozen=True)
class Resolving:
    """One work item being resolved; the case is held."""

    rt: Runtime
    tx: Tx
    actor: Actor
    case: Case
    until: datetime | None

    def person(self) -> Person:
        return people.lock(self.tx, self.case.person_id)


def resume(it: Resolving) -> Case:
    """Where it stood: with an outcome on its way, proved by now, or open."""
    rt, tx, case, now = it.rt, it.tx, it.case, it.rt.now()
    again = resume_at(case, rt.workflows[case.workflow].cadence, now)
    outcome = outcomes.of_attempt(tx, case.id, case.attempt)
    if outcome is None:
        return case.resume(CaseState.OPEN, again)
    sent = writebacks.of_outcome(tx, outcome.id)
    resolved = case.resume(CaseState.RESOLVED, _proving(rt, case, outcome.action))
    return resolved.settle([w.state for w in sent], outcome.completes, now, again)


def retry(it: Resolving) -> Case:
    rt, tx, case, now = it.rt, it.tx, it.case, it.rt.now()
    outcome = outcomes.of_attempt(tx, case.id, case.attempt)
    if outcome is None:
        raise ValueError(f"{case.id} has nothing that could have failed")
    for w in writebacks.of_outcome(tx, outcome.id):
        if w.state is WritebackState.FAILED:
            writebacks.save(tx, w.again())
            outbox.put(tx, rt.new_id("job"), "writeback", w.id, now, case.id)
    return case.resume(CaseState.RESOLVED, _proving(rt, case, outcome.action))


def rest(it: Resolving) -> Case:
    """Open, and nothing is asked until then; what the customer does counts as always."""
    if it.until is None:
        raise ValueError("a pause needs its end")
    return resume(it).pause(it.until, PAUSED, it.rt.now())


def relink(it: Resolving) -> Case:
    """Open again, with the link on its way to the first contact point that may get it."""
    rt, tx, person = it.rt, it.tx, it.person()
    after = resume(it)
    why = "there is no contact point that may be used"
    for contact in person.reachable(tuple(c for c in CHANNELS if c in rt.registry.channels)):
        draft = write_message(
            rt, case=after, person=person, contact=contact, purpose=Purpose.LINK,
            template="renewed",
        )
        decided = may_answer(rt, tx, message=draft, case=after, person=person, contact=contact)
        if decided.gate.open:
            link = give_link(rt, tx, case=after, contact=contact)
            message = replace(draft, link_id=link.id, decision=decided.document)
            audit.append_all(tx, rt.now(), it.actor, it.case.id, [
                (AuditEvent.LINK_RESENT,
                 {"link": link.id, "channel": contact.channel, "asked": True}),
                put_message(rt, tx, message, rt.now()),
            ])
            return after
        why = in_words(decided.gate)
    raise BadInput([Problem("/result", why)])


def stop_contact(it: Resolving) -> Case:
    """Nothing goes any more to where this case wrote. It goes on with what other contact points
    there are; without one it ends."""
    person = it.person()
    forgotten: set[tuple[str, str]] = set()
    for contact in work_stands.reached_of(it.tx, it.case, person):
        if (contact.kind, contact.address) not in forgotten:
            forgotten.add((contact.kind, contact.address))
            forget_contact(
                it.rt, it.tx, actor=it.actor, person=person, contact=contact, subject=it.case.id
            )
    left = [c for c in person.contacts if _usable(c) and (c.kind, c.address) not in forgotten]
    return resume(it) if left else withdraw(it)


def withdraw(it: Resolving) -> Case:
    now = it.rt.now()
    stop_reminders(it.tx, it.case, "withdrawn", now)
    links.kill(it.tx, it.case.id, now)
    return it.case.end(CaseState.WITHDRAWN, now)


def _usable(contact: Contact) -> bool:
    return contact.stopped_at is None


def _proving(rt: Runtime, case: Case, action: str) -> NextStep:
    proof = rt.workflows[case.workflow].proofs[action]
    return NextStep("prove", proof.connector, rt.now() + proof.within)


RESULTS: dict[Result, Callable[[Resolving], Case]] = {
    Result.RESUME: resume, Result.RETRY: retry, Result.RESUME_AT: rest, Result.RELINK: relink,
    Result.STOP_CONTACT: stop_contact, Result.WITHDRAW: withdraw,
}
