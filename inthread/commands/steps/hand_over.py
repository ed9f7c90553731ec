"""Give the case to a person: a WorkItem with a full packet; reminders stop."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.case import Case, NextStep
from inthread.domain.work_item import WorkItem
from inthread.runtime import Runtime
from inthread.store import audit, cases, links, messages, outbox, outcomes, work_items, writebacks
from inthread.store.db import Tx


def hand_over(
    rt: Runtime, tx: Tx, *, actor: Actor, case: Case, reason: str, why: str,
    words: str = "", trouble: str = "",
) -> Case:
    """The case as saved: in `exception`, owned by the queue its workflow names for *reason*, due
    within that queue's time. A case that a person has already is only noted upon. *why* is a
    sentence of ours, and audited; *words* are somebody's own, *trouble* is what a system of record
    said: both stand in the packet alone."""
    now = rt.now()
    note = {"reason": reason, "why": why, "words_sha256": sealed(words)}
    if work_items.open_of(tx, case.id) is not None:
        audit.append(tx, now, actor, case.id, AuditEvent.CASE_HANDED_OVER, **note, again=True)
        return case
    queue = rt.workflows[case.workflow].queues[reason]
    item = WorkItem(
        rt.new_id("wi"), case.id, reason, queue.queue, now + queue.due,
        packet(tx, case, trouble or why, words, now), now,
    )
    after = case.hand_over(NextStep("work", queue.queue, item.due_at))
    stop_reminders(tx, case, reason, now)
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


def packet(
    tx: Tx, case: Case, why: str, words: str, now: datetime
) -> Mapping[str, object]:
    """All that a person needs to act without asking anybody (field: the customer's own words)."""
    visit = links.newest_visit(tx, case.id)
    decision = outcomes.newest_decision(tx, case.id) or {}
    done = outcomes.of_case(tx, case.id)
    sent = writebacks.of_case(tx, case.id)
    return {
        "why": why,
        "words": words,
        "identity": {
            "level": visit.level.name.lower(), "fact": visit.fact,
            "age_seconds": int((now - visit.level_at).total_seconds()),
        } if visit else None,
        "offered": decision.get("verdicts"),
        "outcome": {"id": done[-1].id, "kind": done[-1].kind} if done else None,
        "writeback": {
            "id": sent[-1].id, "state": sent[-1].state.value, "trouble": sent[-1].trouble,
        } if sent else None,
        "messages": [
            {"template": m.template, "channel": m.channel, "state": m.state.value}
            for m in messages.of_case(tx, case.id)[-10:]
        ],
    }
