"""Give a submitted draft back to its authors, with what is to be changed."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.draft import Approval, Draft, Verdict, said
from inthread.domain.refusals import BadInput, Problem
from inthread.runtime import Runtime
from inthread.store import audit, drafts


def send_back_draft(
    rt: Runtime, *, actor: Actor, draft_id: str, note: str, revision: int | None = None
) -> Draft:
    """The draft in the hands of its authors again; approvals that it had are void. Raises BadInput
    without a note, Stale when it waits for nobody, or is not at this *revision*."""
    actor.require("policy:approve")
    words, now = said(note), rt.now()
    if words is None:
        raise BadInput([Problem("/note", "is empty: say what is to be changed")])
    with rt.db.begin() as tx:
        before = drafts.lock(tx, draft_id)
        if revision is not None:
            before.demand_revision(revision)
        draft = before.sent_back(words)
        drafts.say(tx, rt.new_id("apv"), draft.id, Approval(
            before.revision, before.hash, str(actor), Verdict.SENT_BACK, words, now
        ))
        drafts.save(tx, draft)
        audit.append(
            tx, now, actor, draft.id, AuditEvent.DRAFT_SENT_BACK, revision=draft.revision,
            hash=draft.hash, note_sha256=sealed(words),
        )
    return draft
