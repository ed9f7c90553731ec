"""The customer switches a link for somebody else off."""

from __future__ import annotations

from inthread.acting.take_visit import take_visit
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import NotFound, StepUpNeeded
from inthread.runtime import Runtime
from inthread.store import audit, links, payer_links


def end_sharing(rt: Runtime, *, actor: Actor, token: str, payer_link_id: str) -> None:
    """Nobody can begin to pay by it from now on; a payment that was begun is not touched. Off
    already, nothing changes. Raises NotFound for another case's link, StepUpNeeded before the
    visit may see the case, VisitEnded, LinkGone."""
    actor.require("visit")
    now = rt.now()
    with rt.db.begin() as tx:
        taken = take_visit(rt, tx, token)
        needs = taken.workflow.identity.view
        if taken.visit.identity(now) < needs:
            raise StepUpNeeded(str(needs))
        link = payer_links.find(tx, payer_link_id)
        if link is None or link.case_id != taken.case.id:
            raise NotFound("payer link")
        links.save_visit(tx, taken.visit.seen(now))
        if payer_links.switch_off(tx, link.id):
            audit.append(
                tx, now, actor, taken.case.id, AuditEvent.PAYER_LINK_OFF, payer_link=link.id
            )
