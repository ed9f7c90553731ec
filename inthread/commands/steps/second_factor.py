"""Whether what was typed is a code of this person's app, or a recovery code; it is spent at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import TooMany
from inthread.domain.throttle import CODES
from inthread.keyring import recovery_digest, totp_step
from inthread.runtime import Runtime
from inthread.store import audit, staff, throttles
from inthread.store.db import Tx
from inthread.store.staff import Kept

SEALED = "totp"


@dataclass(frozen=True)
class Shown:
    """`factor`: `totp` or `recovery`; `left`: the recovery codes that remain, else -1."""

    factor: str
    left: int = -1


def second_factor(
    rt: Runtime, tx: Tx, actor: Actor, kept: Kept, code: str, *, recovery: bool = True
) -> Shown | None:
    """None for a code that is wrong or has passed before; it is counted and audited. Raises TooMany
    while one has to wait (ASVS 6.6.3). *recovery*: whether a recovery code will do as well. The
    caller holds the person."""
    now, person = rt.now(), kept.staff
    free_at = throttles.take(tx, f"code:{person.id}", CODES, now)
    if free_at is not None:
        raise TooMany(math.ceil((free_at - now).total_seconds()))
    given = "".join(code.split())
    step = totp_step(secret_of(rt, kept), given, now)
    if step is not None and staff.spend_step(tx, person.id, step):
        throttles.clear(tx, [f"code:{person.id}"])
        return Shown("totp")
    if step is None and recovery and staff.spend_recovery(
        tx, person.id, recovery_digest(given), now
    ):
        throttles.clear(tx, [f"code:{person.id}"])
        return Shown("recovery", staff.recovery_left(tx, person.id))
    event = AuditEvent.STAFF_REFUSED if step is None else AuditEvent.STAFF_REPLAYED
    audit.append(tx, now, actor, person.id, event, factor="code")
    return None


def secret_of(rt: Runtime, kept: Kept) -> str:
    """The app's secret; sealed again under the newest key whenever somebody passes. Raises
    Unsealed when its key is gone."""
    if kept.totp is None:
        raise ValueError(f"{kept.staff.id} has no authenticator app")
    return rt.keyring.unseal(SEALED, kept.staff.id, kept.totp)


def seal_again(rt: Runtime, tx: Tx, kept: Kept) -> None:
    if kept.totp is not None and rt.keyring.sealed_before(kept.totp):
        sealed = rt.keyring.seal(SEALED, kept.staff.id, secret_of(rt, kept))
        staff.change(tx, kept.staff.id, totp=sealed)
