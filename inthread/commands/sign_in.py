"""Check an e-mail address and a password. What comes of it is half a session: the second factor is
always asked (16 CFR 314.4(c)(5), ASVS 6.3.3)."""

from __future__ import annotations

import math
from datetime import timedelta
from hashlib import sha256

from inthread import passwords
from inthread.commands.steps.let_in import LetIn, Place, let_half_in
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import SignInRefused, TooMany
from inthread.domain.staff import plain_email
from inthread.domain.throttle import ACCOUNT, FORGETS, NETWORK, PLACE, Ladder
from inthread.runtime import Runtime
from inthread.store import audit, staff, staff_sessions, throttles
from inthread.store.db import Tx
from inthread.store.staff import Kept

KNOWN_FOR = timedelta(days=30)
# The chain of what strangers tried.
STRANGERS = "console"


def sign_in(rt: Runtime, *, actor: Actor, email: str, password: str, place: Place) -> LetIn:
    """Raises SignInRefused for an unknown address, a wrong password, a person who was disabled or
    has not joined: one answer at one cost (ASVS 6.3.8). A try is counted before it is looked at;
    raises TooMany, and nothing is looked at or written, while one has to wait."""
    actor.require("sign_in")
    address = plain_email(email)
    with rt.db.begin() as tx:
        kept = staff.by_email(tx, address)
        _take_tries(rt, tx, address, kept, place)
    right = passwords.matches(kept.password if kept else None, password)
    again = passwords.hashed(password) if kept and right and _old(kept) else None
    with rt.db.begin() as tx:
        held = staff.held(tx, kept.staff.id) if kept else None
        if kept and held and right and held.staff.active and held.password == kept.password:
            throttles.clear(tx, _own_keys(address, place))
            throttles.forget(tx, rt.now() - FORGETS)
            if again:
                staff.change(tx, held.staff.id, password=again)
            return let_half_in(rt, tx, held.staff, place, by="password")
        _note(rt, tx, actor, held, address, place)
    raise SignInRefused


def _take_tries(rt: Runtime, tx: Tx, address: str, kept: Kept | None, place: Place) -> None:
    """Of this account here, of this account, and of this network. Who has signed in from here
    lately is not slowed by what others try elsewhere."""
    now = rt.now()
    here, everywhere = _own_keys(address, place)
    known = staff_sessions.known_at(
        tx, kept.staff.id if kept else "", place.network, now - KNOWN_FOR
    )
    asked: list[tuple[str, Ladder]] = [(here, PLACE), (f"network:{place.network}", NETWORK)]
    if not known:
        asked.append((everywhere, ACCOUNT))
    for key, ladder in asked:
        free_at = throttles.take(tx, key, ladder, now)
        if free_at is not None:
            raise TooMany(math.ceil((free_at - now).total_seconds()))


def _own_keys(address: str, place: Place) -> tuple[str, str]:
    account = sha256(address.encode()).hexdigest()[:32]
    return f"place:{account}:{place.network}", f"account:{account}"


def _old(kept: Kept) -> bool:
    return kept.password is not None and passwords.outdated(kept.password)


def _note(
    rt: Runtime, tx: Tx, actor: Actor, held: Kept | None, address: str, place: Place
) -> None:
    """An address that is nobody's is not kept: people type passwords there."""
    said = {"factor": "password", "network": place.network, "agent": place.agent}
    if held is not None:
        audit.append(
            tx, rt.now(), actor, held.staff.id, AuditEvent.STAFF_REFUSED, **said
        )
        return
    tried = sha256(address.encode()).hexdigest()[:16]
    audit.append_unheld(
        tx, rt.now(), actor, STRANGERS, AuditEvent.STAFF_REFUSED, **said, address=tried
    )
