"""End a pause early: what waited for its end is due now."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.case import Case, CaseState
from inthread.domain.refusals import BadInput, Problem
from inthread.runtime import Runtime
from inthread.store import audit, cases, outbox


def resume_case(rt: Runtime, *, actor: Actor, case_id: str) -> Case:
    """The case as saved. The gate still decides when a message may go. Raises NotFound, and
    BadInput for a case that is not paused."""
    actor.require("cases:write")
    now = rt.now()
    with rt.db.begin() as tx:
        case = cases.lock(tx, case_id)
        if not case.live or not case.paused(now):
            raise BadInput([Problem("/case", "is not paused")])
        after = case.unpause(now)
        cases.save(tx, case, after)
        if after.state is CaseState.OPEN and after.next is not None:
            outbox.delay(tx, case.id, "contact", after.next.due)
            tx.info["wake"] = True
        audit.append(tx, now, actor, case.id, AuditEvent.CASE_UNPAUSED)
        return after
