"""Find a visit's own file on its way, and the pieces it lies in."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from inthread.acting.take_visit import Taken
from inthread.domain.incoming import IncomingFile
from inthread.domain.refusals import LinkGone, NotFound
from inthread.runtime import Runtime
from inthread.store import incoming
from inthread.store.db import Tx


def take_file(tx: Tx, taken: Taken, file_id: str) -> IncomingFile:
    """Raises NotFound for one that is not there or another visit's."""
    found = incoming.get(tx, file_id)
    if found is None or found.visit_id != taken.visit.id:
        raise NotFound("file")
    return found


def take_open_file(rt: Runtime, tx: Tx, taken: Taken, file_id: str) -> IncomingFile:
    """Raises NotFound, and LinkGone for one that was used, dropped or is out of time."""
    found = take_file(tx, taken, file_id)
    if not found.alive(rt.now()):
        raise LinkGone("file")
    return found


def sealed(file_id: str, start: int, content: bytes) -> tuple[str, bytes]:
    """(digest, blob) of a piece. Its place stands before it, so that no two files share a blob and
    one may go without the other."""
    blob = f"{file_id}:{start}\n".encode() + content
    return sha256(blob).hexdigest(), blob


def put_together(rt: Runtime, digests: Sequence[str]) -> bytes:
    """The file of these pieces. With nothing open; raises KeyError when one is gone."""
    rt.db.assert_closed()
    return b"".join(rt.registry.blobs.get(each).partition(b"\n")[2] for each in digests)
