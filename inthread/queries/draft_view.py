"""One draft, with what it was made from and what was said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inthread.domain.actor import Actor
from inthread.domain.draft import Approval, Draft, DraftState, Newest, approvers
from inthread.runtime import Runtime
from inthread.store import drafts, workflows
from inthread.store.approvals import needed_for


@dataclass(frozen=True)
class DraftView:
    """`base`: the document of the version it was made from. `newest`: what it has to be made from
    to be published. `said`: verdicts on any revision, oldest first; `approvers`: whose approvals
    count now; `needed`: how many it takes. `may_approve`: this actor, this content, now."""

    draft: Draft
    base: Mapping[str, object]
    newest: Newest
    said: Sequence[Approval]
    approvers: tuple[str, ...]
    needed: int
    may_approve: bool

    @property
    def up_to_date(self) -> bool:
        made_from = (self.draft.base_version, self.draft.version)
        return not self.draft.live or made_from == (self.newest.version, self.newest.next)


def draft_view(rt: Runtime, *, actor: Actor, draft_id: str) -> DraftView:
    """Raises Forbidden, NotFound."""
    actor.require("policy:read")
    with rt.db.read() as tx:
        draft = drafts.get(tx, draft_id)
        said = drafts.said_of(tx, draft_id)
        by = approvers(said, draft)
        may = (
            draft.state is DraftState.SUBMITTED and actor.kind == "staff"
            and "policy:approve" in actor.scopes and not draft.is_own(actor)
            and str(actor) not in by
        )
        return DraftView(
            draft=draft, base=workflows.document_of(tx, draft.key, draft.base_version) or {},
            newest=workflows.newest(tx, draft.key), said=said, approvers=by,
            needed=max(draft.needed, needed_for(tx, draft)), may_approve=may,
        )
