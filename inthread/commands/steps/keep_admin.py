"""One active admin has to remain, whoever changes whom at once."""

from __future__ import annotations

from inthread.domain.refusals import LastAdmin
from inthread.store import staff
from inthread.store.db import Tx


def keep_admin(tx: Tx, staff_id: str) -> None:
    """Asked before somebody stops being an active admin. Holds every admin, so that two who remove
    each other wait for one another. Raises LastAdmin."""
    if staff.hold_admins(tx) == [staff_id]:
        raise LastAdmin
