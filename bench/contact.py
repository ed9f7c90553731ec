"""Contact: everybody due at one instant is written to by Twilio's SDK, from two workers, against
what the bare SDK gets out of the same local Twilio from two processes.

Rates and shares are taken from the peer's own record of when it accepted what; processor time is
the workers' and the database's, or the bare SDK's, without the peer's.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import IO

from sqlalchemy import create_engine, text

from bench import crowd, ours
from bench.context import Context
from bench.machine import ROOT, Stretch
from bench.row import Count, Measure, Row

WORKERS = 2
SOON = timedelta(seconds=1)
# Sent before it counts: the SDK is imported when it is first needed, and statements are prepared.
WARM = 100
# Seconds: to wait for all; what counts as at once.
PATIENCE, WITHIN = 900.0, 10.0
PER_SECOND, BURST = 50, 10
# So that what a killed worker held is soon another's.
SHORT_LEASE = 5


@dataclass
class Sums:
    """Over all passes: people the peer got more than one message for, and none though none may have
    left; messages that may have left, and those of them that did; messages beyond the rate."""

    twice: int = 0
    lost: int = 0
    unsure: int = 0
    arrived: int = 0
    beyond: int = 0


def rows(context: Context) -> Iterator[Row | Count]:
    many = context.size(10_000, 200)
    sums = Sums()
    mine = partial(hand_over, context, many, sums, warm=WARM)
    pairs = context.pairs(mine, partial(_floor, context, many))
    against = "SDK alone"
    yield pairs.row("all due at once: messages", "rate", "/s", "high", 0.3, against)
    yield pairs.row("handed over within 10 s", "share", "share", "high", 1.0, against)
    yield pairs.row("a message: processor", "cpu", "ms", "low", 1 / 0.3, against)
    hand_over(context, many, sums, kill_at=0.5)
    hand_over(context, context.size(1500, 150), sums, per_second=PER_SECOND)
    yield Count("cases written to more than once", sums.twice, 0)
    yield Count(
        f"cases not written to ({sums.unsure} unsure at a kill, {sums.arrived} of them there)",
        sums.lost, 0,
    )
    yield Count(f"messages beyond {PER_SECOND} a second and a burst of {BURST}", sums.beyond, 0)


def hand_over(
    context: Context, many: int, sums: Sums, *, warm: int = 0, kill_at: float = 0.0,
    per_second: int = 0,
) -> Measure:
    """All of them, after *warm* others. One worker is killed when this share is handed over."""
    url, folder = context.new_database("contact"), context.new_folder("contact")
    ours.create_tables(url)
    with ExitStack() as stack:
        peer = stack.enter_context(crowd.twilio(folder / "twilio"))
        clock = crowd.noon(folder)
        env = crowd.environment(
            url, peer, clock, folder, per_second=per_second, burst=BURST,
            lease=SHORT_LEASE if kill_at else 60,
        )
        rt = stack.enter_context(ours.runtime(env))
        crowd.waiting(rt, warm + many)
        with ExitStack() as hands:
            workers = [
                hands.enter_context(ours.worker(env, ready=True)) for _ in range(WORKERS)
            ]
            if warm:
                crowd.fall_due(rt, rt.now(), range(warm))
                _until(lambda: peer.total() == warm)
            due = rt.now() + SOON
            crowd.fall_due(rt, due, range(warm, warm + many))
            begin = clock.truly(due)
            time.sleep(max(0.0, begin - time.time()))
            named = {f"worker{n}": pid for n, pid in enumerate(workers)}
            with Stretch(peer=peer.pid, **named, **context.database_pids) as stretch:
                if kill_at:
                    _until(lambda: peer.total() >= warm + kill_at * many)
                    os.kill(workers[0], signal.SIGKILL)
                _until(partial(_all_carried, url))
        handed = peer.handed()  # the workers have ended: what is unknown now stays so
    _count(sums, url, handed, warm + many)
    accepted = [h.at for h in handed[warm:]]
    if per_second:
        unused = crowd.held(per_second, BURST, WORKERS)
        sums.beyond += crowd.beyond(accepted, per_second, BURST, unused)
    return _measure(stretch, accepted, begin, many)


def _floor(context: Context, many: int) -> Measure:
    with crowd.twilio(context.new_folder("floor_contact") / "twilio") as peer:
        programs = [_sdk(peer, n * many // WORKERS, many // WORKERS) for n in range(WORKERS)]
        for program in programs:
            _lines(program)[1].readline()
        begin = time.time() + SOON.total_seconds()
        for program in programs:
            to, _ = _lines(program)
            to.write(f"{begin}\n")
            to.flush()
        time.sleep(max(0.0, begin - time.time()))
        with Stretch(peer=peer.pid) as stretch:
            said = [program.communicate(timeout=PATIENCE)[0] for program in programs]
        if any(program.returncode for program in programs):
            raise RuntimeError("the floor did not send all")
        measure = _measure(stretch, [h.at for h in peer.handed()], begin, many)
    cpu = sum(json.loads(each)["cpu"] for each in said)
    return Measure({**measure.figures, "cpu": 1000 * cpu / many}, measure.reading)


def _sdk(peer: crowd.Twilio, first: int, many: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bench.floor_contact", "--peer", peer.url,
         "--first", str(first), "--many", str(many)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )


def _lines(program: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    """What it reads, and what it says."""
    if program.stdin is None or program.stdout is None:
        raise ValueError("it was started without pipes")
    return program.stdin, program.stdout


def _measure(stretch: Stretch, accepted: Sequence[float], begin: float, many: int) -> Measure:
    reading = stretch.reading
    cpu = sum(seconds for name, seconds in reading.cpu.items() if name != "peer")
    return Measure({
        "rate": (len(accepted) - 1) / (accepted[-1] - accepted[0]),
        "share": sum(at - begin <= WITHIN for at in accepted) / many,
        "cpu": 1000 * cpu / many,
    }, reading)


def _count(sums: Sums, url: str, handed: Sequence[crowd.Handed], many: int) -> None:
    """What the peer got, beside what the database says of it."""
    got, people = Counter(h.message for h in handed), Counter(h.to for h in handed)
    unsure = {str(row[0]) for row in _query(url, "SELECT id FROM messages WHERE state = 'unknown'")}
    sums.twice += sum(n > 1 for n in people.values()) + sum(n > 1 for n in got.values())
    sums.unsure += len(unsure)
    sums.arrived += len(unsure & got.keys())
    sums.lost += many - len(people) - len(unsure - got.keys())


def _all_carried(url: str) -> bool:
    """Nobody waits to be written to, and no message waits to be sent."""
    sql = (
        "SELECT (SELECT count(*) FROM cases WHERE step = 0),"
        " (SELECT count(*) FROM messages WHERE state = 'queued')"
    )
    return not any(_query(url, sql)[0])


def _until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not so():
        if time.monotonic() > end:
            raise RuntimeError(f"not all was carried within {PATIENCE} s")
        time.sleep(0.2)


def _query(url: str, sql: str) -> Sequence[Sequence[object]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(sql))]
    engine.dispose()
    return found
