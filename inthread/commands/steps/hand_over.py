"""Give the case to a person: a WorkItem with a full packet; reminders stop."""

from __future__ import annotations

from datetime import datetime

from inthread.commands.steps.call_off import call_off
from inthread.commands.steps.make_packet import make_packet
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.case import Case, NextStep
from inthread.domain.causes import cause_of
from inthread.domain.payment import PaymentEvent
from inthread.domain.work_item import WorkItem
from inthread.runtime import Runtime
from inthread.store import audit, cases, messages, outbox, work_items
from inthread.store.db import Tx


def hand_over(
    rt: Runtime, tx: Tx, *, actor: Actor, case: Case, reason: str, why: str,
    words: str = "", trouble: str = "", event: PaymentEvent | None = None,
) -> Case:
    """The case as saved: in `exception`, owned by the queue its workflow names for *reason*, due
    within that queue's working time. A case that a person has already is only noted upon. *why* is
    a sentence of ours, and audited; *words* are somebody's own, *trouble* is what a system of
    record said: both stand in the packet alone. *event*: what a payment provider said. A payment
    that waits for its day is called off: nothing is taken while a person looks at the case."""
    now = rt.now()
    note = {"reason": reason, "why": why, "words_sha256": sealed(words)}
    if event is not None:
        note |= {"payment": event.payment_id, "heard": event.kind.value}
    if work_items.open_of(tx, case.id) is not None:
        audit.append(tx, now, actor, case.id, AuditEvent.CASE_HANDED_OVER, **note, again=True)
        return case
    workflow = rt.workflows[case.workflow]
    queue = workflow.queues[reason]
    item = WorkItem(
        rt.new_id("wi"), case.id, reason, queue.queue, rt.queues.due(queue.queue, now, queue.due),
        make_packet(tx, case, workflow, why=trouble or why, words=words, now=now, event=event),
        now, cause=cause_of(reason, workflow.key, trouble or why),
    )
    after = case.hand_over(NextStep("work", queue.queue, item.due_at))
    stop_reminders(tx, case, reason, now)
    call_off(rt, tx, actor=actor, case=case, why="a person has the case")
    cases.save(tx, case, after)
    work_items.add(tx, item)
    audit.append(
        tx, now, actor, case.id, AuditEvent.CASE_HANDED_OVER, **note, work_item=item.id,
        queue=queue.queue,
    )
    return after


def stop_reminders(tx: Tx, case: Case, why: str, now: datetime) -> None:
    """What was about to remind never leaves."""
    outbox.drop(tx, case.id, ("contact",), now)
    messages.cancel_queued(tx, case.id, why)

