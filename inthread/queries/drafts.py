"""Drafts, the newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inthread.domain.actor import Actor
from inthread.domain.draft import DraftLine, DraftState, approvers
from inthread.runtime import Runtime
from inthread.store import drafts as kept

MOST = 100


@dataclass(frozen=True)
class DraftPage:
    """`given`: how many approvals count, by draft. `after`: where the next page begins; None when
    this is the last."""

    drafts: Sequence[DraftLine]
    given: Mapping[str, int]
    after: str | None


def drafts(
    rt: Runtime, *, actor: Actor, key: str | None = None, state: DraftState | None = None,
    live: bool = False, after: str = "", most: int = 50,
) -> DraftPage:
    """*key*: of one workflow; *live*: those on their way. Raises Forbidden."""
    actor.require("policy:read")
    most = min(most, MOST)
    with rt.db.read() as tx:
        found = kept.page(tx, most + 1, after=after, key=key, state=state, live=live)
        page = found[:most]
        said = kept.said_of_all(tx, [d.id for d in page if d.state is DraftState.SUBMITTED])
    given = {d.id: len(approvers(said.get(d.id, ()), d)) for d in page}
    return DraftPage(page, given, page[-1].id if len(found) > most else None)
