"""Carry one writeback one step: say we are calling, call with nothing open, record what we heard.

Unknown is read back before it is sent again; accepted is never sent again; the case closes in the
same commit as the proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inthread.commands.steps.go_on import go_on
from inthread.commands.steps.hand_over import hand_over
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.breaker import TRY_EVERY, ConnectorState
from inthread.domain.cadence import resume_at
from inthread.domain.card_numbers import mask_cards
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.outcome import Outcome
from inthread.domain.writeback import Writeback, WritebackState
from inthread.runtime import Runtime
from inthread.spi import Connector, Rejected, Retry
from inthread.store import (
    audit,
    cases,
    connectors,
    outbox,
    outcomes,
    work_items,
    writebacks,
)
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
        held = writebacks.held(tx, job, now)
        if held is None or _waits(tx, job, held.connector, now):
            return
        before = held.writeback
        connector = rt.registry.connectors[before.connector]
        sending = before.state is WritebackState.DUE
        if sending:
            before = before.calling(now, connector.remembers)
            writebacks.save(tx, before)
    rt.db.assert_closed()
    call = _Call(before, "sent" if sending else "looked")
    if before.state is WritebackState.UNKNOWN and sending:
        call = _send(connector, call)
    if not call.after.ended and (not sending or call.after.state is WritebackState.APPLIED):
        call = _look(rt, connector, call)
    took = int((rt.now() - now).total_seconds() * 1000)
    _record(rt, actor, job, replace(call, took_ms=took), held.connector)


@dataclass(frozen=True)
class _Call:
    """What one call came to. `answered`: the other side said something, whatever it was. `wait`:
    how long it asked to be left alone."""

    after: Writeback
    did: str
    answered: bool = True
    wait: timedelta | None = None
    heard: str | None = None
    took_ms: int = 0


def _waits(tx: Tx, job: outbox.Job, state: ConnectorState, now: datetime) -> bool:
    """Whether the connector is not called now: then the job comes back when it may be, and has
    spent no try."""
    at = state.call_at(now)
    if state.name == "silent" and at <= now and not connectors.may_try(tx, state.connector, now):
        at = now + TRY_EVERY
    if at > now:
        outbox.postpone(tx, job, at)
    return at > now


def _send(connector: Connector, call: _Call) -> _Call:
    called = call.after
    try:
        reference = connector.apply(called).reference
    except Retry as refusal:
        wait = timedelta(seconds=min(refusal.after, 86400)) if refusal.after else None
        return replace(call, after=called.not_done(mask_cards(str(refusal)) or "busy"), wait=wait,
                       answered=wait is not None, heard=str(refusal))
    except Rejected as refusal:
        said = mask_cards(str(refusal))
        return replace(call, after=called.failed(f"refused: {said}"), heard=said)
    except Exception as fault:  # noqa: BLE001 - whatever else it was, nobody knows what happened
        unheard = called.unheard(f"no answer: {type(fault).__name__}")
        return replace(call, after=unheard, answered=False)
    return replace(call, after=called.applied(reference), heard=f"taken as {reference}")


def _look(rt: Runtime, connector: Connector, call: _Call) -> _Call:
    before = call.after.looking()
    try:
        observed = connector.read_back(before)
    except Exception as fault:  # noqa: BLE001 - a look that failed told us nothing
        blind = before.unheard(f"could not look: {type(fault).__name__}")
        return replace(call, after=blind, answered=False)
    after = before.seen(observed, rt.now(), connector.visible_after)
    said = [*([call.heard] if call.heard else []), _said(before, observed)]
    return replace(call, after=after, answered=True, heard="; ".join(said))


def _said(w: Writeback, observed: Mapping[str, object] | None) -> str:
    """What a read-back showed, as it is kept for people: the fields that count, and of no field
    its text: it may be somebody's own."""
    if observed is None:
        return "not there"
    alike = [k for k in w.must_equal if observed.get(k) == w.fields.get(k)]
    return f"there, {len(alike)} of {len(w.must_equal)} fields alike"


def _record(
    rt: Runtime, actor: Actor, job: outbox.Job, call: _Call, known: ConnectorState
) -> None:
    now, w = rt.now(), call.after
    with rt.db.begin() as tx:
        case = cases.lock(tx, w.case_id)
        if not outbox.done(tx, job, now):
            return
        if not w.ended:
            w = _plan_next(rt, tx, w, call.wait, now)
        writebacks.save(tx, w)
        writebacks.add_attempt(tx, w.id, writebacks.Attempt(
            now, call.did, w.state.value, w.trouble, call.took_ms, mask_cards(call.heard or "")
        ))
        _note_connector(tx, actor, w.connector, known, call.answered, now)
        if w.state is WritebackState.PROVED:
            _settle(rt, tx, actor, case, w, now)
            return
        audit.append_all(tx, now, actor, case.id, [_heard(w)])
        if w.state is WritebackState.FAILED:
            hand_over(
                rt, tx, actor=actor, case=case, reason="writeback_failed",
                why=f"{w.connector} does not have the outcome", trouble=w.trouble or "",
            )


def _note_connector(
    tx: Tx, actor: Actor, key: str, known: ConnectorState, answered: bool, now: datetime
) -> None:
    """Nothing is written of one that answers as it did before."""
    if answered and known.failures == 0 and known.silent_since is None:
        return
    turned = connectors.answered(tx, key) if answered else connectors.missed(tx, key, now)
    if turned:
        event = AuditEvent.CONNECTOR_ANSWERING if answered else AuditEvent.CONNECTOR_SILENT
        audit.append(tx, now, actor, f"connector:{key}", event)


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
