"""Record what was settled: outcome, writebacks, jobs, receipt and audit, all in the one
transaction of the command that calls this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from inthread.commands.steps.apply_contacts import apply_contacts
from inthread.commands.steps.hand_over import stop_reminders
from inthread.commands.steps.keep_files import take_documents
from inthread.commands.steps.queue_message import queue_message
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.cadence import first_moment, zone_of
from inthread.domain.case import Case, NextStep
from inthread.domain.link import LinkState, Visit
from inthread.domain.message import Purpose
from inthread.domain.money import Money
from inthread.domain.outcome import Outcome
from inthread.domain.person import Person
from inthread.domain.writeback import Writeback
from inthread.offers import facts_of
from inthread.runtime import Runtime
from inthread.spi import NewContact
from inthread.store import audit, cases, links, outbox, outcomes, writebacks
from inthread.store.db import Tx


@dataclass(frozen=True)
class Done:
    """What an action came to, ready to be recorded. `documents`: the ids of the files kept for it.
    """

    action: str
    kind: str
    values: Mapping[str, object]
    amount: Money | None
    lines: tuple[tuple[str, object], ...] = ()
    evidence: Mapping[str, object] | None = None
    documents: Sequence[str] = ()
    rest_until: date | None = None
    contacts: Sequence[NewContact] = ()


def record_outcome(
    rt: Runtime, tx: Tx, *, actor: Actor, case: Case, person: Person, visit: Visit | None,
    done: Done,
) -> Outcome:
    """*visit*: the customer's latest; the receipt goes the way they came. Raises AlreadySettled
    unless the case can take an outcome."""
    now = rt.now()
    workflow = rt.workflows[case.workflow]
    proof = workflow.proofs[done.action]
    outcome = Outcome(
        id=rt.new_id("out"), case_id=case.id, attempt=case.attempt, action=done.action,
        kind=done.kind, values=done.values, amount=done.amount,
        completes=_completes(rt, case, done), at=now, lines=done.lines, evidence=done.evidence,
    )
    after = case.record(outcome, NextStep("prove", proof.connector, now + proof.within))
    writeback = Writeback(
        id=rt.new_id("wb"), case_id=case.id, outcome_id=outcome.id, connector=proof.connector,
        operation=proof.operation, must_equal=tuple(proof.must_equal),
        fields=proof.values(
            facts=facts_of(workflow, case), outcome=done.values, case_reference=case.reference,
            person_reference=person.reference,
        ),
    )
    after = _rested(rt, after, person, done, outcome.completes)
    stop_reminders(tx, case, "settled", now)
    cases.save(tx, case, after)
    outcomes.add(tx, outcome)
    outcomes.drop_draft(tx, case.id, done.action)
    kept = take_documents(rt, tx, outcome, done.documents)
    writebacks.add_all(tx, [writeback], now + proof.within)
    _put_jobs(rt, tx, case, outcome, writeback)
    if outcome.completes:
        links.turn(tx, case.id, LinkState.SPENT)
    reached = apply_contacts(rt, tx, case=after, person=person, outcome=outcome,
                             contacts=done.contacts)
    receipt = _send_receipt(rt, tx, after, reached.person, visit, outcome)
    audit.append_all(tx, now, actor, case.id, [
        _recorded(outcome, writeback, receipt), *kept, *receipt, *reached.events,
    ])
    return outcome


def _put_jobs(rt: Runtime, tx: Tx, case: Case, outcome: Outcome, writeback: Writeback) -> None:
    outbox.put(tx, rt.new_id("job"), "writeback", writeback.id, rt.now(), case.id)
    if rt.registry.signer is not None and (outcome.evidence or {}).get("agreement"):
        outbox.put(tx, rt.new_id("job"), "evidence", outcome.id, rt.now(), case.id)


def _rested(rt: Runtime, case: Case, person: Person, done: Done, completes: bool) -> Case:
    if done.rest_until is None or completes:
        return case
    zone = zone_of(person, rt.workflows[case.workflow].cadence)
    until = first_moment(done.rest_until, zone)
    return case.pause(until, f"{done.kind}: rests until {done.rest_until}", rt.now())


def _recorded(
    outcome: Outcome, writeback: Writeback, receipt: Sequence[audit.Entry]
) -> audit.Entry:
    """`copy`: the message that carries the customer's own."""
    return AuditEvent.OUTCOME, {
        "outcome": outcome.id, "action": outcome.action, "kind": outcome.kind,
        "amount": outcome.amount.as_json() if outcome.amount else None,
        "writeback": writeback.id, "sha256": outcome.digest,
        "copy": receipt[0][1]["message"] if receipt else None,
    }


def _completes(rt: Runtime, case: Case, done: Done) -> bool:
    left = case.remaining
    if left is not None and done.amount is not None:
        left = left - done.amount
    rule = rt.workflows[case.workflow].action(done.action).completes
    return rule.met(left, {*case.done, done.action})


def _send_receipt(
    rt: Runtime, tx: Tx, case: Case, person: Person, visit: Visit | None, outcome: Outcome
) -> Sequence[audit.Entry]:
    """On the channel the customer came by, unless they stopped it."""
    contact = person.contact(visit.contact_id) if visit else None
    if visit is None or contact is None or contact.stopped_at is not None:
        return ()
    amount = outcome.amount
    return (queue_message(
        rt, tx, case=case, person=person, contact=contact, purpose=Purpose.RECEIPT,
        template="receipt", link_id=visit.link_id,
        values={"outcome": outcome.id, "minor": str(amount.minor), "currency": amount.currency}
        if amount else {"outcome": outcome.id},
    ),)
