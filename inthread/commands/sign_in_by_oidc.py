"""Sign in with the organisation's own account. It opens the account of somebody who was invited; it
makes none (docs/adr/0019)."""

from __future__ import annotations

import math

from inthread.commands.sign_in import STRANGERS
from inthread.commands.steps.let_in import LetIn, Place, let_half_in, let_in
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import NotFound, ProviderDown, SignInRefused, TooMany
from inthread.domain.staff import Standing, plain_email
from inthread.domain.throttle import NETWORK
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.spi import Identified, Rejected, Retry, SignIn
from inthread.store import audit, staff, throttles
from inthread.store.db import Tx
from inthread.store.staff import Kept

# RFC 8176: the provider asked for more than one factor.
MORE_THAN_ONE = "mfa"


def sign_in_by_oidc(
    rt: Runtime, *, actor: Actor, sign_in: SignIn, code: str, place: Place
) -> LetIn:
    """Whole when the provider asked for more than one factor (`amr` has `mfa`), else half: our own
    code is asked then. The first time the provider's subject is kept, and from then on nobody else
    comes in by this account's address. Raises NotFound without a provider, ProviderDown,
    SignInRefused, TooMany."""
    actor.require("sign_in")
    provider = rt.registry.identity
    if provider is None:
        raise NotFound("identity provider")
    with rt.db.begin() as tx:
        free_at = throttles.take(tx, f"network:{place.network}", NETWORK, rt.now())
        if free_at is not None:
            raise TooMany(math.ceil((free_at - rt.now()).total_seconds()))
    rt.db.assert_closed()
    try:
        who = provider.finish(sign_in, code)
    except Retry as silent:
        raise ProviderDown from silent
    except Rejected as refusal:
        _refuse(rt, actor, place, str(refusal))
        raise SignInRefused from refusal
    with rt.db.begin() as tx:
        kept = _whose(tx, who)
        if kept is not None and (found := _let_in(rt, tx, kept, who, place)) is not None:
            return found
    _refuse(rt, actor, place, "nobody of the staff, or no second factor")
    raise SignInRefused


def _whose(tx: Tx, who: Identified) -> Kept | None:
    """By the subject; by a verified address only as long as no subject is kept."""
    found = staff.by_subject(tx, _subject(who))
    if found is None and who.email:
        found = staff.by_email(tx, plain_email(who.email))
        if found is not None and found.subject is not None:
            return None
    return staff.held(tx, found.staff.id) if found else None


def _let_in(
    rt: Runtime, tx: Tx, kept: Kept, who: Identified, place: Place
) -> LetIn | None:
    """None for who was disabled, whose invitation is over, or who has shown one factor and has no
    other here."""
    person, now = kept.staff, rt.now()
    joining = person.standing is Standing.INVITED and (
        kept.invited_until is not None and now < kept.invited_until
    )
    enough = MORE_THAN_ONE in who.methods
    if not (person.active or joining) or not (enough or (person.active and kept.totp)):
        return None
    if kept.subject not in (None, _subject(who)):
        return None
    staff.change(tx, person.id, subject=_subject(who))
    if joining:
        staff.change(
            tx, person.id, active_at=now, invitation=None, invitation_expires=None, password=None,
            totp=None,
        )
        audit.append(tx, now, person.actor, person.id, AuditEvent.STAFF_JOINED, by="oidc")
    if enough:
        return let_in(rt, tx, person, place, by="oidc", factor="provider")
    return let_half_in(rt, tx, person, place, by="oidc")


def _refuse(rt: Runtime, actor: Actor, place: Place, why: str) -> None:
    with rt.db.begin() as tx:
        audit.append_unheld(
            tx, rt.now(), actor, STRANGERS, AuditEvent.STAFF_REFUSED, factor="oidc",
            network=place.network, agent=place.agent, why=why[:200],
        )


def _subject(who: Identified) -> str:
    return digest(f"{who.issuer}\n{who.subject}")
