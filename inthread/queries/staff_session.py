"""Who is signed in to the console, as they are at this moment."""

from __future__ import annotations

from inthread.domain.staff import ABSOLUTE, IDLE, Session
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.store import staff


def staff_session(rt: Runtime, token: str) -> Session | None:
    """None for a session that is unknown, ended, idle for 15 minutes or 8 hours old, and for a
    person who was disabled (ASVS 7.3.1, 7.3.2, 7.4.2)."""
    now = rt.now()
    with rt.db.read() as tx:
        found = staff.session_by(tx, digest(token))
    if found is None or found.ended_at is not None or not found.staff.active:
        return None
    if now - found.seen_at >= IDLE or now - found.started_at >= ABSOLUTE:
        return None
    return found
