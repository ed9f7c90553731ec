"""Carry what must leave - messages, codes, writebacks, payment checks - until told to end. On TERM
or Ctrl-C each hand finishes what it holds; a second signal ends it at once."""

from __future__ import annotations

import argparse
import signal
import threading
from typing import TYPE_CHECKING

import structlog

from inthread import log
from inthread.cli.parts import Parts
from inthread.cli.start import ready
from inthread.runtime import Runtime
from inthread.worker import Worker, run_once

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs


def add(verbs: Verbs) -> None:
    verb = verbs.add_parser("worker", help="carry what must leave", description=__doc__)
    verb.add_argument("--once", action="store_true", help="carry what is due now, then end")
    verb.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    log.configure()
    _, rt = ready(parts)
    try:
        return _all_due(rt) if options.once else _until_told(rt)
    finally:
        rt.db.dispose()


def _all_due(rt: Runtime) -> int:
    jobs = 0
    while run_once(rt):
        jobs += 1
    rt.traffic.flush()
    print(f"{jobs} jobs carried")
    return 0


def _until_told(rt: Runtime) -> int:
    said, told = structlog.get_logger(), threading.Event()

    def end(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    worker = Worker(rt)
    worker.start()
    said.info("worker.ready")
    told.wait()
    said.info("worker.ending")
    worker.stop()
    said.info("worker.ended")
    return 0
