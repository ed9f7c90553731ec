"""One piece of a file arrives."""

from __future__ import annotations

from inthread.acting.take_file import sealed, take_open_file
from inthread.acting.take_visit import take_visit
from inthread.domain.actor import Actor
from inthread.domain.refusals import BadInput, Problem, Stale
from inthread.runtime import Runtime
from inthread.store import incoming, links


def append_upload(
    rt: Runtime, *, actor: Actor, token: str, file_id: str, start: int, content: bytes
) -> int:
    """How many bytes of the file are here now. The piece is put down first, with nothing open, and
    counts from one conditional UPDATE on: killed at any point, the file is as it was or longer by
    the whole piece, and no byte lies anywhere without a row that says so.

    Raises Stale when the file does not end at *start* (any more), BadInput for a piece that goes
    over its end, NotFound, LinkGone and VisitEnded.
    """
    actor.require("visit")
    name, blob = sealed(file_id, start, content)
    with rt.db.begin() as tx:
        taken = take_visit(rt, tx, token)
        file = take_open_file(rt, tx, taken, file_id)
        if start != file.received:
            raise Stale(f"{file_id} at {file.received}")
        if start + len(content) > file.length:
            raise BadInput([Problem("/content", f"the file has {file.length} bytes")])
        links.save_visit(tx, taken.visit.seen(rt.now()))
        if content:
            incoming.mean(tx, file_id, name, start, len(content))
    if not content:
        return start
    rt.registry.blobs.put(name, blob)
    with rt.db.begin() as tx:
        moved = incoming.move(tx, file_id, name, start, len(content), rt.now())
        stray = not moved and not incoming.is_part(tx, file_id, name)
    if stray:
        _drop(rt, file_id, name)
    if not moved:
        raise Stale(file_id)
    return start + len(content)


def _drop(rt: Runtime, file_id: str, name: str) -> None:
    """Another was faster, and this piece is nobody's."""
    rt.registry.blobs.delete(name)
    with rt.db.begin() as tx:
        incoming.drop_part(tx, file_id, name)
