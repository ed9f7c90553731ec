"""Take back a stop of an address, because whoever has it asked for that."""

from __future__ import annotations

from collections.abc import Mapping

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.consent import Consent
from inthread.domain.person import Person
from inthread.runtime import Runtime
from inthread.store import audit, consents, people, suppressions
from inthread.store.db import Tx


def start_address(
    rt: Runtime, tx: Tx, *, actor: Actor, kind: str, address: str, source: str, words: str,
    evidence: Mapping[str, object] | None = None,
) -> bool:
    """Whether a stop was taken back. Only what this same address stopped, and only where consent
    had been given before; it is written down as a new one (R4.7). Who stopped another address of
    theirs too is still stopped, by that. Cases that went to a person stay theirs."""
    now = rt.now()
    theirs = sorted(people.at_address(tx, kind, address).values(), key=lambda x: x.id)
    for person in theirs:
        people.lock(tx, person.id)
    standing = suppressions.standing(tx, kind, address)
    if standing is None or not suppressions.lift(tx, standing, now):
        return False
    for person in theirs:
        other = suppressions.at_addresses(tx, {(c.kind, c.address) for c in person.contacts})
        if people.start_again(tx, person.id, standing, other):
            consents.add_all(tx, _given_again(rt, tx, person, kind, address, source, words,
                                              evidence))
            audit.append(
                tx, now, actor, person.id, AuditEvent.CONTACT_STARTED, source=source,
                suppression=standing,
            )
    return True


def _given_again(
    rt: Runtime, tx: Tx, person: Person, kind: str, address: str, source: str, words: str,
    evidence: Mapping[str, object] | None,
) -> list[Consent]:
    had = dict.fromkeys(
        (line.contact_id, line.purpose, line.version)
        for line in consents.of_person(tx, person.id) if line.given
    )
    here = {
        c.id for c in person.contacts
        if (c.kind, c.address) == (kind, address) and c.stopped_at is None
    }
    last = {(contact, purpose): version for contact, purpose, version in had if contact in here}
    return [
        Consent(person.id, contact, purpose, True, source, words, version, rt.now(), evidence)
        for (contact, purpose), version in last.items()
    ]
