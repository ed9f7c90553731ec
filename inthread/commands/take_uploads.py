"""Open files that arrived in pieces, to look at them or to finish a form with them."""

from __future__ import annotations

from collections.abc import Sequence

from inthread.acting.take_file import put_together
from inthread.acting.take_visit import take_visit
from inthread.domain.actor import Actor
from inthread.domain.incoming import AN_HOUR, GRACE, MOST_LOOKS, FileState, IncomingFile
from inthread.domain.refusals import TooMany
from inthread.runtime import Runtime
from inthread.spi import Invalid, Upload
from inthread.store import incoming
from inthread.store.db import Tx


def take_uploads(
    rt: Runtime, *, actor: Actor, token: str, action: str, file_ids: Sequence[str]
) -> list[Upload]:
    """The files, whole and in this order. One that was used is still there for some minutes, so
    that the same form again gets the same answer.

    Raises Invalid `gone` when one is not there, not whole, another visit's or another action's:
    a document never loses a page in silence. TooMany when one was opened too often. VisitEnded.
    """
    actor.require("visit")
    with rt.db.begin() as tx:
        taken = take_visit(rt, tx, token)
        found = [_one(rt, tx, taken.visit.id, action, each) for each in dict.fromkeys(file_ids)]
        pieces = [incoming.parts(tx, file.id) for file in found]
    try:
        return [
            Upload(file.name, file.media_type, put_together(rt, digests))
            for file, digests in zip(found, pieces, strict=True)
        ]
    except KeyError:
        raise _gone() from None


def _one(rt: Runtime, tx: Tx, visit_id: str, action: str, file_id: str) -> IncomingFile:
    file = incoming.get(tx, file_id)
    if file is None or (file.visit_id, file.action) != (visit_id, action) or not file.whole:
        raise _gone()
    used = file.state is FileState.USED and rt.now() < file.expires_at + GRACE
    if not used and not file.alive(rt.now()):
        raise _gone()
    if not incoming.look(tx, file_id, MOST_LOOKS):
        raise TooMany(int(AN_HOUR.total_seconds()))
    return file


def _gone() -> Invalid:
    return Invalid({"file": ("gone", {})})
