"""The numbers beside the doors: what waits behind each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inthread.queries.console_counts import MOST, Counts


@dataclass(frozen=True)
class Badge:
    """`tone`: `hot` is late or broken, `todo` waits for somebody, nothing is only so. `says`: what
    the number counts, for who cannot see where it stands."""

    shown: str
    tone: str
    says: str


def badges(counts: Counts) -> Mapping[str, Badge]:
    """By the path of the door; none for nothing."""
    of, drafts = counts.waiting, len(counts.approvals)
    late = f"open, {bounded(of.late)} late" if of.late else "open"
    found = (
        ("/console/exceptions", of.open, "hot" if of.late else "todo", late),
        ("/console/replies", of.replies, "todo", "waiting to be read"),
        ("/console/writebacks", of.failed + of.unknown, "hot" if of.failed else "todo",
         "failed or unknown"),
        ("/console/drafts", drafts, "todo", "waiting for your approval"),
    )
    return {path: Badge(bounded(n), tone, says) for path, n, tone, says in found if n}


def bounded(n: int) -> str:
    return f"{MOST - 1}+" if n >= MOST else str(n)
