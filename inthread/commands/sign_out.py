"""End the session that somebody is in."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.staff import ACCOUNT, StaffSession
from inthread.runtime import Runtime
from inthread.store import audit, staff, staff_sessions


def sign_out(rt: Runtime, *, actor: Actor, session: StaffSession) -> None:
    """Twice is fine (ASVS 7.4.1)."""
    actor.require(ACCOUNT)
    now = rt.now()
    with rt.db.begin() as tx:
        staff.held(tx, session.staff.id)
        if staff_sessions.end(tx, session.id, session.staff.id, now):
            audit.append(
                tx, now, actor, session.staff.id, AuditEvent.STAFF_SIGNED_OUT, session=session.id
            )
