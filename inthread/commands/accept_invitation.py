"""Choose a password for an account one was invited to. The authenticator app comes next; until its
code was confirmed the invitation holds, and the account opens nothing."""

from __future__ import annotations

from inthread import passwords
from inthread.commands.steps.let_in import LetIn, Place, let_half_in
from inthread.commands.steps.second_factor import SEALED
from inthread.domain.actor import Actor
from inthread.domain.password import why_not
from inthread.domain.refusals import BadInput, NotFound, Problem
from inthread.keyring import digest, new_totp
from inthread.runtime import Runtime
from inthread.store import staff, staff_sessions
from inthread.store.db import Tx
from inthread.store.staff import Kept


def accept_invitation(
    rt: Runtime, *, actor: Actor, token: str, password: str, place: Place
) -> LetIn:
    """Half a session, good only for setting up the app, whose secret is new. Raises NotFound for an
    invitation that is unknown, used or older than 72 hours, BadInput for a password that is too
    easy to guess."""
    actor.require("sign_in")
    with rt.db.read() as tx:
        kept = _invited(rt, tx, token)
    wrong = why_not(
        password, (kept.staff.name, kept.staff.email, rt.brand.name, "inthread"),
        common=passwords.is_common,
    )
    if wrong:
        raise BadInput([Problem("/password", wrong)])
    hashed = passwords.hashed(password)
    with rt.db.begin() as tx:
        kept = _invited(rt, tx, token)
        person = kept.staff
        staff.held(tx, person.id)
        staff_sessions.end_all(tx, person.id, rt.now())
        staff.change(
            tx, person.id, password=hashed, totp_last=None,
            totp=rt.keyring.seal(SEALED, person.id, new_totp()),
        )
        return let_half_in(rt, tx, person, place, by="invitation")


def _invited(rt: Runtime, tx: Tx, token: str) -> Kept:
    kept = staff.by_invitation(tx, digest(token))
    if kept is None or kept.invited_until is None or rt.now() >= kept.invited_until:
        raise NotFound("invitation")
    return kept
