"""Processes that are killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Lives:
    """One process and its children, again and again. `up` says when it does its work."""

    def __init__(
        self, name: str, argv: Sequence[str], env: Mapping[str, str], folder: Path,
        up: Callable[[Path], bool],
    ) -> None:
        self.name, self.kills = name, 0
        self._argv, self._env, self._folder, self._up = list(argv), dict(env), folder, up
        self._process: subprocess.Popen[bytes] | None = None
        self._log = folder / f"{name}.log"

    def start(self) -> None:
        self._log = self._folder / f"{self.name}-{self.kills}.log"
        with self._log.open("wb") as out:
            self._process = subprocess.Popen(
                self._argv, env={**os.environ, **self._env}, cwd=ROOT, stdout=out,
                stderr=subprocess.STDOUT, start_new_session=True,
            )

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()[-3000:]
        return self._up(self._log)

    def wait_up(self, seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not self.up:
            assert time.monotonic() < until, self._log.read_text()[-3000:]
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL to it and to whatever it started: nobody can finish anything."""
        self.end(signal.SIGKILL)
        self.kills += 1

    def told(self, how: signal.Signals) -> int:
        """Its status, after it was told to end and took its time."""
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(40)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, how)
        try:
            self._process.wait(30)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
