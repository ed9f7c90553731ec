"""Let somebody in no more: their sessions and keys open nothing from the next request on."""

from __future__ import annotations

from inthread.commands.steps.keep_admin import keep_admin
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import Forbidden, NotFound
from inthread.domain.staff import Staff, Standing, is_own
from inthread.runtime import Runtime
from inthread.store import audit, staff, staff_sessions


def disable_staff(rt: Runtime, *, actor: Actor, staff_id: str) -> Staff:
    """The person, disabled; twice is fine. An invitation that is out ends as well.
    Raises Forbidden for oneself, NotFound, LastAdmin (ASVS 7.4.2)."""
    actor.require("staff:write")
    if is_own(actor, staff_id):
        raise Forbidden("oneself")
    now = rt.now()
    with rt.db.begin() as tx:
        keep_admin(tx, staff_id)
        kept = staff.held(tx, staff_id)
        if kept is None:
            raise NotFound("staff")
        if kept.staff.standing is Standing.DISABLED:
            return kept.staff
        staff.change(
            tx, staff_id, disabled_at=now, invitation=None, invitation_expires=None
        )
        ended = staff_sessions.end_all(tx, staff_id, now)
        audit.append(tx, now, actor, staff_id, AuditEvent.STAFF_DISABLED, sessions=ended)
        return staff.known(tx, staff_id)
