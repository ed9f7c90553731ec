"""Start somebody's way in again, who lost password, phone and codes, or whose invitation ended. An
admin begins it; the password is the person's own to choose (ASVS 6.4.6)."""

from __future__ import annotations

from inthread.commands.steps.invitation import Invitation, invitation
from inthread.commands.steps.keep_admin import keep_admin
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import Forbidden, NotFound
from inthread.domain.staff import Standing, is_own
from inthread.runtime import Runtime
from inthread.store import audit, staff, staff_sessions


def reset_staff(rt: Runtime, *, actor: Actor, staff_id: str) -> Invitation:
    """What they signed in with is gone, their sessions ended, and they join anew. Raises Forbidden
    for oneself, NotFound also for who was disabled, LastAdmin; from the command line the last admin
    too is let in again."""
    actor.require("staff:write")
    if is_own(actor, staff_id):
        raise Forbidden("oneself")
    now = rt.now()
    with rt.db.begin() as tx:
        if actor.kind != "operator":
            keep_admin(tx, staff_id)
        kept = staff.held(tx, staff_id)
        if kept is None or kept.staff.standing is Standing.DISABLED:
            raise NotFound("staff")
        staff.change(
            tx, staff_id, active_at=None, password=None, totp=None, totp_last=None, subject=None
        )
        staff.drop_recovery(tx, staff_id)
        ended = staff_sessions.end_all(tx, staff_id, now)
        made = invitation(rt, tx, staff_id)
        audit.append(
            tx, now, actor, staff_id, AuditEvent.STAFF_RESET, sessions=ended,
            until=made.expires_at.isoformat(),
        )
    return made
