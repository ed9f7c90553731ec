"""Who stands between the first factor and the second."""

from __future__ import annotations

from dataclasses import dataclass, field

from inthread.domain.staff import Staff
from inthread.keyring import digest, totp_uri
from inthread.runtime import Runtime
from inthread.store import staff, staff_sessions


@dataclass(frozen=True)
class SetUp:
    """What the authenticator app has to be told: by QR code (`uri`) or by hand (`secret`)."""

    staff: Staff
    uri: str = field(repr=False)
    secret: str = field(repr=False)


def half_session(rt: Runtime, token: str) -> Staff | None:
    """Whose code is to be asked; None when the password has to be asked again."""
    with rt.db.read() as tx:
        half = staff_sessions.by_token(tx, digest(token))
    if half is None or half.whole or half.by == "invitation" or half.over(rt.now()):
        return None
    return half.staff if half.staff.active else None


def set_up(rt: Runtime, token: str) -> SetUp | None:
    """For whoever accepted an invitation in this browser and has not confirmed a code yet."""
    now = rt.now()
    with rt.db.read() as tx:
        half = staff_sessions.by_token(tx, digest(token))
        if half is None or half.whole or half.by != "invitation" or half.over(now):
            return None
        kept = staff.by_email(tx, half.staff.email)
    if kept is None or kept.totp is None or kept.invited_until is None or (
        now >= kept.invited_until
    ):
        return None
    secret = rt.keyring.unseal("totp", half.staff.id, kept.totp)
    return SetUp(half.staff, totp_uri(secret, half.staff.email, rt.brand.name), secret)


def invited(rt: Runtime, token: str) -> Staff | None:
    """Whom an invitation is for; None when it is unknown, used or too old."""
    with rt.db.read() as tx:
        kept = staff.by_invitation(tx, digest(token))
    if kept is None or kept.invited_until is None or rt.now() >= kept.invited_until:
        return None
    return kept.staff
