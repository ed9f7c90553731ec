"""Find what could be stuck, and give it its next step again. Safe to run anywhere, any time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from inthread.commands.answer_once import KEEP
from inthread.commands.steps.hand_over import hand_over, stop_reminders
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.case import Case, CaseState
from inthread.runtime import Runtime
from inthread.store import (
    audit,
    cases,
    idempotency,
    links,
    outbox,
    outcomes,
    payments,
    scheduled,
    writebacks,
)
from inthread.store.db import Tx

GRACE = timedelta(minutes=5)
MOST = 200


def sweep(rt: Runtime, *, actor: Actor) -> int:
    """How many cases were moved: those whose next step is overdue and that nobody carries, and
    those whose time is over; each in a transaction of its own. One that cannot be moved stops no
    other; its fault is raised at the end, in an ExceptionGroup. What was answered to once-keys is
    forgotten when its day is over."""
    actor.require("carry")
    now = rt.now()
    with rt.db.begin() as tx:
        idempotency.forget(tx, now - KEEP)
    with rt.db.read() as tx:
        late = cases.stuck(tx, now - GRACE, MOST)
        over = cases.past_their_time(tx, now, MOST)
    moved, faults = 0, []
    for case_id, step in [*((i, _move) for i in late), *((i, _expire) for i in over)]:
        try:
            moved += _one(rt, actor, case_id, step)
        except Exception as fault:
            if rt.db.away(fault):
                raise
            fault.add_note(case_id)
            faults.append(fault)
    if faults:
        raise ExceptionGroup("cases that could not be moved", faults)
    return moved


_Step = Callable[[Runtime, Tx, Actor, Case, datetime], bool]


def _one(rt: Runtime, actor: Actor, case_id: str, step: _Step) -> bool:
    with rt.db.begin() as tx:
        case = cases.try_lock(tx, case_id)
        return case is not None and case.live and step(rt, tx, actor, case, rt.now())


def _move(rt: Runtime, tx: Tx, actor: Actor, case: Case, now: datetime) -> bool:
    """Whether something had to be done about this overdue case."""
    if case.next is None or case.next.due >= now - GRACE:
        return False
    waiting = {kind for kind, _, _ in outbox.waiting(tx, case.id)}
    if case.state is CaseState.RESOLVED:
        return _late_proof(rt, tx, actor, case, waiting, now)
    if case.state is CaseState.PENDING and not waiting & {"payment", "charge"}:
        _await_money(rt, tx, actor, case, now)
        return True
    if case.state is CaseState.OPEN and "contact" not in waiting:
        outbox.put(tx, rt.new_id("job"), "contact", case.id, now, case.id)
        return True
    return False


def _await_money(rt: Runtime, tx: Tx, actor: Actor, case: Case, now: datetime) -> None:
    payment, schedule = payments.started(tx, case.id), scheduled.live(tx, case.id)
    if schedule is not None:
        outbox.put(tx, rt.new_id("job"), "charge", schedule.id, now, case.id)
    elif payment is not None:
        outbox.put(tx, rt.new_id("job"), "payment", payment.id, now, case.id)
    else:
        hand_over(
            rt, tx, actor=actor, case=case, reason="payment_unclear",
            why="waits for a payment that is not there",
        )


def _late_proof(
    rt: Runtime, tx: Tx, actor: Actor, case: Case, waiting: set[str], now: datetime
) -> bool:
    """The proof is late: a person looks, while the worker goes on trying."""
    outcome = outcomes.of_attempt(tx, case.id, case.attempt)
    if "writeback" not in waiting and outcome is not None:
        for w in writebacks.of_outcome(tx, outcome.id):
            if not w.ended:
                outbox.put(tx, rt.new_id("job"), "writeback", w.id, now, case.id)
    hand_over(
        rt, tx, actor=actor, case=case, reason="writeback_failed", why="not proved in time"
    )
    return True


def _expire(rt: Runtime, tx: Tx, actor: Actor, case: Case, now: datetime) -> bool:
    """The workflow's time for the case is over. What is on its way is awaited first, and what a
    person has is theirs to end."""
    if case.state is not CaseState.OPEN:
        return False
    stop_reminders(tx, case, "expired", now)
    links.kill(tx, case.id, now)
    cases.save(tx, case, case.end(CaseState.EXPIRED, now))
    audit.append(tx, now, actor, case.id, AuditEvent.CASE_EXPIRED)
    return True
