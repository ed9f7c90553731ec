"""Begin a change of a workflow, from its newest published version."""

from __future__ import annotations

from datetime import datetime

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.canonical import digest
from inthread.domain.draft import LONGEST_TITLE, Draft, DraftState, Newest, numbered, said
from inthread.runtime import Runtime
from inthread.store import audit, drafts, workflows


def start_draft(rt: Runtime, *, actor: Actor, key: str, title: str = "") -> Draft:
    """A draft of the workflow *key* in the hands of this author. Several may live at once. Raises
    NotFound for a workflow that was never published, BadInput for a title that is none."""
    actor.require("policy:write")
    called, now = said(title, "/title", LONGEST_TITLE) or "", rt.now()
    with rt.db.begin() as tx:
        newest = workflows.newest(tx, key)
        draft = _begun(rt.new_id("draft"), key, called, newest, actor, now)
        drafts.add(tx, draft)
        audit.append(
            tx, now, actor, draft.id, AuditEvent.DRAFT_STARTED, workflow=key,
            base=newest.version, hash=draft.hash,
        )
    return draft


def _begun(
    id: str, key: str, title: str, newest: Newest, actor: Actor, now: datetime
) -> Draft:
    document = numbered(newest.document, key, newest.next)
    return Draft(
        id=id, key=key, base_version=newest.version, title=title, document=document,
        hash=digest(document), revision=1, state=DraftState.EDITING, authors=(str(actor),),
        created_at=now, changed_at=now,
    )
