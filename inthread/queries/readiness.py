"""Whether this installation can work, and how far behind it is."""

from __future__ import annotations

from dataclasses import dataclass

from inthread.runtime import Runtime
from inthread.store import outbox


@dataclass(frozen=True)
class Readiness:
    """`due`: jobs that should have left by now, counted up to 10,000. `late`: seconds the oldest of
    them has waited."""

    due: int
    late: float


def readiness(rt: Runtime) -> Readiness:
    """Raises whatever the database does when it cannot be asked."""
    now = rt.now()
    with rt.db.read() as tx:
        due, oldest = outbox.lag(tx, now)
    return Readiness(due, (now - oldest).total_seconds() if oldest else 0.0)
