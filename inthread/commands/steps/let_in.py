"""Begin the session of somebody who has shown what they had to: a new token each time, so that one
from before opens nothing (ASVS 7.2.4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from inthread.domain.audit import AuditEvent
from inthread.domain.staff import Staff
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.store import audit, staff_sessions, throttles
from inthread.store.db import Tx


@dataclass(frozen=True)
class Place:
    """Where somebody signs in. `network`: an IPv4 address or the /64 of an IPv6 one; `agent`: what
    in, as people call it."""

    network: str = ""
    agent: str = ""


@dataclass(frozen=True)
class LetIn:
    """`token` is the new cookie. `whole`: False while the second factor is to come."""

    staff: Staff
    whole: bool
    token: str = field(repr=False)


def let_in(
    rt: Runtime, tx: Tx, person: Staff, place: Place, *, by: str, factor: str, left: int = -1
) -> LetIn:
    """Whole, and audited as theirs. *factor*: what was shown last; *left*: the recovery codes that
    remain, where one was used."""
    token, now, session = rt.new_token(), rt.now(), rt.new_id("ses")
    staff_sessions.start(
        tx, session, digest(token), person.id, whole=True, by=by, now=now, network=place.network,
        agent=place.agent,
    )
    throttles.clear(tx, [f"code:{person.id}"])
    more = {"recovery_codes_left": left} if left >= 0 else {}
    audit.append(
        tx, now, person.actor, person.id, AuditEvent.STAFF_SIGNED_IN, session=session, by=by,
        factor=factor, network=place.network, agent=place.agent, **more,
    )
    return LetIn(person, True, token)


def let_half_in(rt: Runtime, tx: Tx, person: Staff, place: Place, *, by: str) -> LetIn:
    """As far as the second factor."""
    token = rt.new_token()
    staff_sessions.start(
        tx, rt.new_id("ses"), digest(token), person.id, whole=False, by=by, now=rt.now(),
        network=place.network, agent=place.agent,
    )
    return LetIn(person, False, token)
