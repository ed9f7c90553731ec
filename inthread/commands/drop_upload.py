"""The customer takes a file back before it was sent off."""

from __future__ import annotations

from inthread.acting.take_file import take_file
from inthread.acting.take_visit import take_visit
from inthread.domain.actor import Actor
from inthread.domain.incoming import FileState
from inthread.runtime import Runtime
from inthread.store import incoming, links


def drop_upload(rt: Runtime, *, actor: Actor, token: str, file_id: str) -> None:
    """Its bytes go with the next sweep after some minutes. Twice is once. Raises NotFound for a
    file of another visit, VisitEnded."""
    actor.require("visit")
    with rt.db.begin() as tx:
        taken = take_visit(rt, tx, token)
        file = take_file(tx, taken, file_id)
        incoming.end(tx, taken.case.id, [file.id], FileState.DROPPED, rt.now())
        links.save_visit(tx, taken.visit.seen(rt.now()))
