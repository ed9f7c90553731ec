"""Remove what arrived and is not wanted any more (security R8.10)."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.incoming import AN_HOUR, GRACE
from inthread.runtime import Runtime
from inthread.store import incoming

MOST = 500


def sweep_uploads(rt: Runtime, *, actor: Actor) -> int:
    """How many pieces went, of files that were used, dropped or left: the blob first, then its row,
    so that whatever stops it, the next run goes on. A file's own row stays for the hour in which it
    counts against its link."""
    actor.require("carry")
    before = rt.now() - GRACE
    with rt.db.read() as tx:
        old = incoming.some_old_parts(tx, before, MOST)
    rt.db.assert_closed()
    for file_id, digest in old:
        rt.registry.blobs.delete(digest)
        with rt.db.begin() as tx:
            incoming.drop_part(tx, file_id, digest)
    with rt.db.begin() as tx:
        incoming.forget(tx, before, rt.now() - AN_HOUR)
    return len(old)
