"""Who calls the API: the key behind a token, as it counts at this moment."""

from __future__ import annotations

import re

from inthread.domain.actor import Actor, api_key
from inthread.domain.staff import scopes_of
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.store import api_keys, staff

_TOKEN = re.compile(r"ik_[A-Za-z0-9_-]{43}")


def caller(rt: Runtime, token: str) -> Actor | None:
    """The actor, or None for a token that is unknown, revoked or not one of ours at all. Somebody's
    own key acts as them, with those of its scopes that their roles have now, and as nobody once
    they are disabled; it never touches what they sign in with."""
    if not _TOKEN.fullmatch(token):
        return None
    with rt.db.read() as tx:
        found = api_keys.by_digest(tx, digest(token))
        if found is None or found.staff_id is None:
            return api_key(found.id, found.scopes) if found else None
        person = staff.get(tx, found.staff_id)
    if person is None or not person.active:
        return None
    return Actor("staff", person.id, found.scopes & scopes_of(person.roles))
