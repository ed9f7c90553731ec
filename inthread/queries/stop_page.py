"""What may be shown of a contact point to whoever holds its opt-out address: its end, and whether
it is off."""

from __future__ import annotations

from dataclasses import dataclass

from inthread.domain.person import Contact
from inthread.domain.refusals import NotFound
from inthread.runtime import Runtime
from inthread.store import people, suppressions


@dataclass(frozen=True)
class StopPage:
    """`off`: nobody is written to there any more. `locale` is the person's own wish."""

    contact: Contact
    off: bool
    locale: str | None


def stop_page(rt: Runtime, token: str) -> StopPage:
    """Raises NotFound for what we did not sign. What it tells names nobody."""
    contact_id = rt.keyring.read_stop(token)
    if contact_id is None:
        raise NotFound("contact")
    with rt.db.read() as tx:
        contact = people.contact(tx, contact_id)
        person = people.get(tx, contact.person_id)
        standing = suppressions.standing(tx, contact.kind, contact.address)
    return StopPage(contact, standing is not None, person.locale)
