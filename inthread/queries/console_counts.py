"""What waits for whoever is signed in, counted no further than a page can use."""

from __future__ import annotations

from dataclasses import dataclass, field

from inthread.domain.actor import Actor
from inthread.domain.draft import DraftLine, DraftState, Verdict
from inthread.runtime import Runtime
from inthread.store import console_counts as store
from inthread.store import drafts
from inthread.store.console_counts import MOST as MOST
from inthread.store.console_counts import Waiting
from inthread.store.db import Tx


@dataclass(frozen=True)
class Counts:
    """`waiting`: MOST stands for that many or more. `approvals`: drafts that others made and this
    person may approve and has said nothing of, the newest first."""

    waiting: Waiting = field(default_factory=Waiting)
    approvals: tuple[DraftLine, ...] = ()


def console_counts(rt: Runtime, *, actor: Actor) -> Counts:
    """One statement, two more for who approves, none for who may see nothing."""
    if "work:read" not in actor.scopes:
        return Counts()
    with rt.db.read() as tx:
        return Counts(store.waiting(tx, str(actor), rt.now()), tuple(_approvals(tx, actor)))


def _approvals(tx: Tx, actor: Actor) -> list[DraftLine]:
    if "policy:approve" not in actor.scopes:
        return []
    others = [
        draft for draft in drafts.page(tx, MOST, state=DraftState.SUBMITTED)
        if not draft.is_own(actor)
    ]
    said = drafts.said_of_all(tx, [draft.id for draft in others])
    return [
        draft for draft in others
        if not any(
            (one.revision, one.approver, one.verdict) == (
                draft.revision, str(actor), Verdict.APPROVED)
            for one in said.get(draft.id, ())
        )
    ]
