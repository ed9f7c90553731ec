"""Files that arrived in pieces have become what they were sent for."""

from __future__ import annotations

from collections.abc import Sequence

from inthread.acting.take_visit import take_visit
from inthread.domain.actor import Actor
from inthread.domain.incoming import FileState
from inthread.runtime import Runtime
from inthread.store import incoming


def end_upload(rt: Runtime, *, actor: Actor, token: str, file_ids: Sequence[str]) -> int:
    """How many were ended: their bytes go with the next sweep after some minutes, and they no
    longer count beside the documents they have become. Raises VisitEnded."""
    actor.require("visit")
    with rt.db.begin() as tx:
        taken = take_visit(rt, tx, token)
        return incoming.end(tx, taken.case.id, file_ids, FileState.USED, rt.now())
