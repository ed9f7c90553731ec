"""Keep a draft's whole new document."""

from __future__ import annotations

from collections.abc import Mapping

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.canonical import digest
from inthread.domain.draft import LIVE, LONGEST_TITLE, Draft, numbered, said
from inthread.runtime import Runtime
from inthread.store import audit, drafts


def change_draft(
    rt: Runtime, *, actor: Actor, draft_id: str, revision: int, document: Mapping[str, object],
    title: str | None = None,
) -> Draft:
    """The draft with *document* in place of the one it had, and this actor among its authors. A
    submitted draft goes back to editing and its approvals are void. The same document again, under
    the same title, changes nothing. The number it is published under is not the author's to say.

    A document may have problems (the checks name them). Raises BadInput when it cannot be kept at
    all (`draft.numbered`), Stale when *revision* is not the draft's or it is no longer live.
    """
    actor.require("policy:write")
    called, now = None if title is None else said(title, "/title", LONGEST_TITLE) or "", rt.now()
    with rt.db.begin() as tx:
        before = drafts.lock(tx, draft_id)
        before.demand(*LIVE)
        before.demand_revision(revision)
        kept = numbered(document, before.key, before.version)
        if digest(kept) == before.hash and called in (None, before.title):
            return before
        draft = before.changed(kept, actor, now, title=called)
        drafts.save(tx, draft)
        audit.append(
            tx, now, actor, draft.id, AuditEvent.DRAFT_CHANGED, revision=draft.revision,
            hash=draft.hash, was=before.state.value,
        )
    return draft
