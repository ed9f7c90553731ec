"""Note that somebody who is signed in is still at work, so that an idle session ends."""

from __future__ import annotations

from datetime import timedelta

from inthread.domain.actor import Actor
from inthread.domain.staff import ACCOUNT, StaffSession
from inthread.runtime import Runtime
from inthread.store import staff_sessions

# Written once a minute: a page costs no write.
EVERY = timedelta(minutes=1)


def touch_session(rt: Runtime, *, actor: Actor, session: StaffSession) -> None:
    """*session*: as `staff_session` found it in this request."""
    actor.require(ACCOUNT)
    now = rt.now()
    if now - session.seen_at < EVERY:
        return
    with rt.db.begin() as tx:
        staff_sessions.touch(tx, session.id, now)
