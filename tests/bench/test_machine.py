"""What the bench says of processes is so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.machine import Reading, Stretch, memory, quietly, running, tree
from bench.row import Count, Measure, Row, side_by_side

_BURN = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass\n"
_PARENT = (
    "import subprocess, sys, time\n"
    f"subprocess.run([sys.executable, '-c', {_BURN!r}])\ntime.sleep(60)\n"
)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def _reading(others: float = 0.0) -> Reading:
    return Reading(1.0, {}, others)


def test_processor_time_of_children_that_ended_counts() -> None:
    with running([sys.executable, "-c", _PARENT]) as pid, Stretch(app=pid) as stretch:
        while len(tree(pid)) < 2:
            time.sleep(0.01)
        while len(tree(pid)) > 1:
            time.sleep(0.01)
    assert 0.28 <= stretch.reading.cpu["app"] < 0.6
    assert stretch.reading.wall >= 0.28


def test_others_are_who_is_not_ours() -> None:
    start = f"{sys.executable} -c '{_BURN.replace('0.3', '30')}' >/dev/null & echo $!"
    stranger = int(subprocess.run(["sh", "-c", start], stdout=subprocess.PIPE).stdout)
    try:
        time.sleep(0.1)
        with Stretch() as stretch:
            time.sleep(0.5)
        assert stretch.reading.others >= 0.4 / (os.cpu_count() or 1)
    finally:
        os.kill(stranger, signal.SIGKILL)


def test_memory_is_of_the_whole_tree() -> None:
    hold = "import time; b = bytearray(64 << 20); b[::4096] = b'x' * len(b[::4096]); time.sleep(60)"
    with running([sys.executable, "-c", hold]) as pid:
        end = time.monotonic() + 10
        while memory(pid) < 64 and time.monotonic() < end:
            time.sleep(0.05)
        assert 64 < memory(pid) < 110
        assert 64 < memory(pid, "Private") < 110


def test_what_was_started_is_ended_with_its_children() -> None:
    with running([sys.executable, "-c", _PARENT.replace("0.3", "60")]) as pid:
        while len(tree(pid)) < 2:
            time.sleep(0.01)
        family = tree(pid)
    end = time.monotonic() + 5
    while any(map(_alive, family)) and time.monotonic() < end:
        time.sleep(0.01)
    assert [p for p in family if _alive(p)] == []


def test_a_program_that_ends_early_says_its_last_words() -> None:
    with pytest.raises(RuntimeError, match="no such luck"), running(
        [sys.executable, "-c", "raise SystemExit('no such luck')"], port=1
    ):
        pass


@dataclass
class _Told:
    reading: Reading


def test_a_round_beside_busy_neighbours_is_taken_again() -> None:
    rounds = iter([_Told(_reading(0.4)), _Told(_reading(0.1)), _Told(_reading(0.0))])
    assert quietly(lambda: next(rounds)).reading.others == 0.1
    assert len(list(rounds)) == 1


def test_the_quietest_counts_when_none_is_quiet() -> None:
    rounds = iter([_Told(_reading(0.4)), _Told(_reading(0.2)), _Told(_reading(0.3))])
    assert quietly(lambda: next(rounds)).reading.others == 0.2


def test_a_row_knows_whether_its_goal_is_met() -> None:
    low = Row("cpu", "ms", 3.0, 2.0, "low", 1.5)
    high = Row("rate", "/s", 3.0, 4.0, "high", 0.8)
    assert (low.ratio, low.met) == (1.5, True)
    assert (high.ratio, high.met) == (0.75, False)


def test_sides_are_taken_in_turn_and_the_median_counts() -> None:
    order: list[str] = []

    def side(name: str, figures: list[float]) -> Measure:
        order.append(name)
        return Measure({"ms": figures.pop(0)}, _reading())

    ours, floor = [5.0, 9.0, 6.0], [2.0, 3.0, 4.0]
    pairs = side_by_side(lambda: side("ours", ours), lambda: side("floor", floor))
    row = pairs.row("journey", "ms", "ms", "low", 1.5)
    assert order == ["ours", "floor"] * 3
    assert (row.ours, row.floor, row.pairs) == (6.0, 3.0, (2.5, 3.0, 1.5))


def test_a_count_is_right_or_wrong() -> None:
    assert Count("repeats", 0, 0).right
    assert not Count("repeats", 1, 0).right
