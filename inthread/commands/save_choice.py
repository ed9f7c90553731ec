"""Keep what the customer chose, checked, before the page that asks them to confirm it."""

from __future__ import annotations

from inthread.acting.make_ready import check_identity, make_ready
from inthread.acting.read_form import read_form
from inthread.acting.take_visit import take_visit
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.runtime import Runtime
from inthread.spi import Form, Invalid
from inthread.store import audit, links, outcomes


def save_choice(rt: Runtime, *, actor: Actor, token: str, action: str, form: Form) -> None:
    """The draft belongs to the case, so it goes on from another link or device.

    Raises Invalid with what is wrong in the form, NotEligible, StepUpNeeded, AlreadySettled.
    """
    actor.require("visit")
    now = rt.now()
    with rt.db.begin() as tx:
        ready = make_ready(rt, take_visit(rt, tx, token), action)
        refusal = check_identity(rt, ready, None)
        if refusal is not None:
            raise refusal
        problem: Invalid | None = None
        try:
            choice = read_form(ready, form)
        except Invalid as invalid:
            problem = invalid
        links.save_visit(tx, ready.taken.visit.seen(now))
        if problem is None:
            case = ready.taken.case
            outcomes.save_draft(tx, case.id, action, choice.values, now)
            audit.append(tx, now, actor, case.id, AuditEvent.CHOSEN, action=action)
    if problem is not None:
        raise problem
