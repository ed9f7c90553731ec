"""The loop that carries what must leave: threads per lane, woken at once or by the clock."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

import structlog

from inthread.acting.shelf import Shelf
from inthread.commands.drain_outbox import LANES, ClaimedJob, carry_job, claim_jobs, drain_outbox
from inthread.commands.sweep import sweep
from inthread.commands.sweep_documents import sweep_documents
from inthread.commands.sweep_uploads import sweep_uploads
from inthread.domain.actor import WORKER
from inthread.runtime import Runtime

HANDS = {"code": 2, "contact": 4, "carry": 16, "impact": 1, "scan": 1}
# How many jobs one look takes. What is taken and waits must not outlive its lease: only where a
# hand is soon free again.
AHEAD = {"contact": 8}
SWEEP_EVERY = timedelta(seconds=30)
log = structlog.get_logger()
T = TypeVar("T")


def run_once(rt: Runtime) -> int:
    """Carry one due job, if there is one. For tests and for `inthread worker --once`."""
    return drain_outbox(rt, actor=WORKER)


@dataclass
class _Lane:
    """What its hands share: whose turn it is to look, and what a look took that no hand has."""

    kinds: Sequence[str]
    most: int
    looking: threading.Lock = field(default_factory=threading.Lock)
    taken: deque[ClaimedJob] = field(default_factory=deque)


class Worker:
    """Runs until `stop`. A hand takes one job at a time; one idle hand per lane looks for work, so
    an idle worker costs a few statements a second whatever the number of hands."""

    def __init__(self, rt: Runtime, *, poll: float = 0.5) -> None:
        self.rt = rt
        self.shelf = Shelf(rt)
        self.poll = poll
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        for name, kinds in LANES.items():
            hand = partial(self._hand, _Lane(kinds, AHEAD.get(name, 1)))
            for n in range(HANDS[name]):
                self._run(f"{name}-{n}", hand)
        self._run("sweep", self._sweep)

    def stop(self, timeout: float = 20) -> None:
        """Let each hand finish what it holds; what it cannot is leased to another later."""
        self._stopping.set()
        self.rt.db.wake.ring()
        for thread in self._threads:
            thread.join(timeout)
        self._guarded(self.rt.traffic.flush, "traffic")

    def wait(self) -> None:
        """Until `stop` is called, by a signal or another thread."""
        self._stopping.wait()

    def _run(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _hand(self, lane: _Lane) -> None:
        """Look for work alone, carry it beside the others."""
        while not self._stopping.is_set():
            with lane.looking:
                job = self._next_job(lane)
            if job is not None:
                self._guarded(partial(self._carry, job), job.kind)

    def _carry(self, job: ClaimedJob) -> None:
        carry_job(self.shelf.current(), actor=WORKER, job=job)

    def _next_job(self, lane: _Lane) -> ClaimedJob | None:
        look = partial(
            claim_jobs, self.rt, actor=WORKER, kinds=lane.kinds, most=lane.most, ways=True
        )
        while not self._stopping.is_set():
            if lane.taken:
                return lane.taken.popleft()
            rung = self.rt.db.wake.rung
            lane.taken.extend(self._guarded(look, "claim") or ())
            if not lane.taken:
                self.rt.db.wake.wait(rung, self.poll)
        return None

    def _sweep(self) -> None:
        while not self._stopping.wait(SWEEP_EVERY.total_seconds()):
            self._guarded(self._sweep_once, "sweep")
            self._guarded(self._sweep_uploads, "sweep uploads")
            self._guarded(self._sweep_documents, "sweep documents")
            self._guarded(self.rt.traffic.flush, "traffic")

    def _sweep_once(self) -> None:
        sweep(self.shelf.current(), actor=WORKER)

    def _sweep_uploads(self) -> None:
        sweep_uploads(self.shelf.current(), actor=WORKER)

    def _sweep_documents(self) -> None:
        sweep_documents(self.shelf.current(), actor=WORKER)

    def _guarded(self, work: Callable[[], T], what: str) -> T | None:
        """A fault in one job stops neither the hand nor the others: the job's lease runs out and it
        is claimed again. A database that is away is waited for."""
        try:
            return work()
        except Exception:
            log.exception("worker.fault", what=what)
            self._stopping.wait(self.poll)
            return None
