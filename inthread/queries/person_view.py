"""A person as staff see them: what may be sent where, what is open, and where they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inthread.domain.actor import Actor
from inthread.domain.assurance import Identity
from inthread.domain.case import Case
from inthread.domain.contact_point import kept_address
from inthread.domain.person import Contact, Person, address_kind
from inthread.domain.refusals import BadInput, NotFound, Problem
from inthread.runtime import Runtime
from inthread.store import cases, people, whereabouts
from inthread.store.db import Tx
from inthread.store.whereabouts import Draft, Stands

MOST_CASES = 100


@dataclass(frozen=True)
class Where:
    """The visit that was seen last. `here`: it still counts, so they may be at it just now."""

    case_id: str
    reference: str
    identity: Identity
    opened_at: datetime
    seen_at: datetime
    here: bool
    draft: Draft | None


@dataclass(frozen=True)
class PersonView:
    """Addresses are to be shown masked. `consent`: by contact id, the newest line for each
    purpose. `off`: contact id -> since when nobody is written to at its address. `open`: live
    cases, the newest first, at most MOST_CASES."""

    person: Person
    consent: Mapping[str, Sequence[Stands]]
    off: Mapping[str, datetime]
    open: Sequence[Case]
    where: Where | None


def person_view(rt: Runtime, *, actor: Actor, reference: str) -> PersonView:
    """Raises Forbidden and NotFound."""
    actor.require("cases:read")
    with rt.db.read() as tx:
        person = the_person(tx, reference)
        return PersonView(
            person, whereabouts.consent_of(tx, {c.id for c in person.contacts}),
            whereabouts.off_since(tx, person.contacts),
            cases.newest_live(tx, person.id, MOST_CASES), _where(rt, tx, person),
        )


def the_person(tx: Tx, reference: str) -> Person:
    """The person with this reference of the source's. Raises NotFound."""
    found = people.by_reference(tx, {reference}).get(reference)
    if found is None:
        raise NotFound("person")
    return found


def contact_at(
    rt: Runtime, *, actor: Actor, reference: str, channel: str, address: str
) -> tuple[str, str]:
    """The id and the masked address of the person's contact point at an address, on this channel
    or another that shares it. Raises Forbidden, NotFound for nobody, BadInput."""
    actor.require("contacts:stop")
    with rt.db.read() as tx:
        found = _at(the_person(tx, reference), channel, address)
    return found.id, found.masked


def contact_of_case(
    rt: Runtime, *, actor: Actor, case_id: str, channel: str, address: str
) -> str:
    """The id of the contact point at an address of the case's person. Raises Forbidden, NotFound,
    BadInput."""
    actor.require("cases:write")
    with rt.db.read() as tx:
        return _at(people.get(tx, cases.get(tx, case_id).person_id), channel, address).id


def person_named(rt: Runtime, *, actor: Actor, reference: str) -> str:
    """The id of whoever the source calls so. Raises Forbidden, NotFound."""
    actor.require("people:reveal")
    with rt.db.read() as tx:
        return the_person(tx, reference).id


def _at(person: Person, channel: str, address: str) -> Contact:
    try:
        kept = kept_address(channel, address)
    except ValueError as problem:
        raise BadInput([Problem("/address", str(problem))]) from None
    for contact in person.contacts:
        if (contact.kind, contact.address) == (address_kind(channel), kept):
            return contact
    raise BadInput([Problem("/address", "is not where this person is written to")])


def _where(rt: Runtime, tx: Tx, person: Person) -> Where | None:
    found = whereabouts.newest_visit(tx, person.id)
    if found is None:
        return None
    visit, reference = found
    return Where(
        visit.case_id, reference, visit.identity(rt.now()), visit.opened_at, visit.seen_at,
        visit.alive(rt.now()), whereabouts.newest_draft(tx, visit.case_id),
    )
