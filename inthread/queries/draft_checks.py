"""What is said of a draft before anybody is asked to approve it."""

from __future__ import annotations

from inthread.acting.check_draft import Checks as Checks
from inthread.acting.check_draft import check_draft
from inthread.domain.actor import Actor
from inthread.runtime import Runtime
from inthread.store import drafts


def draft_checks(rt: Runtime, *, actor: Actor, draft_id: str) -> Checks:
    """As it stands now. Raises Forbidden, NotFound."""
    actor.require("policy:read")
    with rt.db.read() as tx:
        return check_draft(rt, tx, drafts.get(tx, draft_id))
