"""A person resolves a WorkItem into a typed result, and the case goes back where it belongs."""

from __future__ import annotations

from sqlalchemy import Connection

from inthread.commands.steps.hand_over import stop_reminders
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.cadence import resume_at
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.refusals import AlreadySettled, BadInput, NotFound, Problem
from inthread.domain.work_item import WorkItem
from inthread.domain.writeback import WritebackState
from inthread.runtime import Runtime
from inthread.store import audit, cases, links, outbox, outcomes, payments, work_items, writebacks

RESULTS = ("resume", "retry", "withdraw")


def resolve_work_item(
    rt: Runtime, *, actor: Actor, item_id: str, result: str, note: str = ""
) -> WorkItem:
    """`resume`: back to autopilot where it stood, quietly. `retry`: what failed is written again,
    with the same id. `withdraw`: the case ends.

    Raises NotFound, AlreadySettled when it was resolved before, BadInput when the result does not
    fit what is open.
    """
    actor.require("work:write")
    if result not in RESULTS:
        raise BadInput([Problem("/result", f"use one of {', '.join(RESULTS)}")])
    now = rt.now()
    with rt.db.begin() as tx:
        item = work_items.get(tx, item_id)
        if item is None:
            raise NotFound("work item")
        case = cases.lock(tx, item.case_id)
        if not work_items.resolve(tx, item_id, result, str(actor), now):
            raise AlreadySettled(item_id)
        if result == "withdraw":
            after = _withdraw(rt, tx, case)
        elif result == "retry":
            after = _retry(rt, tx, case)
        else:
            after = _resume(rt, tx, case)
        cases.save(tx, case, after)
        audit.append_all(tx, now, actor, case.id, [
            (AuditEvent.WORK_RESOLVED,
             {"work_item": item_id, "reason": item.reason, "result": result, "note": note[:500]}),
            (AuditEvent.CASE_WITHDRAWN if result == "withdraw" else AuditEvent.CASE_RESUMED,
             {"state": after.state.value}),
        ])
        found = work_items.get(tx, item_id)
    return found or item


def _withdraw(rt: Runtime, tx: Connection, case: Case) -> Case:
    now = rt.now()
    if outcomes.of_attempt(tx, case.id, case.attempt) or payments.unsettled(tx, case.id):
        raise BadInput([Problem("/result", "money or an outcome is on its way: resume or retry")])
    stop_reminders(tx, case, "withdrawn", now)
    links.kill(tx, case.id, now)
    return case.end(CaseState.WITHDRAWN, now)


def _retry(rt: Runtime, tx: Connection, case: Case) -> Case:
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


def _resume(rt: Runtime, tx: Connection, case: Case) -> Case:
    """Where it stood: with an outcome on its way, a payment on its way, or open."""
    now = rt.now()
    outcome = outcomes.of_attempt(tx, case.id, case.attempt)
    if outcome is not None:
        sent = writebacks.of_outcome(tx, outcome.id)
        if any(w.state is WritebackState.FAILED for w in sent):
            raise BadInput([Problem("/result", "the write failed: use retry")])
        resolved = case.resume(CaseState.RESOLVED, _proving(rt, case, outcome.action))
        again = resume_at(case, rt.workflows[case.workflow].cadence, now)
        settled = resolved.settle([w.state for w in sent], outcome.completes, now, again)
        return _watched(rt, tx, settled)
    payment = payments.unsettled(tx, case.id)
    if payment is not None:
        outbox.put(tx, rt.new_id("job"), "payment", payment.id, now, case.id)
        return case.resume(CaseState.PENDING, NextStep("payment", payment.provider, now))
    again = resume_at(case, rt.workflows[case.workflow].cadence, now)
    return _watched(rt, tx, case.resume(CaseState.OPEN, again))


def _watched(rt: Runtime, tx: Connection, case: Case) -> Case:
    """An open case has its contact job."""
    if case.state is CaseState.OPEN and case.next is not None:
        outbox.put(tx, rt.new_id("job"), "contact", case.id, case.next.due, case.id)
    return case


def _proving(rt: Runtime, case: Case, action: str) -> NextStep:
    proof = rt.workflows[case.workflow].proofs[action]
    return NextStep("prove", proof.connector, rt.now() + proof.within)
