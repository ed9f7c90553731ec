"""What a million cases change: the same work with many cases beside it, over with few.

1,000 jobs are due whatever the size, and two thirds of the cases are closed. Times are the median
of single calls in this process, so that only the database's share grows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from statistics import median

from sqlalchemy import insert, text, update

from bench import ours
from bench.cases import copies, open_cases, promised
from bench.context import Context
from bench.machine import Stretch
from bench.row import Measure, Row
from inthread.commands.drain_outbox import claim_jobs, drain_outbox
from inthread.commands.sweep import sweep
from inthread.domain.actor import WORKER
from inthread.queries.landing import landing
from inthread.runtime import Runtime
from inthread.store import tables as t

DUE = 1000
CALLS = 200
# Of each case's history only what is read again grows with it here.
LEFT_OUT = (
    "decisions", "visits", "challenges", "drafts", "submissions", "writeback_attempts", "audit",
)


class Field:
    """A database with so many cases, and what is done on it."""

    def __init__(self, rt: Runtime, path: str, closed: str) -> None:
        self.rt = rt
        self.token = path.removeprefix("/l/")
        self.closed = closed

    def timed(self) -> Measure:
        with Stretch() as stretch:
            figures = {name: self._median(call) for name, call in self.calls().items()}
        return Measure(figures, stretch.reading)

    def calls(self) -> dict[str, Callable[[], object]]:
        rt = self.rt
        return {
            "landing page": lambda: landing(rt, self.token),
            "claim of a due job": lambda: claim_jobs(rt, actor=WORKER, most=1),
            "sweep": lambda: sweep(rt, actor=WORKER),
        }

    def _median(self, call: Callable[[], object]) -> float:
        taken = []
        for _ in range(CALLS):
            start = time.perf_counter()
            call()
            taken.append(1000 * (time.perf_counter() - start))
        self._free()
        return median(taken)

    def _free(self) -> None:
        """Give the claimed jobs back."""
        with self.rt.db.engine.begin() as tx:
            tx.execute(update(t.outbox).values(lease=None, leased_until=None).where(
                t.outbox.c.lease.is_not(None)
            ))


def rows(context: Context) -> Iterator[Row]:
    small, large = (1000, 10_000) if context.quick else (10_000, 1_000_000)
    with ExitStack() as stack:
        few = _filled(context, stack, small)
        many = _filled(context, stack, large)
        pairs = context.pairs(many.timed, few.timed)
        for name in many.calls():
            yield pairs.row(f"{name}: {large:,} cases", name, "ms", "low", 1.2, f"{small:,}")


def _filled(context: Context, stack: ExitStack, size: int) -> Field:
    url = context.new_database("growth")
    ours.create_tables(url)
    port, _ = stack.enter_context(ours.peer())
    rt = stack.enter_context(ours.runtime(ours.environment(url, 1, port)))
    (waiting, path), (settled, other) = open_cases(rt, 2)
    promised(rt, settled, other)
    while drain_outbox(rt, actor=WORKER, kinds=("writeback",)):
        pass
    copies(rt, waiting, 1, size // 3, LEFT_OUT)
    copies(rt, settled, size // 3 + 1, size - size // 3, LEFT_OUT)
    _due_jobs(rt, waiting)
    return Field(rt, path, settled)


def _due_jobs(rt: Runtime, case_id: str) -> None:
    """Nothing else is due than these; and the planner knows the tables."""
    now, far = rt.now(), rt.now().replace(year=2090)
    with rt.db.engine.begin() as tx:
        tx.execute(update(t.outbox).where(t.outbox.c.done_at.is_(None)).values(due_at=far))
        tx.execute(insert(t.outbox), [
            {"id": rt.new_id("job"), "kind": "message", "ref": f"message_{n}", "case_id": case_id,
             "due_at": now}
            for n in range(DUE)
        ])
    with rt.db.reader.connect() as tx:
        tx.execute(text("ANALYZE"))
