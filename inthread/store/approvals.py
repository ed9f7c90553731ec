"""How many approvals a draft needs."""

from __future__ import annotations

from sqlalchemy import Connection

from inthread.domain.console_setting import SECOND_APPROVER, needs_second_approver
from inthread.domain.draft import DraftLine
from inthread.store import console_settings, impacts


def needed_for(tx: Connection, draft: DraftLine) -> int:
    """1; 2 when it changes more decisions than admins let one person approve."""
    changed, decided = impacts.share_of(tx, draft.id, draft.hash) or (0, 0)
    value = console_settings.get(tx, SECOND_APPROVER)
    return 2 if needs_second_approver(value, changed=changed, decided=decided) else 1
