"""Put a legal hold on a person, or take it away: under it nothing about them is removed."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.card_numbers import mask_cards
from inthread.domain.facts import clean_text
from inthread.domain.refusals import BadInput, Problem
from inthread.runtime import Runtime
from inthread.store import audit, people

LONGEST_REASON = 200


def hold_person(
    rt: Runtime, *, actor: Actor, reference: str, reason: str | None
) -> bool:
    """Whether that is new. *reason*: for whoever asks later, in words of yours; None takes the hold
    away. A hold that stands keeps the day it began, with the newer reason. What is about to be
    removed just now is waited for. Raises NotFound, BadInput."""
    actor.require("retention:write")
    why = _checked(reason) if reason is not None else None
    with rt.db.begin() as tx:
        person = people.lock(tx, people.named(tx, reference).id)
        since = people.held_since(tx, person.id)
        if why is None and since is None:
            return False
        people.hold(tx, person.id, (since or rt.now()) if why else None, why)
        audit.append(
            tx, rt.now(), actor, person.id,
            AuditEvent.PERSON_HELD if why else AuditEvent.PERSON_RELEASED,
            reason_sha256=sealed(why),
        )
        return why is None or since is None


def _checked(reason: str) -> str:
    try:
        text = clean_text(reason)
    except ValueError as problem:
        raise BadInput([Problem("/reason", str(problem))]) from None
    if not 0 < len(text) <= LONGEST_REASON:
        raise BadInput([Problem("/reason", f"say why in 1 to {LONGEST_REASON} characters")])
    return mask_cards(text)
