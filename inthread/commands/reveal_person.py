"""Show a member of staff whom a case is about: the name and the addresses, once, on the record."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.person import Person
from inthread.domain.refusals import BadInput, Problem
from inthread.runtime import Runtime
from inthread.store import audit, people

# A list, not free words: so that it stands in the audit, which keeps no words that may name
# somebody (security R9.4).
REASONS = ("on_the_line", "answering", "dispute", "wrong_details", "legal_request")


def reveal_person(rt: Runtime, *, actor: Actor, person_id: str, reason: str) -> Person:
    """The person, for this answer alone: not to be kept, cached or put into an address. *reason*:
    one of REASONS. Audited with the actor and the reason on the person's own chain, before
    anything is shown. Raises NotFound, BadInput."""
    actor.require("people:reveal")
    if reason not in REASONS:
        raise BadInput([Problem("/reason", f"use one of {', '.join(REASONS)}")])
    with rt.db.begin() as tx:
        person = people.lock(tx, person_id)
        audit.append(
            tx, rt.now(), actor, person.id, AuditEvent.PERSON_REVEALED, reason=reason,
        )
    return person
