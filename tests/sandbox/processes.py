"""Sandbox parts as the processes they are: started on a free port, ended by their id."""

from __future__ import annotations

import base64
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

ROOT = Path(__file__).parents[2]
SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, 32 bytes.").decode()
KEY = "a-bearer-key-of-the-tests"


def free_port() -> int:
    """A port that nothing listens at, below those of outgoing connections: a connection to a port
    among them may be taken by another socket, or even connect to itself."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


@contextmanager
def running(
    part: str, store: Path, *arguments: str, port: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """The part's address. It is told to end when the test is done, and has to."""
    port = port or free_port()
    command = [sys.executable, "-m", "sandbox", part, "--port", str(port), "--store", str(store)]
    given = {"SANDBOX_SECRET": SECRET, "SANDBOX_KEY": KEY, **(environment or {})}
    process = subprocess.Popen(
        [*command, *arguments], cwd=ROOT, env={**os.environ, **given}, stdout=subprocess.DEVNULL
    )
    url = f"http://localhost:{port}"
    try:
        await_ready(process, url)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def await_ready(process: subprocess.Popen[bytes], url: str) -> None:
    for _ in range(150):
        if process.poll() is not None:
            raise RuntimeError(f"the process ended with {process.returncode}")
        try:
            if requests.get(f"{url}/healthz", timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise TimeoutError(f"{url} did not come up")
