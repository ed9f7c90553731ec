"""End a case as withdrawn: nothing more is sent, its links are dead."""

from __future__ import annotations

from inthread.commands.steps.call_off import call_off
from inthread.commands.steps.hand_over import stop_reminders
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.case import Case, CaseState
from inthread.runtime import Runtime
from inthread.store import audit, cases, links, outbox, outcomes, payments, work_items
from inthread.store.db import Tx


def on_its_way(tx: Tx, case: Case) -> bool:
    """Whether an outcome is on its way to the source, or a person looks at money that came."""
    item = work_items.open_of(tx, case.id)
    if item is not None and item.reason == "payment_unclear":
        return True
    return bool(payments.unbooked(tx, case.id)) or outcomes.of_attempt(
        tx, case.id, case.attempt
    ) is not None


def withdraw_case(rt: Runtime, tx: Tx, *, actor: Actor, case: Case, why: str) -> None:
    """A payment that is on its way is looked after until it is settled: late money is seen."""
    now = rt.now()
    item = work_items.open_of(tx, case.id)
    if item is not None:
        work_items.resolve(tx, item.id, "withdrawn", str(actor), now)
    stop_reminders(tx, case, "withdrawn", now)
    call_off(rt, tx, actor=actor, case=case, why="the case was taken back")
    links.kill(tx, case.id, now)
    payment = payments.started(tx, case.id)
    if payment is not None:
        outbox.drop(tx, case.id, ("payment", "charge"), now)
        outbox.put(tx, rt.new_id("job"), "payment", payment.id, now, case.id)
    cases.save(tx, case, case.end(CaseState.WITHDRAWN, now, why))
    audit.append(
        tx, now, actor, case.id, AuditEvent.CASE_WITHDRAWN, reason_sha256=sealed(why),
        work_item=item.id if item else None, payment=payment.id if payment else None,
    )
