"""Seal every document by the newest key, so that older ones can be taken away."""

from __future__ import annotations

from dataclasses import dataclass

from inthread.commands.steps.drop_documents import drop_bytes
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.kept_document import GRACE
from inthread.runtime import Runtime
from inthread.store import audit, documents

CHUNK = 500


@dataclass(frozen=True)
class Rotated:
    """`renewed`: how many; `kept`: how many had the newest key; `missing`: how many have no bytes;
    `wrong`: the digests of those that do not open, which stay as they are."""

    renewed: int
    kept: int
    missing: int
    wrong: tuple[str, ...]


def rotate_documents(rt: Runtime, *, actor: Actor) -> Rotated:
    """It may be stopped at any point: the next run passes over what is done."""
    actor.require("documents:rotate")
    counts, wrong, after = {"renewed": 0, "kept": 0, "missing": 0}, list[str](), ""
    while True:
        with rt.db.read() as tx:
            some = documents.digests(tx, after, CHUNK)
        if not some:
            break
        for digest in some:
            said = _renewed(rt, digest)
            if said == "wrong":
                wrong.append(digest)
            else:
                counts[said] += 1
        after = some[-1]
    with rt.db.begin() as tx:
        audit.append_unheld(
            tx, rt.now(), actor, "documents", AuditEvent.DOCUMENTS_ROTATED, **counts,
            wrong=len(wrong),
        )
    return Rotated(**counts, wrong=tuple(wrong))


def _renewed(rt: Runtime, digest: str) -> str:
    rt.db.assert_closed()
    try:
        renewed = rt.registry.blobs.rewrap(digest)
    except KeyError:
        return "missing"
    except ValueError:
        return "wrong"
    if renewed:
        _leave_deleted(rt, digest)
    return "renewed" if renewed else "kept"


def _leave_deleted(rt: Runtime, digest: str) -> None:
    """Between reading and writing it somebody may have deleted it."""
    before = rt.now() - GRACE
    with rt.db.read() as tx:
        wanted = documents.is_piece(tx, digest)
    if not wanted:
        drop_bytes(rt, digest, before)
