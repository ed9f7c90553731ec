"""Check the code of an authenticator app, or a recovery code, after the first factor."""

from __future__ import annotations

from inthread.commands.steps.let_in import LetIn, Place, let_in
from inthread.commands.steps.second_factor import seal_again, second_factor
from inthread.domain.actor import Actor
from inthread.domain.refusals import CodeRefused, SignInRefused
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.store import staff, staff_sessions


def answer_second_factor(
    rt: Runtime, *, actor: Actor, token: str, code: str, place: Place
) -> LetIn:
    """*token*: of the half session, which ends here; the whole one has another (ASVS 7.2.4). Raises
    SignInRefused when the half session does not count any more, CodeRefused for a code that is
    wrong or has passed before (counted and audited), TooMany while one has to wait."""
    actor.require("sign_in")
    with rt.db.begin() as tx:
        now = rt.now()
        half = staff_sessions.by_token(tx, digest(token))
        if half is None or half.whole or half.by == "invitation" or half.over(now):
            raise SignInRefused
        kept = staff.held(tx, half.staff.id)
        if kept is None or not kept.staff.active or kept.totp is None:
            raise SignInRefused
        shown = second_factor(rt, tx, actor, kept, code)
        if shown is not None:
            if not staff_sessions.end(tx, half.id, kept.staff.id, now):
                raise SignInRefused
            seal_again(rt, tx, kept)
            return let_in(
                rt, tx, kept.staff, place, by=half.by, factor=shown.factor, left=shown.left
            )
    raise CodeRefused
