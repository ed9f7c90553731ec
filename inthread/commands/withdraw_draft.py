"""Give a draft up."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.draft import Draft, said
from inthread.runtime import Runtime
from inthread.store import audit, drafts


def withdraw_draft(
    rt: Runtime, *, actor: Actor, draft_id: str, note: str = "", revision: int | None = None
) -> Draft:
    """The draft, over for good; what was said of it is kept. Raises Stale when it was published or
    withdrawn before, or is not at this *revision*."""
    actor.require("policy:write")
    words, now = said(note), rt.now()
    with rt.db.begin() as tx:
        before = drafts.lock(tx, draft_id)
        if revision is not None:
            before.demand_revision(revision)
        draft = before.withdrawn(words)
        drafts.save(tx, draft)
        audit.append(
            tx, now, actor, draft.id, AuditEvent.DRAFT_WITHDRAWN, revision=draft.revision,
            hash=draft.hash, was=before.state.value, note_sha256=sealed(words),
        )
    return draft
