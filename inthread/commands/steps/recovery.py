"""Ten codes for when the phone is lost."""

from __future__ import annotations

from inthread.domain.staff import RECOVERY_CODES
from inthread.keyring import recovery_code, recovery_digest
from inthread.runtime import Runtime
from inthread.store import staff
from inthread.store.db import Tx


def new_recovery_codes(rt: Runtime, tx: Tx, staff_id: str) -> tuple[str, ...]:
    """The ones before count no more."""
    codes = tuple(recovery_code() for _ in range(RECOVERY_CODES))
    staff.keep_recovery(tx, staff_id, [recovery_digest(code) for code in codes], rt.now())
    return codes
