"""Keep a visit that has shown more of itself, under a new cookie."""

from __future__ import annotations

from inthread.domain.link import Visit
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.store import links
from inthread.store.db import Tx


def raise_assurance(rt: Runtime, tx: Tx, visit: Visit) -> str:
    """The new cookie's value; the old one is dead (ASVS 7.2.4)."""
    cookie = rt.new_token()
    links.save_visit(tx, visit, digest(cookie))
    return cookie
