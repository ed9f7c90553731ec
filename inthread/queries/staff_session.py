"""Who is signed in to the console, as they are at this moment."""

from __future__ import annotations

from inthread.domain.staff import StaffSession
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.store import staff_sessions


def staff_session(rt: Runtime, token: str) -> StaffSession | None:
    """None for a session that is unknown, not whole, ended, idle for 15 minutes or 8 hours old, and
    for a person who was disabled (ASVS 7.3.1, 7.3.2, 7.4.2)."""
    now = rt.now()
    with rt.db.read() as tx:
        found = staff_sessions.by_token(tx, digest(token))
    if found is None or not found.whole or not found.staff.active or found.over(now):
        return None
    return found
