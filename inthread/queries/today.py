"""What needs whoever is signed in, the most urgent first, and no more of it than a page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inthread.domain.actor import Actor
from inthread.domain.reply import Reply
from inthread.runtime import Runtime
from inthread.store import replies
from inthread.store import today as store
from inthread.store.today import Item, Quiet, Trouble

LINES = 8


@dataclass(frozen=True)
class Today:
    """`free`: work that nobody has. `quiet`: systems of record that nothing is sent to."""

    mine: Sequence[Item]
    free: Sequence[Item]
    troubles: Sequence[Trouble]
    quiet: Sequence[Quiet]
    replies: Sequence[Reply]


def today(rt: Runtime, *, actor: Actor) -> Today:
    """Raises Forbidden."""
    actor.require("work:read")
    now = rt.now()
    with rt.db.read() as tx:
        writebacks = "writebacks:read" in actor.scopes
        return Today(
            mine=store.mine(tx, str(actor), now, LINES),
            free=store.free(tx, now, LINES),
            troubles=store.troubles(tx, LINES) if writebacks else (),
            quiet=store.quiet(tx) if writebacks else (),
            replies=replies.waiting(tx, None, 4),
        )
