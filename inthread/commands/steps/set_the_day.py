"""A card was left for a payment on a later day: from now on the case waits for that day."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.payment import ScheduledPayment, ScheduleState
from inthread.runtime import Runtime
from inthread.store import audit, cases, outbox, scheduled
from inthread.store.db import Tx

HOUR = time(9)


def morning(day: date, zone: tzinfo) -> datetime:
    """Nine o'clock of that day, where the customer is."""
    return datetime.combine(day, HOUR, zone)


def set_the_day(
    rt: Runtime, tx: Tx, *, actor: Actor, case: Case, schedule: ScheduledPayment
) -> bool:
    """False, and nothing will be taken, when the case does not wait for this card any more. A day
    that has come meanwhile is now."""
    now = rt.now()
    if case.state is not CaseState.PENDING:
        scheduled.turn(tx, schedule.id, ScheduleState.ASKED, ScheduleState.DROPPED, now)
        return False
    due = max(schedule.due_at, now)
    if not scheduled.wait_until(tx, schedule.id, due):
        return False
    cases.save(tx, case, case.at_step(case.step, NextStep("charge", "worker", due)))
    outbox.drop(tx, case.id, ("payment",), now)
    outbox.put(tx, rt.new_id("job"), "charge", schedule.id, due, case.id)
    audit.append(
        tx, now, actor, case.id, AuditEvent.PAYMENT_SET, schedule=schedule.id,
        amount=schedule.amount.as_json(), on=schedule.due_on.isoformat(),
    )
    return True
