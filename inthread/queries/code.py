"""The code that was asked for last, as the page that takes it needs it."""

from __future__ import annotations

from dataclasses import dataclass

from inthread.acting.take_visit import Taken, see_visit
from inthread.domain.challenge import Challenge
from inthread.runtime import Runtime
from inthread.store import challenges


@dataclass(frozen=True)
class CodeSeen:
    """`challenge`: the open one that this visit asked for, for this purpose; else None."""

    taken: Taken
    challenge: Challenge | None


def code_seen(rt: Runtime, token: str, purpose: str = "view") -> CodeSeen:
    """Raises VisitEnded, LinkGone. It tells nothing of whether there is a phone (A29)."""
    with rt.db.read() as tx:
        taken = see_visit(rt, tx, token)
        newest = challenges.newest(tx, taken.case.id)
    if newest is None or newest.visit_id != taken.visit.id or newest.purpose != purpose:
        return CodeSeen(taken, None)
    return CodeSeen(taken, newest if newest.open(rt.now()) else None)
