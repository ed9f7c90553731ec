"""Invite somebody to the staff. They choose a password and set up their app themselves."""

from __future__ import annotations

from collections.abc import Collection

from inthread.commands.steps.invitation import Invitation, invitation
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.facts import clean_text
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.staff import Role, email_faults, name_faults, plain_email, role_faults
from inthread.runtime import Runtime
from inthread.store import audit, staff


def invite_staff(
    rt: Runtime, *, actor: Actor, email: str, name: str, roles: Collection[str]
) -> Invitation:
    """Raises BadInput, also for an address that somebody has already."""
    actor.require("staff:write")
    problems = [*email_faults(email), *name_faults(name), *role_faults(roles)]
    if problems:
        raise BadInput(problems)
    address, now, staff_id = plain_email(email), rt.now(), rt.new_id("stf")
    with rt.db.begin() as tx:
        if not staff.add_new(
            tx, staff_id, address, clean_text(name), [Role(role) for role in roles],
            by=str(actor), now=now,
        ):
            raise BadInput([Problem("/email", "is somebody's already: see the list of staff")])
        made = invitation(rt, tx, staff_id)
        audit.append(
            tx, now, actor, staff_id, AuditEvent.STAFF_INVITED, email=address,
            roles=sorted(set(roles)), until=made.expires_at.isoformat(),
        )
    return made
