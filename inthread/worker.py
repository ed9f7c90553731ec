"""The loop that carries what must leave: threads per lane, woken at once or by the clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import TypeVar

import structlog

from inthread.commands.drain_outbox import LANES, ClaimedJob, carry_job, claim_jobs, drain_outbox
from inthread.commands.sweep import sweep
from inthread.domain.actor import WORKER
from inthread.runtime import Runtime

HANDS = {"code": 2, "contact": 4, "carry": 16}
SWEEP_EVERY = timedelta(seconds=30)
log = structlog.get_logger()
T = TypeVar("T")


def run_once(rt: Runtime) -> int:
    """Carry one due job, if there is one. For tests and for `inthread worker --once`."""
    return drain_outbox(rt, actor=WORKER)


class Worker:
    """Runs until `stop`. A hand takes one job at a time; one idle hand per lane looks for work, so
    an idle worker costs a few statements a second whatever the number of hands."""

    def __init__(self, rt: Runtime, *, poll: float = 0.5) -> None:
        self.rt = rt
        self.poll = poll
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        for lane, kinds in LANES.items():
            hand = partial(self._hand, kinds, threading.Lock())
            for n in range(HANDS[lane]):
                self._run(f"{lane}-{n}", hand)
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

    def _hand(self, kinds: Sequence[str], looking: threading.Lock) -> None:
        """Look for work alone, carry it beside the others."""
        while not self._stopping.is_set():
            with looking:
                job = self._next_job(kinds)
            if job is not None:
                self._guarded(partial(carry_job, self.rt, actor=WORKER, job=job), job.kind)

    def _next_job(self, kinds: Sequence[str]) -> ClaimedJob | None:
        while not self._stopping.is_set():
            rung = self.rt.db.wake.rung
            jobs = self._guarded(partial(claim_jobs, self.rt, actor=WORKER, kinds=kinds), "claim")
            if jobs:
                return jobs[0]
            self.rt.db.wake.wait(rung, self.poll)
        return None

    def _sweep(self) -> None:
        while not self._stopping.wait(SWEEP_EVERY.total_seconds()):
            self._guarded(partial(sweep, self.rt, actor=WORKER), "sweep")
            self._guarded(self.rt.traffic.flush, "traffic")

    def _guarded(self, work: Callable[[], T], what: str) -> T | None:
        """A fault in one job stops neither the hand nor the others: the job's lease runs out and it
        is claimed again. A database that is away is waited for."""
        try:
            return work()
        except Exception:
            log.exception("worker.fault", what=what)
            self._stopping.wait(self.poll)
            return None
