"""A person resolves a WorkItem into a typed result, and the case goes back where it belongs."""

from __future__ import annotations

from inthread.commands.steps.go_on import go_on
from inthread.commands.steps.hand_over import stop_reminders
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.cadence import resume_at
from inthread.domain.card_numbers import mask_cards
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.refusals import AlreadySettled, BadInput, NotFound, Problem
from inthread.domain.work_item import WorkItem
from inthread.domain.writeback import WritebackState
from inthread.runtime import Runtime
from inthread.store import audit, cases, links, outbox, outcomes, payments, work_items, writebacks
from inthread.store.db import Tx

LONGEST_NOTE = 500


def resolve_work_item(
    rt: Runtime, *, actor: Actor, item_id: str, result: str, note: str = ""
) -> WorkItem:
    """`resume`: back to autopilot where it stood, quietly; money that came meanwhile and that the
    case can take is booked, and what it cannot take is the person's to give back. `retry`: what
    failed is written again, with the same id. `withdraw`: the case ends; money that came for it is
    the person's to give back.

    Raises NotFound, AlreadySettled when it was resolved before, BadInput when the result does not
    fit what is open.
    """
    actor.require("work:write")
    if result not in _RESULTS:
        raise BadInput([Problem("/result", f"use one of {', '.join(_RESULTS)}")])
    now, said = rt.now(), mask_cards(note)[:LONGEST_NOTE] or None
    with rt.db.begin() as tx:
        item = work_items.get(tx, item_id)
        if item is None:
            raise NotFound("work item")
        case = cases.lock(tx, item.case_id)
        if not work_items.resolve(tx, item_id, result, str(actor), now, said):
            raise AlreadySettled(item_id)
        after = _RESULTS[result](rt, tx, case)
        cases.save(tx, case, after)
        audit.append_all(tx, now, actor, case.id, [
            (AuditEvent.WORK_RESOLVED,
             {"work_item": item_id, "reason": item.reason, "result": result,
              "note_sha256": sealed(said)}),
            *_events(case, after),
        ])
        if after.state is CaseState.OPEN:
            go_on(rt, tx, actor=actor, case=after)
        found = work_items.get(tx, item_id)
    return found or item


def _events(before: Case, after: Case) -> list[audit.Entry]:
    if after.state is CaseState.WITHDRAWN:
        return [(AuditEvent.CASE_WITHDRAWN, {"state": after.state.value})]
    events: list[audit.Entry] = [(AuditEvent.CASE_RESUMED, {"state": after.state.value})]
    if after.state is CaseState.CLOSED:
        events.append((AuditEvent.CASE_CLOSED, {}))
    if after.attempt != before.attempt:
        events.append((AuditEvent.CASE_REOPENED, {}))
    return events


def _withdraw(rt: Runtime, tx: Tx, case: Case) -> Case:
    now = rt.now()
    if outcomes.of_attempt(tx, case.id, case.attempt) or payments.started(tx, case.id):
        raise BadInput([Problem("/result", "money or an outcome is on its way: resume or retry")])
    stop_reminders(tx, case, "withdrawn", now)
    links.kill(tx, case.id, now)
    return case.end(CaseState.WITHDRAWN, now)


def _retry(rt: Runtime, tx: Tx, case: Case) -> Case:
    now = rt.now()
    outcome = outcomes.of_attempt(tx, case.id, case.attempt)
    sent = writebacks.of_outcome(tx, outcome.id) if outcome else []
    failed = [w for w in sent if w.state is WritebackState.FAILED]
    if outcome is None or not failed:
        raise BadInput([Problem("/result", "nothing failed here: use resume or withdraw")])
    for w in failed:
        writebacks.save(tx, w.again())
        outbox.put(tx, rt.new_id("job"), "writeback", w.id, now, case.id)
    return case.resume(CaseState.RESOLVED, _proving(rt, case, outcome.action))


def _resume(rt: Runtime, tx: Tx, case: Case) -> Case:
    """Where it stood: with an outcome on its way, proved by now, or open."""
    now = rt.now()
    again = resume_at(case, rt.workflows[case.workflow].cadence, now)
    outcome = outcomes.of_attempt(tx, case.id, case.attempt)
    if outcome is None:
        return case.resume(CaseState.OPEN, again)
    sent = writebacks.of_outcome(tx, outcome.id)
    if any(w.state is WritebackState.FAILED for w in sent):
        raise BadInput([Problem("/result", "the write failed: use retry")])
    resolved = case.resume(CaseState.RESOLVED, _proving(rt, case, outcome.action))
    return resolved.settle([w.state for w in sent], outcome.completes, now, again)


def _proving(rt: Runtime, case: Case, action: str) -> NextStep:
    proof = rt.workflows[case.workflow].proofs[action]
    return NextStep("prove", proof.connector, rt.now() + proof.within)


_RESULTS = {"resume": _resume, "retry": _retry, "withdraw": _withdraw}
