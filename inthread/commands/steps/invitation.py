"""A way in for somebody who has none: an address that works once, for 72 hours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from inthread.domain.staff import INVITATION
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.store import staff
from inthread.store.db import Tx


@dataclass(frozen=True)
class Invitation:
    """`url` is shown once: its token is kept as a digest."""

    staff_id: str
    expires_at: datetime
    url: str = field(repr=False)


def invitation(rt: Runtime, tx: Tx, staff_id: str) -> Invitation:
    """A new one; the one before opens nothing any more."""
    token, expires_at = rt.new_token(), rt.now() + INVITATION
    staff.change(tx, staff_id, invitation=digest(token), invitation_expires=expires_at)
    return Invitation(staff_id, expires_at, f"{rt.origin}/console/invitation/{token}")
