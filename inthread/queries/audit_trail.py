"""Who did what, when: the audit as people read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inthread.domain.actor import Actor
from inthread.domain.audit import broken_at
from inthread.domain.says import says
from inthread.runtime import Runtime
from inthread.store import audit, audit_lists
from inthread.store.audit_lists import Numbered
from inthread.store.audit_lists import Wanted as Wanted

MOST = 50


@dataclass(frozen=True)
class Line:
    """`text`: the event's sentence."""

    numbered: Numbered
    text: str


@dataclass(frozen=True)
class Trail:
    """`after`: where the next page begins. `short`: the look ended before the page was full.
    `broken`: for one subject alone, the number of the first event that does not fit its chain;
    None when all do. `whole`: whether that was looked at."""

    lines: Sequence[Line]
    after: int | None
    short: bool
    whole: bool
    broken: int | None


def audit_trail(
    rt: Runtime, *, actor: Actor, wanted: Wanted, after: int | None = None, most: int = MOST
) -> Trail:
    actor.require("audit:read")
    with rt.db.read() as tx:
        found = audit_lists.page(tx, wanted, after, min(most, MOST))
        chain = audit.of_subject(tx, wanted.subject) if wanted.subject else None
    lines = [Line(one, says(one.event.event, one.event.detail)) for one in found.lines]
    return Trail(
        lines, found.after, found.short, chain is not None,
        broken_at(chain) if chain is not None else None,
    )
