"""Let somebody in again who was disabled. Sessions and an invitation from before stay ended."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import Forbidden, NotFound
from inthread.domain.staff import Staff, Standing, is_own
from inthread.runtime import Runtime
from inthread.store import audit, staff


def enable_staff(rt: Runtime, *, actor: Actor, staff_id: str) -> Staff:
    """The person; twice is fine. Raises Forbidden for oneself, NotFound."""
    actor.require("staff:write")
    if is_own(actor, staff_id):
        raise Forbidden("oneself")
    now = rt.now()
    with rt.db.begin() as tx:
        kept = staff.held(tx, staff_id)
        if kept is None:
            raise NotFound("staff")
        if kept.staff.standing is Standing.DISABLED:
            staff.change(tx, staff_id, disabled_at=None)
            audit.append(tx, now, actor, staff_id, AuditEvent.STAFF_ENABLED)
        return staff.known(tx, staff_id)
