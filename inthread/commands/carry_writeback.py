"""Carry one writeback one step: say we are calling, call with nothing open, record what we heard.

Unknown is read back before it is sent again; accepted is never sent again; the case closes in the
same commit as the proof.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from inthread.commands.steps.go_on import go_on
from inthread.commands.steps.hand_over import hand_over
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.cadence import resume_at
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.outcome import Outcome
from inthread.domain.writeback import Writeback, WritebackState
from inthread.runtime import Runtime
from inthread.spi import Connector, Rejected, Retry
from inthread.store import audit, cases, outbox, outcomes, work_items, writebacks
from inthread.store.db import Tx

_EVENTS = {
    WritebackState.APPLIED: AuditEvent.WRITEBACK_APPLIED,
    WritebackState.PROVED: AuditEvent.WRITEBACK_PROVED,
    WritebackState.FAILED: AuditEvent.WRITEBACK_FAILED,
}


def carry_writeback(rt: Runtime, *, actor: Actor, job: outbox.Job) -> None:
    """Send the writeback `job.ref` if it may be sent, and look whether it shows. It is `unknown`
    in the database before the first call and until the result is recorded."""
    actor.require("carry")
    with rt.db.begin() as tx:
        now = rt.now()
        before = writebacks.held(tx, job, now)
        if before is None:
            return
        connector = rt.registry.connectors[before.connector]
        sending = before.state is WritebackState.DUE
        if sending:
            before = before.calling(now, connector.remembers)
            writebacks.save(tx, before)
    rt.db.assert_closed()
    after, wait = before, None
    if before.state is WritebackState.UNKNOWN and sending:
        after, wait = _send(connector, before)
    if not after.ended and (not sending or after.state is WritebackState.APPLIED):
        after = _look(rt, connector, after.looking())
    took = int((rt.now() - now).total_seconds() * 1000)
    _record(rt, actor, job, after, wait, "sent" if sending else "looked", took)


def _send(connector: Connector, called: Writeback) -> tuple[Writeback, timedelta | None]:
    try:
        return called.applied(connector.apply(called).reference), None
    except Retry as refusal:
        wait = timedelta(seconds=min(refusal.after, 86400)) if refusal.after else None
        return called.not_done(str(refusal) or "busy"), wait
    except Rejected as refusal:
        return called.failed(f"refused: {refusal}"), None
    except Exception as fault:  # noqa: BLE001 - whatever else it was, nobody knows what happened
        return called.unheard(f"no answer: {type(fault).__name__}"), None


def _look(rt: Runtime, connector: Connector, before: Writeback) -> Writeback:
    try:
        return before.seen(connector.read_back(before), rt.now(), connector.visible_after)
    except Exception as fault:  # noqa: BLE001 - a look that failed told us nothing
        return before.unheard(f"could not look: {type(fault).__name__}")


def _record(
    rt: Runtime, actor: Actor, job: outbox.Job, w: Writeback, wait: timedelta | None, did: str,
    took_ms: int,
) -> None:
    now = rt.now()
    with rt.db.begin() as tx:
        case = cases.lock(tx, w.case_id)
        if not outbox.done(tx, job, now):
            return
        if not w.ended:
            w = _plan_next(rt, tx, w, wait, now)
        writebacks.save(tx, w)
        attempt = writebacks.Attempt(now, did, w.state.value, w.trouble, took_ms)
        writebacks.add_attempt(tx, w.id, attempt)
        if w.state is WritebackState.PROVED:
            _settle(rt, tx, actor, case, w, now)
            return
        audit.append_all(tx, now, actor, case.id, [_heard(w)])
        if w.state is WritebackState.FAILED:
            hand_over(
                rt, tx, actor=actor, case=case, reason="writeback_failed",
                why=f"{w.connector} does not have the outcome", trouble=w.trouble or "",
            )


def _heard(w: Writeback) -> audit.Entry:
    return _EVENTS.get(w.state, AuditEvent.WRITEBACK_UNHEARD), {
        "writeback": w.id, "connector": w.connector, "state": w.state.value,
        "trouble_sha256": sealed(w.trouble), "attempts": w.attempts, "reference": w.reference,
    }


def _plan_next(
    rt: Runtime, tx: Tx, w: Writeback, wait: timedelta | None, now: datetime
) -> Writeback:
    """The next try or look, as a new job in the transaction of this one's result."""
    at = w.next_at(now)
    if at is None:
        return w.failed(f"given up: {w.trouble}")
    if wait is not None:
        at = max(at, now + wait)
    if at > now:
        at += rt.jitter((at - now) / 10)
    outbox.put(tx, rt.new_id("job"), "writeback", w.id, at, w.case_id)
    return w


def _settle(
    rt: Runtime, tx: Tx, actor: Actor, case: Case, w: Writeback, now: datetime
) -> None:
    found = outcomes.settling(tx, w.outcome_id)
    if found is None:
        raise ValueError(f"writeback {w.id} of no outcome")
    outcome = found.outcome
    if found.tail is not None:
        audit.tails(tx)[case.id] = found.tail
    again = resume_at(case, rt.workflows[case.workflow].cadence, now)
    proved = set(found.states) == {WritebackState.PROVED}
    waiting = _back_from_late(tx, case, outcome, now) if proved else case
    settled = waiting.settle(found.states, outcome.completes, now, again)
    if settled == waiting:
        audit.append_all(tx, now, actor, case.id, [_heard(w)])
        return
    cases.save(tx, case, settled)
    closed = settled.state is CaseState.CLOSED
    event = AuditEvent.CASE_CLOSED if closed else AuditEvent.CASE_REOPENED
    audit.append_all(tx, now, actor, case.id, [_heard(w), (event, {"outcome": outcome.id})])
    if not closed:
        go_on(rt, tx, actor=actor, case=settled)


def _back_from_late(tx: Tx, case: Case, outcome: Outcome, now: datetime) -> Case:
    """A proof that comes late answers the WorkItem that its lateness made; no other one. Only a
    case in `exception` has one."""
    if case.state is not CaseState.EXCEPTION:
        return case
    item = work_items.open_of(tx, case.id)
    if item is None or item.reason != "writeback_failed" or outcome.attempt != case.attempt:
        return case
    work_items.resolve(tx, item.id, "proved_later", "worker", now)
    return case.resume(CaseState.RESOLVED, NextStep("prove", "worker", now))
