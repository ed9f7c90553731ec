"""Choose another password. Every other session ends (ASVS 7.4.3)."""

from __future__ import annotations

from inthread import passwords
from inthread.commands.steps.second_factor import second_factor
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.password import why_not
from inthread.domain.refusals import BadInput, CodeRefused, Forbidden, Problem
from inthread.domain.staff import ACCOUNT, StaffSession
from inthread.runtime import Runtime
from inthread.store import audit, staff, staff_sessions


def change_password(
    rt: Runtime, *, actor: Actor, session: StaffSession, code: str, password: str, new: str
) -> None:
    """*session* goes on. Both factors are shown again (ASVS 7.5.1): raises CodeRefused for a code
    that is wrong or was used, TooMany while one has to wait, BadInput for a wrong *password* and
    for a *new* one that is easy to guess. The code is spent before the password is looked at, so
    that whoever finds a session open cannot try passwords."""
    actor.require(ACCOUNT)
    person, now = session.staff, rt.now()
    wrong = why_not(
        new, (person.name, person.email, rt.brand.name, "inthread"), common=passwords.is_common
    )
    if wrong:
        raise BadInput([Problem("/new", wrong)])
    with rt.db.begin() as tx:
        kept = staff.held(tx, person.id)
        if kept is None or kept.totp is None:
            raise Forbidden("nothing to sign in with")
        shown = second_factor(rt, tx, actor, kept, code, recovery=False)
    if shown is None:
        raise CodeRefused
    if not passwords.matches(kept.password, password):
        with rt.db.begin() as tx:
            staff.held(tx, person.id)
            audit.append(
                tx, now, actor, person.id, AuditEvent.STAFF_REFUSED, factor="password",
                session=session.id,
            )
        raise BadInput([Problem("/password", "is not your password: type the one you have now")])
    hashed = passwords.hashed(new)
    with rt.db.begin() as tx:
        staff.held(tx, person.id)
        staff.change(tx, person.id, password=hashed)
        ended = staff_sessions.end_all(tx, person.id, now, but=session.id)
        audit.append(
            tx, now, actor, person.id, AuditEvent.STAFF_PASSWORD, session=session.id, ended=ended
        )
