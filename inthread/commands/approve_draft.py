"""Approve exactly what was seen; with the last approval that is needed it is published."""

from __future__ import annotations

from datetime import datetime

from inthread.acting.read_document import read_document
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.draft import Approval, Draft, DraftState, Verdict, approvers, pointer, said
from inthread.domain.refusals import BadInput, Forbidden, Problem, Stale
from inthread.domain.workflow_reader import WorkflowErrors
from inthread.runtime import Runtime
from inthread.store import audit, drafts, impacts, workflows
from inthread.store.approvals import needed_for
from inthread.store.db import Tx


def approve_draft(
    rt: Runtime, *, actor: Actor, draft_id: str, hash: str, note: str = "",
    revision: int | None = None,
) -> Draft:
    """The draft with this person's approval of the content with this *hash* (and of this
    *revision*, where it is given); published when it was the last that is needed. It is in force
    from the hour it was submitted for, or from now on when that has passed.

    Raises Forbidden for whoever had a hand in the draft and for whoever is no member of staff,
    which is recorded; Stale when the draft is another by now, waits for nobody, was approved by
    this person already, or another version was published meanwhile; BadInput when it cannot be
    read here or its impact was not measured. A69.
    """
    actor.require("policy:approve")
    words, now = said(note), rt.now()
    with rt.db.begin() as tx:
        draft = drafts.lock(tx, draft_id)
        why = _barred(draft, actor)
        if why is None:
            return _approve(rt, tx, actor, _demanded(rt, tx, draft, hash, revision), words, now)
        audit.append(
            tx, now, actor, draft.id, AuditEvent.DRAFT_APPROVAL_REFUSED, hash=draft.hash, why=why
        )
    raise Forbidden(why)


def _barred(draft: Draft, actor: Actor) -> str | None:
    if actor.kind != "staff":
        return "only a member of staff approves"
    return "nobody approves a change they had a hand in" if draft.is_own(actor) else None


def _demanded(
    rt: Runtime, tx: Tx, draft: Draft, hash: str, revision: int | None
) -> Draft:
    """The draft, when it is what the approver saw and may still be published."""
    draft.demand(DraftState.SUBMITTED)
    if hash != draft.hash:
        raise Stale("the draft has other content than was approved: look at it again")
    if revision is not None:
        draft.demand_revision(revision)
    workflows.hold(tx, draft.key)
    draft.demand_newest(workflows.newest(tx, draft.key))
    if not impacts.done_for(tx, draft.id, draft.hash):
        raise BadInput([Problem("/impact", "was not measured on this content: measure it")])
    try:
        read_document(rt.registry, draft.document, "draft")
    except WorkflowErrors as wrong:
        raise BadInput([
            Problem(f"/document{pointer(one.place)}", one.message) for one in wrong.problems
        ]) from None
    return draft


def _approve(
    rt: Runtime, tx: Tx, actor: Actor, draft: Draft, note: str | None, now: datetime
) -> Draft:
    if str(actor) in approvers(drafts.said_of(tx, draft.id), draft):
        raise Stale("this person has approved it already")
    drafts.say(tx, rt.new_id("apv"), draft.id, Approval(
        draft.revision, draft.hash, str(actor), Verdict.APPROVED, note, now
    ))
    by = approvers(drafts.said_of(tx, draft.id), draft)
    needed = max(draft.needed, needed_for(tx, draft))
    audit.append(
        tx, now, actor, draft.id, AuditEvent.DRAFT_APPROVED, revision=draft.revision,
        hash=draft.hash, needed=needed, given=len(by), note_sha256=sealed(note),
    )
    return draft if len(by) < needed else _publish(tx, actor, draft, by, now)


def _publish(
    tx: Tx, actor: Actor, draft: Draft, by: tuple[str, ...], now: datetime
) -> Draft:
    effective_at = max(now, draft.effective_at or now)
    if not workflows.add_version(
        tx, draft.key, draft.version, draft.hash, draft.document, now, by=str(actor),
        effective_at=effective_at, draft_id=draft.id, note=draft.note,
    ):
        raise Stale(f"version {draft.version} was published meanwhile: bring the draft up to date")
    published = draft.published(effective_at)
    drafts.save(tx, published)
    detail = {
        "version": draft.version, "hash": draft.hash, "approvers": list(by),
        "effective_at": effective_at.isoformat(),
    }
    audit.append(tx, now, actor, draft.id, AuditEvent.DRAFT_PUBLISHED, **detail)
    audit.append(
        tx, now, actor, f"workflow:{draft.key}", AuditEvent.WORKFLOW_PUBLISHED, draft=draft.id,
        **detail,
    )
    return published
