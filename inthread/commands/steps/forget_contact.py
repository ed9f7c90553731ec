"""Whoever holds this contact point is somebody else."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.person import Contact, Person
from inthread.runtime import Runtime
from inthread.store import audit, links, people
from inthread.store.db import Tx


def forget_contact(
    rt: Runtime, tx: Tx, *, actor: Actor, person: Person, contact: Contact, subject: str
) -> None:
    """Nothing more goes to this number or address for this person, on any channel, and its links
    and visits die, those of other cases too (R5.7). Two who say so at once wait at the contact
    point for each other, so no visit is written before it. *subject*: whose audit chain, held by
    this transaction."""
    now = rt.now()
    same = [c for c in person.contacts if (c.kind, c.address) == (contact.kind, contact.address)]
    for each in sorted(same, key=lambda c: c.id):
        people.stop_contact(tx, each.id, "wrong_person", now)
        links.kill_of_contact(tx, person.id, each.id, now)
    audit.append(
        tx, now, actor, subject, AuditEvent.CONTACT_STOPPED, why="wrong_person",
        contacts=sorted(c.id for c in same),
    )
