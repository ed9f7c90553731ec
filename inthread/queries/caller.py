"""Who calls the API: the key behind a token, as it counts at this moment."""

from __future__ import annotations

import re

from inthread.domain.actor import Actor, api_key
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.store import api_keys

_TOKEN = re.compile(r"ik_[A-Za-z0-9_-]{43}")


def caller(rt: Runtime, token: str) -> Actor | None:
    """The actor, or None for a token that is unknown, revoked or not one of ours at all."""
    if not _TOKEN.fullmatch(token):
        return None
    with rt.db.read() as tx:
        found = api_keys.by_digest(tx, digest(token))
    return api_key(found.id, found.scopes) if found else None
