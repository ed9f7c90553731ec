"""Servers of others that tests speak to: ClamAV's daemon with a signature of our own, and moto's
S3; each a process on loopback, ended by its id."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.sandbox.processes import free_port

CLAMD = Path(os.environ.get("INTHREAD_TEST_CLAMD", "/usr/sbin/clamd"))
MOTO = Path(__file__).parents[1] / ".venv-peers" / "bin" / "moto_server"
# No virus, and nothing that a scanner of the machine may know: words of ours.
MARK = b"inthread-test-mark: what malware would look like"
FOUND = "Inthread.Test.Mark"
WAIT = 60


@dataclass
class Clamd:
    """`path`: its Unix socket."""

    address: str
    path: str
    process: subprocess.Popen[bytes]


@contextmanager
def clamd(folder: Path, *, most: str = "12M", port: int | None = None) -> Iterator[Clamd]:
    """*most*: the longest stream that it takes."""
    port = port or free_port()
    database = folder / "db"
    database.mkdir(exist_ok=True)
    (database / "local.ndb").write_text(f"{FOUND}:0:*:{MARK.hex()}\n")
    config = folder / "clamd.conf"
    config.write_text(
        f"Foreground yes\nTCPSocket {port}\nTCPAddr 127.0.0.1\nLocalSocket {folder}/clamd.sock\n"
        f"DatabaseDirectory {database}\nStreamMaxLength {most}\nSelfCheck 0\n"
    )
    command = [str(CLAMD), "--config-file", str(config)]
    with _running(command, port) as process:
        yield Clamd(f"127.0.0.1:{port}", f"{folder}/clamd.sock", process)


@contextmanager
def moto(folder: Path) -> Iterator[str]:
    """The address of an S3 without a bucket."""
    port = free_port()
    with _running([str(MOTO), "-H", "127.0.0.1", "-p", str(port)], port, cwd=folder):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _running(
    command: list[str], port: int, *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=cwd, env=env, **quiet)
    try:
        _await(process, port)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{process.args} did not come up")
