"""Confirm the authenticator app with a code, and join: the account is active from here on."""

from __future__ import annotations

from dataclasses import dataclass, field

from inthread.commands.steps.let_in import LetIn, Place, let_in
from inthread.commands.steps.recovery import new_recovery_codes
from inthread.commands.steps.second_factor import second_factor
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import CodeRefused, SignInRefused
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.store import audit, staff, staff_sessions


@dataclass(frozen=True)
class Joined:
    """`recovery` is shown once: the codes are kept as digests."""

    let_in: LetIn
    recovery: tuple[str, ...] = field(repr=False)


def set_up_second_factor(
    rt: Runtime, *, actor: Actor, token: str, code: str, place: Place
) -> Joined:
    """*token*: of the half session that `accept_invitation` gave. Raises SignInRefused when it or
    the invitation does not count any more, CodeRefused, TooMany."""
    actor.require("sign_in")
    with rt.db.begin() as tx:
        now = rt.now()
        half = staff_sessions.by_token(tx, digest(token))
        if half is None or half.whole or half.by != "invitation" or half.over(now):
            raise SignInRefused
        kept = staff.held(tx, half.staff.id)
        if kept is None or kept.invited_until is None or now >= kept.invited_until:
            raise SignInRefused
        person = kept.staff
        if second_factor(rt, tx, actor, kept, code, recovery=False) is not None:
            staff_sessions.end_all(tx, person.id, now)
            staff.change(
                tx, person.id, active_at=now, invitation=None, invitation_expires=None
            )
            codes = new_recovery_codes(rt, tx, person.id)
            audit.append(tx, now, person.actor, person.id, AuditEvent.STAFF_JOINED, by="password")
            return Joined(let_in(rt, tx, person, place, by="password", factor="totp"), codes)
    raise CodeRefused
