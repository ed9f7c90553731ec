"""What the approval of a draft hangs on: that its impact was measured, and how large it was."""

from __future__ import annotations

from sqlalchemy import Connection, select

from inthread.domain.console_setting import SECOND_APPROVER, needs_second_approver
from inthread.domain.draft import DraftLine
from inthread.store import console_settings
from inthread.store import tables as t

i = t.impacts.c


def measured(tx: Connection, draft: DraftLine) -> bool:
    """Whether the impact of exactly this content was measured to its end."""
    return _counts(tx, draft) is not None


def needed_for(tx: Connection, draft: DraftLine) -> int:
    """How many approvals: 1; 2 when it changes more decisions than admins let one person approve.
    """
    changed, decided = _counts(tx, draft) or (0, 0)
    value = console_settings.get(tx, SECOND_APPROVER)
    return 2 if needs_second_approver(value, changed=changed, decided=decided) else 1


def _counts(tx: Connection, draft: DraftLine) -> tuple[int, int] | None:
    """(changed, decided) of the last measurement of this content."""
    row = tx.execute(
        select(i.changed, i.done).where(
            i.draft_id == draft.id, i.hash == draft.hash, i.state == "done"
        ).order_by(i.id.desc()).limit(1)
    ).one_or_none()
    return None if row is None else (row.changed, row.done)
