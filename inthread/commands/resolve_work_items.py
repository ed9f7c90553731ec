"""Resolve several work items alike: what has one cause is mended once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inthread.commands.resolve_work_item import resolve_work_item
from inthread.domain.actor import Actor
from inthread.domain.refusals import (
    AlreadySettled,
    BadInput,
    Claimed,
    NotFound,
    Problem,
    Refused,
    Stale,
)
from inthread.runtime import Runtime

MOST = 50


@dataclass(frozen=True)
class Resolved:
    """`done`: ids, as they were asked for. `refused`: the others, each with why in a sentence."""

    done: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]


def resolve_work_items(
    rt: Runtime, *, actor: Actor, item_ids: Sequence[str], result: str, note: str = "",
    until: datetime | None = None,
) -> Resolved:
    """Each in a transaction of its own: one that is refused stops no other. Raises BadInput for
    none, for more than fifty, and for one that is named twice."""
    actor.require("work:write")
    if not 1 <= len(item_ids) <= MOST:
        raise BadInput([Problem("/items", f"choose 1 to {MOST}")])
    if len(set(item_ids)) < len(item_ids):
        raise BadInput([Problem("/items", "names one twice: name it once")])
    done, refused = [], []
    for item_id in item_ids:
        try:
            resolve_work_item(
                rt, actor=actor, item_id=item_id, result=result, note=note, until=until
            )
            done.append(item_id)
        except (BadInput, AlreadySettled, Claimed, NotFound, Stale) as refusal:
            refused.append((item_id, _why(refusal)))
    return Resolved(tuple(done), tuple(refused))


def _why(refusal: Refused) -> str:
    if isinstance(refusal, BadInput):
        return "; ".join(problem.message for problem in refusal.problems)
    return _SAYS[type(refusal)]


_SAYS: dict[type[Refused], str] = {
    AlreadySettled: "somebody resolved it before",
    Claimed: "somebody else works on it",
    NotFound: "there is no such item",
    Stale: "the case changed at that moment: try again",
}
