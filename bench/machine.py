"""Processes by id: start, stop, their processor time and memory, and who else was busy."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, TypeVar

ROOT = Path(__file__).parents[1]
_TICKS = os.sysconf("SC_CLK_TCK")
_CORES = os.cpu_count() or 1
BUSY = 0.15


def tree(root: int) -> list[int]:
    """The process and all that came from it, as far as they live."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue += parents.get(pid, [])
    return found


def cpu(*roots: int) -> float:
    """Seconds of user and system time of these trees, children that ended included."""
    ticks = 0
    for pid in {pid for root in roots for pid in tree(root)}:
        if fields := _stat(pid):
            ticks += sum(int(f) for f in fields[11:15])
    return ticks / _TICKS


def memory(root: int, what: str = "Pss") -> float:
    """MiB of the tree: `Pss`, or `Private` for what no other process shares."""
    kib = 0
    for pid in tree(root):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        kib += sum(
            int(line.split()[1])
            for line in lines
            if line.startswith(f"{what}:") or (what == "Private" and line.startswith("Private_"))
        )
    return kib / 1024


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name: state, parent, ..., utime at 11."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


@dataclass(frozen=True)
class Reading:
    """What a stretch of time cost: seconds of it, processor seconds by name, others' share."""

    wall: float
    cpu: Mapping[str, float]
    others: float


class HasReading(Protocol):
    @property
    def reading(self) -> Reading: ...


M = TypeVar("M", bound=HasReading)


class Stretch:
    """`with Stretch(app=pid, db=pid) as s: ...` and then `s.reading`. Our own process is counted
    as ours, not as others'."""

    reading: Reading

    def __init__(self, **roots: int) -> None:
        self._roots = roots

    def __enter__(self) -> Stretch:
        self._before = self._now()
        self._start = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        wall = time.perf_counter() - self._start
        busy, mine, each = self._now()
        busy0, mine0, each0 = self._before
        spent = {name: max(0.0, each[name] - each0[name]) for name in each}
        others = max(0.0, (busy - busy0) - (mine - mine0)) / (wall * _CORES)
        self.reading = Reading(wall, spent, others)

    def _now(self) -> tuple[float, float, dict[str, float]]:
        each = {name: cpu(root) for name, root in self._roots.items()}
        return _machine_busy(), cpu(os.getpid(), *self._roots.values()), each


def _machine_busy() -> float:
    """Seconds that all cores together were not idle, time stolen by other guests included."""
    fields = [int(f) for f in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    user, nice, system, _idle, _wait, irq, soft, steal = fields
    return (user + nice + system + irq + soft + steal) / _TICKS


def quietly(measure: Callable[[], M], tries: int = 3) -> M:
    """Take it; beside busy neighbours take it again. The quietest counts."""
    taken: list[M] = []
    for _ in range(tries):
        taken.append(measure())
        if taken[-1].reading.others < BUSY:
            break
    return min(taken, key=lambda m: m.reading.others)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], port: int | None = None, env: Mapping[str, str] | None = None,
    within: float = 30, says: bytes = b"",
) -> Iterator[int]:
    """Start a program of ours and give its id; ended, with its children, on leaving. With `port`:
    wait until it answers there; with `says`: until it said so. Raises RuntimeError with its last
    words when it does not."""
    with tempfile.TemporaryFile() as words:
        program = subprocess.Popen(
            list(command), cwd=ROOT, env={**os.environ, **(env or {})}, stdout=words,
            stderr=words, start_new_session=True,
        )
        try:
            if port is not None:
                _answers(program, port, within, words)
            if says:
                _said(program, says, within, words)
            yield program.pid
        finally:
            stop(program)


def stop(program: subprocess.Popen[bytes], patience: float = 10) -> None:
    """TERM, and KILL for what is left of its own session after *patience* seconds."""
    family = tree(program.pid)
    if program.poll() is None:
        program.terminate()
        try:
            program.wait(patience)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
    for pid in family[1:]:
        if _stat(pid) and os.getsid(pid) == program.pid:
            os.kill(pid, signal.SIGKILL)


def _answers(
    program: subprocess.Popen[bytes], port: int, within: float, words: IO[bytes]
) -> None:
    end = time.monotonic() + within
    while time.monotonic() < end:
        _demand_alive(program, words)
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.005)
    raise RuntimeError(f"{program.args!r} did not answer within {within} s")


def _said(
    program: subprocess.Popen[bytes], says: bytes, within: float, words: IO[bytes]
) -> None:
    end = time.monotonic() + within
    while says not in _all(words):
        _demand_alive(program, words)
        if time.monotonic() > end:
            raise RuntimeError(f"{program.args!r} did not say {says!r} within {within} s")
        time.sleep(0.02)


def _demand_alive(program: subprocess.Popen[bytes], words: IO[bytes]) -> None:
    if program.poll() is not None:
        last = _all(words)[-2000:].decode(errors="replace")
        raise RuntimeError(f"{program.args!r} ended with {program.returncode}: {last}")


def _all(words: IO[bytes]) -> bytes:
    """Without moving where the program goes on writing: it shares the file's place with us."""
    return os.pread(words.fileno(), 1 << 20, 0)


def granian(target: str, port: int, workers: int = 2, threads: int = 4) -> list[str]:
    """The server both sides run under, with the same numbers."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", str(workers),
        "--blocking-threads", str(threads), "--host", "127.0.0.1",
        "--port", str(port), "--log-level", "warning", target,
    ]
