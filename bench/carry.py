"""Delivery with proof: due writebacks carried to a loopback peer by the product's own worker.

Rates are taken from when the first and the last proof were recorded, so that starting a process
counts for neither side; processor time from when the jobs fall due.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from functools import partial

from sqlalchemy import create_engine, text

from bench import floor_schema, ours
from bench.cases import due_writebacks
from bench.context import Context
from bench.machine import ROOT, Reading, Stretch
from bench.peer import counts
from bench.row import Count, Measure, Row

HANDS = 16
PATIENCE = 240
START = 3.0

Sums = dict[str, int]


def rows(context: Context) -> Iterator[Row | Count]:
    many = context.size(2000, 100)
    sums: Sums = {"posts": 0, "applied": 0, "repeats": 0, "left": 0, "promised": 0}
    mine = partial(_ours, context, many, sums)
    ceiling = partial(_hands_by_latency, 20)
    slow = context.pairs(partial(mine, 20), ceiling)
    against = f"{HANDS} hands / 20 ms"
    yield slow.row("delivery at 20 ms: rate", "rate", "/s", "high", 0.8, against)
    fast = context.pairs(partial(mine, 0), partial(_floor, context, many, 0))
    yield fast.row("delivery at 0 ms: rate", "rate", "/s", "high", 0.7)
    yield fast.row("delivery at 0 ms: processor", "cpu", "ms", "low", 2.0)
    two = context.pairs(partial(mine, 20, workers=2), partial(mine, 20))
    yield two.row("second worker at 20 ms: rate", "rate", "/s", "high", 1.75, "one worker")
    if not context.quick:
        _ours(context, 300, sums, 20, kill=True)
    yield Count("writes applied", sums["applied"], sums["promised"])
    yield Count("writes sent again after they were applied", sums["repeats"], 0)
    yield Count("writes left without proof", sums["left"], 0)


def _hands_by_latency(delay: float) -> Measure:
    return Measure({"rate": HANDS / (delay / 1000)}, Reading(0.0, {}, 0.0))


def _ours(
    context: Context, many: int, sums: Sums, delay: float, *, workers: int = 1, kill: bool = False
) -> Measure:
    url = context.new_database("carry")
    ours.create_tables(url)
    with ExitStack() as stack:
        port, _ = stack.enter_context(ours.peer(delay))
        env = ours.environment(url, 1, port)
        with ours.runtime(env) as rt:
            due = due_writebacks(rt, many, START)
        pids = [stack.enter_context(ours.worker(env)) for _ in range(workers)]
        time.sleep(max(0.0, due.timestamp() - time.time()))
        named = {f"worker{n}": pid for n, pid in enumerate(pids)}
        with Stretch(**named, **context.database_pids) as stretch:
            if kill:
                _until(partial(_left, url), most=many * 2 // 3)
                os.kill(pids[0], signal.SIGKILL)
                stack.enter_context(ours.worker(env))
            _until(partial(_left, url), most=0)
        seen = counts(port)
        for name in ("posts", "applied", "repeats"):
            sums[name] += seen[name]
        sums["left"] += _left(url)
        sums["promised"] += many
    proofs = _query(url, "SELECT min(at), max(at) FROM writeback_attempts WHERE state = 'proved'")
    begin, end = (_seconds(at) for at in proofs)
    cpu = sum(stretch.reading.cpu.values())
    return Measure({"rate": (many - 1) / (end - begin), "cpu": 1000 * cpu / many}, stretch.reading)


def _floor(context: Context, many: int, delay: float) -> Measure:
    url = context.new_database("floor_carry")
    floor_schema.create(url)
    floor_schema.fill(url, many)
    db = floor_schema.connect(url)
    with floor_schema.begin(db) as tx:
        tx.execute(text(
            "INSERT INTO outbox (id, case_id, kind, due_at)"
            " SELECT 'job_' || id, id, 'writeback', 0 FROM cases"
        ))
    db.engine.dispose()
    with ours.peer(delay) as (port, _):
        command = [
            sys.executable, "-m", "bench.floor_carry", "--url", url, "--hands", str(HANDS),
            "--peer", f"http://127.0.0.1:{port}", "--at", str(time.time() + START),
        ]
        program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        time.sleep(START - 0.1)
        with Stretch(**context.database_pids) as stretch:
            said, _ = program.communicate(timeout=PATIENCE)
        if program.returncode:
            raise RuntimeError(f"the floor ended with {program.returncode}")
    begin, end = _query(url, "SELECT min(done_at), max(done_at) FROM outbox")
    cpu = sum(stretch.reading.cpu.values()) + json.loads(said)["cpu"]
    return Measure({"rate": (many - 1) / (end - begin), "cpu": 1000 * cpu / many}, stretch.reading)


def _left(url: str) -> int:
    sql = "SELECT count(*) FROM cases WHERE state = 'resolved'"
    return int(_query(url, sql)[0])


def _until(left: Callable[[], int], most: int) -> None:
    end = time.monotonic() + PATIENCE
    while left() > most:
        if time.monotonic() > end:
            return
        time.sleep(0.1)


def _query(url: str, sql: str) -> tuple[object, ...]:
    engine = create_engine(url)
    with engine.connect() as connection:
        row = tuple(connection.execute(text(sql)).one())
    engine.dispose()
    return row


def _seconds(at: object) -> float:
    return (at if isinstance(at, datetime) else datetime.fromisoformat(str(at))).timestamp()
