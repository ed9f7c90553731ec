"""Bring a draft up to date with a version that was published after it was begun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.draft import LIVE, Draft, Newest, numbered, pointer
from inthread.domain.merge import Keep, merge
from inthread.domain.refusals import BadInput, Problem
from inthread.runtime import Runtime
from inthread.store import audit, drafts, workflows


def update_base(
    rt: Runtime, *, actor: Actor, draft_id: str, revision: int, keep: Keep | None = None
) -> Draft:
    """The draft's own changes on the newest version, under the next number, in editing; this actor
    is among its authors. What the other version changed alone is taken over. *keep*: whose word
    counts where both changed the same place; None: then it is refused, with the places.

    A draft that is up to date stays as it is. Raises BadInput for those places, Stale when
    *revision* is not the draft's or it is no longer live.
    """
    actor.require("policy:write")
    now = rt.now()
    with rt.db.begin() as tx:
        before = drafts.lock(tx, draft_id)
        before.demand(*LIVE)
        before.demand_revision(revision)
        newest = workflows.newest(tx, before.key)
        if (before.base_version, before.version) == (newest.version, newest.next):
            return before
        base = workflows.document_of(tx, before.key, before.base_version) or {}
        document = numbered(_merged(base, before, newest, keep), before.key, newest.next)
        draft = replace(
            before.changed(document, actor, now), base_version=newest.version
        )
        drafts.save(tx, draft)
        audit.append(
            tx, now, actor, draft.id, AuditEvent.DRAFT_BROUGHT_UP, revision=draft.revision,
            hash=draft.hash, base=newest.version, was=before.base_version,
            keep=keep.value if keep else None,
        )
    return draft


def _merged(
    base: Mapping[str, object], draft: Draft, newest: Newest, keep: Keep | None
) -> Mapping[str, object]:
    ours, theirs, before = (
        {name: part for name, part in each.items() if name != "version"}
        for each in (draft.document, newest.document, base)
    )
    merged = merge(before, ours, theirs, keep or Keep.MINE)
    if merged.clashes and keep is None:
        raise BadInput([
            Problem(
                f"/document{pointer(place)}",
                f"was changed here and in version {newest.version}: say whose change to keep",
            ) for place in merged.clashes
        ])
    return merged.document
