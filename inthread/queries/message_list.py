"""Messages of all cases: the newest first."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.message import MessageState, Purpose
from inthread.runtime import Runtime
from inthread.store import message_lists
from inthread.store.message_lists import Line
from inthread.store.reach import Found

MOST = 50
STATES = tuple(state.value for state in MessageState)
PURPOSES = tuple(purpose.value for purpose in Purpose)


def message_list(
    rt: Runtime, *, actor: Actor, state: str = "", channel: str = "", purpose: str = "",
    after: str = "", most: int = MOST,
) -> Found[Line, str]:
    actor.require("messages:read")
    with rt.db.read() as tx:
        return message_lists.page(
            tx, state=state, channel=channel, purpose=purpose, after=after, most=min(most, MOST)
        )
