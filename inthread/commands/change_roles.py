"""Give somebody other roles. It holds from their next request on (ASVS 8.3.2, A68)."""

from __future__ import annotations

from collections.abc import Collection

from inthread.commands.steps.keep_admin import keep_admin
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import BadInput, Forbidden, NotFound
from inthread.domain.staff import Role, Staff, is_own, role_faults
from inthread.runtime import Runtime
from inthread.store import audit, staff


def change_roles(
    rt: Runtime, *, actor: Actor, staff_id: str, roles: Collection[str]
) -> Staff:
    """The whole set of *roles* from now on; the same as before is fine. Raises Forbidden for one's
    own, BadInput, NotFound, LastAdmin."""
    actor.require("staff:write")
    if is_own(actor, staff_id):
        raise Forbidden("own roles")
    problems = role_faults(roles)
    if problems:
        raise BadInput(problems)
    wanted, now = frozenset(Role(role) for role in roles), rt.now()
    with rt.db.begin() as tx:
        if Role.ADMIN not in wanted:
            keep_admin(tx, staff_id)
        kept = staff.held(tx, staff_id)
        if kept is None:
            raise NotFound("staff")
        if kept.staff.roles != wanted:
            staff.change(tx, staff_id, roles=sorted(wanted))
            audit.append(
                tx, now, actor, staff_id, AuditEvent.STAFF_ROLES,
                before=sorted(kept.staff.roles), after=sorted(wanted),
            )
        return staff.known(tx, staff_id)
