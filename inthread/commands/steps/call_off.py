"""Call off the payment that a case has set for a day. Nothing was taken, and nothing will be."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.case import Case
from inthread.domain.payment import ScheduledPayment, ScheduleState
from inthread.runtime import Runtime
from inthread.store import audit, outbox, scheduled
from inthread.store.db import Tx


def call_off(
    rt: Runtime, tx: Tx, *, actor: Actor, case: Case, why: str
) -> ScheduledPayment | None:
    """What was called off; None when nothing waits for its day. Money that is being taken now is
    not called off: what becomes of it is awaited."""
    schedule, now = scheduled.live(tx, case.id), rt.now()
    if schedule is None or schedule.state is not ScheduleState.WAITING:
        return None
    if not scheduled.turn(tx, schedule.id, schedule.state, ScheduleState.CANCELLED, now):
        return None
    outbox.drop(tx, case.id, ("charge",), now)
    audit.append(
        tx, now, actor, case.id, AuditEvent.PAYMENT_CALLED_OFF, schedule=schedule.id,
        amount=schedule.amount.as_json(), on=schedule.due_on.isoformat(), why=why,
    )
    return schedule
