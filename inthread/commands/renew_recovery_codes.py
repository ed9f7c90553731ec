"""Make ten new recovery codes. The ones before count no more."""

from __future__ import annotations

from inthread.commands.steps.recovery import new_recovery_codes
from inthread.commands.steps.second_factor import second_factor
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import CodeRefused, Forbidden
from inthread.domain.staff import ACCOUNT, StaffSession
from inthread.runtime import Runtime
from inthread.store import audit, staff


def renew_recovery_codes(
    rt: Runtime, *, actor: Actor, session: StaffSession, code: str
) -> tuple[str, ...]:
    """Shown once. *code*: of the authenticator app; a recovery code does not make others. Raises
    CodeRefused, TooMany."""
    actor.require(ACCOUNT)
    person = session.staff
    with rt.db.begin() as tx:
        kept = staff.held(tx, person.id)
        if kept is None or kept.totp is None:
            raise Forbidden("no authenticator app")
        if second_factor(rt, tx, actor, kept, code, recovery=False) is not None:
            codes = new_recovery_codes(rt, tx, person.id)
            audit.append(
                tx, rt.now(), actor, person.id, AuditEvent.STAFF_RECOVERY, made=len(codes)
            )
            return codes
    raise CodeRefused
