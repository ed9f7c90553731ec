"""After a visit has gone quiet: the way back to the page that checks who it is."""

from __future__ import annotations

from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.store import links


def way_back(rt: Runtime, token: str) -> str | None:
    """The token of the link this visit came through, if that can still be opened. It opens what
    the message opens and no more: the page it leads to asks for a new check."""
    with rt.db.read() as tx:
        found = links.visit_by_token(tx, digest(token))
    if found is None or not found[1].alive(rt.now()):
        return None
    return rt.keyring.link_token(found[1].key_id, found[1].id)
