"""Sign somebody out: everywhere, or in one place."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import NotFound
from inthread.domain.staff import ACCOUNT, signed_in_as
from inthread.runtime import Runtime
from inthread.store import audit, staff, staff_sessions


def end_sessions(
    rt: Runtime, *, actor: Actor, staff_id: str, session_id: str = "", but: str = ""
) -> int:
    """How many ended, at once (ASVS 7.4.5, 7.5.2). *session_id*: that one alone; *but*: the one
    that goes on. One's own, or by who may change staff anybody's. Raises NotFound."""
    actor.require(ACCOUNT if signed_in_as(actor, staff_id) else "staff:write")
    now = rt.now()
    with rt.db.begin() as tx:
        if staff.held(tx, staff_id) is None:
            raise NotFound("staff")
        if session_id:
            ended = int(staff_sessions.end(tx, session_id, staff_id, now))
            if not ended:
                raise NotFound("session")
        else:
            ended = staff_sessions.end_all(tx, staff_id, now, but=but)
        if ended:
            audit.append(
                tx, now, actor, staff_id, AuditEvent.STAFF_SESSIONS_ENDED, ended=ended,
                session=session_id or None,
            )
    return ended
