"""The web's processes: one that falls is replaced, and none outlives its server."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from bench.machine import tree
from inthread.store import schema
from inthread.store.db import Database
from tests.cli.conftest import good_settings
from tests.process.lives import ROOT, Lives
from tests.sandbox.processes import free_port

INTHREAD = [sys.executable, "-c", "import sys; from app import cli; sys.exit(cli())"]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def web(tmp_path: Path, port: int) -> Iterator[Lives]:
    url = f"sqlite:///{tmp_path / 'inthread.db'}"
    db = Database(url)
    schema.upgrade(db, ROOT / "migrations")
    db.dispose()
    env = {**good_settings(url, tmp_path), "INTHREAD_ORIGIN": f"http://localhost:{port}"}
    web = Lives(
        "web", [*INTHREAD, "web", "--port", str(port)], env, tmp_path, lambda _: _answers(port)
    )
    web.start()
    try:
        web.wait_up()
        yield web
    finally:
        web.end()


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://localhost:{port}/healthz", timeout=2).text == "alive\n"
    except requests.RequestException:
        return False


def _wait(until: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end
        time.sleep(0.05)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def test_a_process_that_falls_is_replaced(web: Lives, port: int) -> None:
    server, fallen = tree(web.pid)
    os.kill(fallen, signal.SIGKILL)
    _wait(lambda: len(tree(server)) == 2 and fallen not in tree(server) and _answers(port))
    assert web.told(signal.SIGTERM) == 0
    assert _free(port)


def test_no_process_outlives_its_server(web: Lives, port: int) -> None:
    server, serving = tree(web.pid)
    os.kill(server, signal.SIGKILL)
    _wait(lambda: not Path(f"/proc/{serving}").exists(), 10)
    assert _free(port)


def test_it_logs_one_json_line_an_event_and_no_path(
    web: Lives, port: int, tmp_path: Path
) -> None:
    secret = "k1" + "a" * 44
    requests.get(f"http://localhost:{port}/l/{secret}", timeout=10)
    assert web.told(signal.SIGTERM) == 0
    log = (tmp_path / "web-0.log").read_text()
    assert secret not in log
    assert [line[:7] for line in log.splitlines()] == ['{"at": '] * log.count("\n")
