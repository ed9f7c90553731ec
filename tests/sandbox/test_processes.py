"""Each part is a process that keeps what it was told, ends when told, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests

from tests.sandbox.processes import KEY, ROOT, SECRET, await_ready, free_port, running


def started(part: str, store: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "sandbox", part, "--port", str(port), "--store", str(store)]
    given = {**os.environ, "SANDBOX_SECRET": "", "SANDBOX_KEY": KEY}
    return subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.DEVNULL)


def children(process: subprocess.Popen[bytes]) -> list[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(pid) for pid in listed.split()]


def alive(pids: list[int], wait: float = 5) -> list[int]:
    """Those that still run when all had time to end. A dead one that nobody buried has ended."""
    ends = time.monotonic() + wait
    while (left := [pid for pid in pids if _runs(pid)]) and time.monotonic() < ends:
        time.sleep(0.1)
    return left


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_books_outlive_the_process(tmp_path: Path) -> None:
    port = free_port()
    for balance in (18420, 12280):
        with running("office", tmp_path, port=port, environment={"SANDBOX_SECRET": ""}) as url:
            if balance == 18420:
                account = {"reference": "C", "balance_minor": 18420, "currency": "USD"}
                requests.post(f"{url}/accounts", json=account, timeout=5).raise_for_status()
                body = {"id": "wb_1", "account": "C", "amount_minor": 6140, "currency": "USD"}
                requests.post(f"{url}/payments", json=body, timeout=5).raise_for_status()
            record = requests.get(f"{url}/records/C", timeout=5).json()
            assert record["balance"]["minor"] == 12280


def test_term_ends_it_while_a_request_is_held(tmp_path: Path) -> None:
    port = free_port()
    process = started("office", tmp_path, port)
    url = f"http://localhost:{port}"
    await_ready(process, url)
    workers = children(process)
    fault = {"mode": "timeout_after", "seconds": 60}
    requests.post(f"{url}/faults", json=fault, timeout=5).raise_for_status()

    def hold() -> None:
        with pytest.raises(requests.RequestException):
            requests.post(f"{url}/payments", json={"id": "wb_1"}, timeout=30)

    held = threading.Thread(target=hold)
    held.start()
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    held.join(timeout=5)
    assert alive(workers) == []


def test_a_worker_ends_when_its_parent_was_killed(tmp_path: Path) -> None:
    port = free_port()
    process = started("office", tmp_path, port)
    await_ready(process, f"http://localhost:{port}")
    workers = children(process)
    assert workers != []
    process.kill()
    process.wait()
    assert alive(workers) == []


@pytest.mark.parametrize(
    ("part", "missing"), [("payments", "SANDBOX_KEY"), ("payments", "SANDBOX_SECRET"),
                          ("phone", "SANDBOX_KEY"), ("twilio", "SANDBOX_TWILIO_ACCOUNT")],
)
def test_it_says_what_is_missing_and_does_not_start(
    tmp_path: Path, part: str, missing: str
) -> None:
    given = {**os.environ, "SANDBOX_SECRET": SECRET, "SANDBOX_KEY": KEY, missing: ""}
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", part, "--port", "1", "--store", str(tmp_path)],
        cwd=ROOT, env=given, capture_output=True, text=True, timeout=30,
    )
    assert done.returncode != 0
    assert missing in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_it_answers_on_loopback_only(tmp_path: Path) -> None:
    port = free_port()
    process = started("office", tmp_path, port)
    try:
        await_ready(process, f"http://localhost:{port}")
        rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        listening = [row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")]
        assert listening == [f"0100007F:{port:04X}"]
    finally:
        process.terminate()
        process.wait(timeout=10)
