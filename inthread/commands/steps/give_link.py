"""The link a contact point gets: the one it holds, or a new one."""

from __future__ import annotations

from datetime import timedelta

from inthread.domain.case import Case
from inthread.domain.link import Link, LinkState
from inthread.domain.person import Contact
from inthread.runtime import Runtime
from inthread.store import links
from inthread.store.db import Tx

WORTH_KEEPING = timedelta(hours=24)


def give_link(rt: Runtime, tx: Tx, *, case: Case, contact: Contact) -> Link:
    """A link that lives for another day at least. Replacing an older one kills it and its visits
    (A07); one that is good is given again, so that nobody is thrown out by a reminder."""
    now = rt.now()
    held = links.newest_live(tx, case.id, contact.id)
    if held is not None:
        if held.expires_at - now >= WORTH_KEEPING:
            return held
        links.turn(tx, case.id, LinkState.SUPERSEDED, contact.id)
    link = Link(
        id=rt.new_id("link"), case_id=case.id, person_id=case.person_id, contact_id=contact.id,
        key_id=rt.keyring.newest, state=LinkState.LIVE, created_at=now,
        expires_at=min(now + rt.limits.link_life, case.expires_at),
    )
    links.add(tx, link, rt.keyring.link_digest(link.key_id, link.id))
    return link
