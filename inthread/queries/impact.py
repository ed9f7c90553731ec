"""What a draft would have done to the cases that were really decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inthread.domain.actor import Actor
from inthread.domain.impact import Impact
from inthread.domain.refusals import NotFound
from inthread.runtime import Runtime
from inthread.store import drafts, impacts
from inthread.store.impacts import ChangeLine as ChangeLine

MOST = 100


@dataclass(frozen=True)
class ChangePage:
    """`after`: where the next page begins; None when this is the last."""

    impact: Impact
    lines: Sequence[ChangeLine]
    after: int | None


def impact_of(rt: Runtime, *, actor: Actor, draft_id: str) -> Impact | None:
    """The measurement that was asked for last, of whatever content the draft had then (`hash`);
    None before the first. Raises Forbidden, NotFound."""
    actor.require("policy:read")
    with rt.db.read() as tx:
        drafts.get(tx, draft_id)
        return impacts.newest(tx, draft_id)


def impact_changes(
    rt: Runtime, *, actor: Actor, draft_id: str, action: str, kind: str,
    group: tuple[str, str] | None = None, after: int = 0, most: int = 50,
) -> ChangePage:
    """Whom the draft changes: one line for each decision in which *action* changes in this way, in
    the order of the measurement. *group*: (fact, value), only those in it. Raises Forbidden,
    NotFound while nothing was measured."""
    actor.require("policy:read")
    actor.require("cases:read")
    most = min(most, MOST)
    with rt.db.read() as tx:
        impact = impacts.newest(tx, draft_id)
        if impact is None:
            raise NotFound("impact")
        found = impacts.changes(
            tx, impact.id, action=action, kind=kind, most=most + 1, after=after, group=group
        )
    page = found[:most]
    return ChangePage(impact, page, page[-1].seq if len(found) > most else None)
