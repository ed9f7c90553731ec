"""Ask for a draft to be approved. From here on its content stands still, or is asked for again."""

from __future__ import annotations

from datetime import datetime

from inthread.acting.check_draft import check_draft
from inthread.commands.steps.check_hour import check_hour
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.draft import Draft, DraftState, said
from inthread.domain.refusals import BadInput
from inthread.runtime import Runtime
from inthread.store import audit, drafts, workflows
from inthread.store.approvals import needed_for


def submit_draft(
    rt: Runtime, *, actor: Actor, draft_id: str, revision: int,
    effective_at: datetime | None = None, note: str = "",
) -> Draft:
    """The draft, waiting for approval. *effective_at*: from when it is to be in force, at most a
    year ahead; None: as soon as it is approved. Raises BadInput with everything that stands in the
    way (`Checks.errors`), Stale when *revision* is not the draft's, or it is no longer edited.
    """
    actor.require("policy:write")
    words, now = said(note), rt.now()
    with rt.db.read() as tx:
        looked_at = drafts.get(tx, draft_id)
        looked_at.demand(DraftState.EDITING)
        looked_at.demand_revision(revision)
        checks = check_draft(rt, tx, looked_at)
    wrong = (*checks.errors, *check_hour(effective_at, now, checks.newest))
    if wrong:
        raise BadInput(wrong)
    with rt.db.begin() as tx:
        before = drafts.lock(tx, draft_id)
        before.demand_revision(revision)
        before.demand_newest(workflows.newest(tx, before.key))
        draft = before.submitted(
            actor, now, effective_at=effective_at, note=words, needed=needed_for(tx, before)
        )
        drafts.save(tx, draft)
        audit.append(
            tx, now, actor, draft.id, AuditEvent.DRAFT_SUBMITTED, revision=draft.revision,
            hash=draft.hash, needed=draft.needed, note_sha256=sealed(words),
            effective_at=effective_at.isoformat() if effective_at else None,
        )
    return draft
