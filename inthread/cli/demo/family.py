"""The processes of the demo: each in a group of its own, and all ended together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from inthread.cli.parts import Stop

_DEATH_SIGNAL = 1  # prctl(2): PR_SET_PDEATHSIG


@dataclass(frozen=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def tail(self, lines: int = 6) -> str:
        """The end of what it said."""
        said = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"  {line[:300]}" for line in said[-lines:])


class Family:
    """`folder`: where each writes its log, `<name>.log`. `patience`: seconds that each may take to
    end by itself; what it holds then, another takes up later."""

    def __init__(self, folder: Path, patience: float = 8.0) -> None:
        self.folder = folder
        self.patience = patience
        self.children: list[Child] = []

    def start(self, name: str, argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> Child:
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / f"{name}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                list(argv), env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=_end_with_parent,
            )
        child = Child(name, process, log)
        self.children.append(child)
        return child

    def demand_alive(self) -> None:
        """Raises Stop, with the end of its log, when one has ended."""
        for child in self.children:
            status = child.process.poll()
            if status is not None:
                how = f"signal {-status}" if status < 0 else f"status {status}"
                raise Stop(f"{child.name} ended by itself ({how}). The last it said:", child.tail())

    def end(self) -> None:
        """End every process and all that they started: the last one started first, so that the
        worker's last call is still answered. Whoever does not end by itself is killed."""
        for child in reversed(self.children):
            _signal(child, signal.SIGTERM)
            _wait(child, self.patience)
            # The group goes on while anyone of it lives, with or without its first process.
            _signal(child, signal.SIGKILL)
            child.process.wait()
        self.children.clear()


def _signal(child: Child, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.process.pid, number)


def _wait(child: Child, seconds: float) -> None:
    until = time.monotonic() + seconds
    while child.process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)


def _end_with_parent() -> None:
    """On Linux the kernel ends the child when the demo is killed and can end nothing itself."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGTERM)
