"""Let a case rest: until a day, nothing is asked of the customer."""

from __future__ import annotations

from datetime import datetime, timedelta

from inthread.commands.steps.staff_words import staff_words
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.case import Case, CaseState
from inthread.domain.refusals import BadInput, Problem
from inthread.runtime import Runtime
from inthread.store import audit, cases, outbox

LONGEST = timedelta(days=30)
LONGEST_REASON = 200


def pause_case(
    rt: Runtime, *, actor: Actor, case_id: str, until: datetime, reason: str
) -> Case:
    """The case as saved. What is due meanwhile waits and goes on by itself when the pause is over;
    a message that was about to leave is held. What the customer does by their link counts as
    always. Pausing again sets another end. *until*: aware, at most thirty days ahead and not after
    the case's own end.

    Raises NotFound, and BadInput: also when a person has the case, or it has ended.
    """
    actor.require("cases:write")
    why = staff_words(reason, "/reason", LONGEST_REASON)
    now = rt.now()
    with rt.db.begin() as tx:
        case = cases.lock(tx, case_id)
        _check(case, until, now)
        after = case.pause(until, why, now)
        cases.save(tx, case, after)
        if after.state is CaseState.OPEN and after.next is not None:
            outbox.delay(tx, case.id, "contact", after.next.due)
        audit.append(
            tx, now, actor, case.id, AuditEvent.CASE_PAUSED, until=until.isoformat(),
            reason_sha256=sealed(why),
        )
        return after


def _check(case: Case, until: datetime, now: datetime) -> None:
    if not case.live:
        raise BadInput([Problem("/case", f"is {case.state}: nothing is sent any more")])
    if case.state is CaseState.EXCEPTION:
        raise BadInput([Problem("/case", "is with a person: nothing is sent while it is")])
    if until <= now:
        raise BadInput([Problem("/until", "is over already: choose a later day")])
    if until - now > LONGEST:
        raise BadInput([Problem("/until", f"is more than {LONGEST.days} days ahead")])
    if until >= case.expires_at:
        raise BadInput([Problem("/until", "is after the end of the case itself: choose a day "
                                f"before {case.expires_at.date().isoformat()}")])
