"""Choose the zone in which one reads times."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.staff import ACCOUNT, Staff
from inthread.domain.zones import is_somewhere
from inthread.runtime import Runtime
from inthread.store import audit, staff


def change_zone(rt: Runtime, *, actor: Actor, person: Staff, zone: str) -> None:
    """*zone*: an IANA name, `Europe/London`. Raises BadInput."""
    actor.require(ACCOUNT)
    if zone != "UTC" and not is_somewhere(zone):
        raise BadInput([Problem("/zone", "is no time zone such as Europe/London")])
    with rt.db.begin() as tx:
        staff.held(tx, person.id)
        staff.change(tx, person.id, zone=zone)
        audit.append(tx, rt.now(), actor, person.id, AuditEvent.STAFF_ZONE, zone=zone)
