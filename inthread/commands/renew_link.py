"""Send a new link to the contact point on file, for an authentic one that has run out."""

from __future__ import annotations

from datetime import timedelta

from inthread.commands.steps.give_link import give_link
from inthread.commands.steps.queue_message import queue_message
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.link import LinkState
from inthread.domain.message import Purpose
from inthread.domain.person import Contact
from inthread.domain.refusals import CannotReach, LinkGone, NotFound, TooMany
from inthread.runtime import Runtime
from inthread.store import audit, cases, links, messages, people

MOST_A_DAY = 3


def renew_link(rt: Runtime, *, actor: Actor, token: str) -> Contact:
    """The contact point it goes to: always the one the old link was sent to, never one that is
    typed in. Raises NotFound, LinkGone (the case or its time is over, or the link was switched
    off), CannotReach, TooMany."""
    actor.require("visit")
    now = rt.now()
    found = rt.keyring.read_link(token)
    with rt.db.begin() as tx:
        link = links.by_digest(tx, found) if found else None
        if link is None:
            raise NotFound("link")
        case = cases.lock(tx, link.case_id)
        link = links.get(tx, link.id)
        if not case.live or now >= case.expires_at or link.state is LinkState.REVOKED:
            raise LinkGone(case.state.value)
        person = people.get(tx, link.person_id)
        contact = person.contact(link.contact_id)
        if contact is None or contact.stopped_at is not None:
            raise CannotReach("the contact point was stopped")
        if messages.links_since(tx, case.id, now - timedelta(hours=24)) >= MOST_A_DAY:
            raise TooMany(3600)
        fresh = give_link(rt, tx, case=case, contact=contact)
        queued = queue_message(
            rt, tx, case=case, person=person, contact=contact, purpose=Purpose.LINK,
            template="renewed", link_id=fresh.id,
        )
        audit.append_all(tx, now, actor, case.id, [
            (AuditEvent.LINK_RENEWED, {"old": link.id, "link": fresh.id}), queued
        ])
        return contact
