"""`inthread demo` as a stranger meets it: started, used without scripts, ended; nothing is left."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import requests

from bench.machine import tree
from tests.process.lives import ROOT
from tests.process.plain_browser import Page, PlainBrowser
from tests.sandbox.processes import free_port

INTHREAD = [sys.executable, "-c", "import sys; from app import cli; sys.exit(cli())"]
T = TypeVar("T")


@dataclass
class Demo:
    process: subprocess.Popen[str]
    said: str
    pids: list[int]

    def url(self, name: str) -> str:
        found = re.search(rf"^  {name}\s+(http\S+)", self.said, re.M)
        assert found is not None, self.said
        return found.group(1)

    def end(self, how: signal.Signals = signal.SIGINT) -> str:
        """The rest of what it said."""
        self.process.send_signal(how)
        assert self.process.stdout is not None
        rest = self.process.stdout.read()
        assert self.process.wait(30) == 0
        return rest

    def left(self) -> list[int]:
        """Which of its processes live on."""
        return [pid for pid in self.pids if _alive(pid)]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def demo(
    folder: Path, *more: str, port: int = 0, until: str = "End everything with Ctrl-C."
) -> Iterator[Demo]:
    """Started and, whatever the test did, ended. A production around it changes nothing."""
    places = ["--folder", str(folder), "--port", str(port or free_port())]
    process = subprocess.Popen(
        [*INTHREAD, "demo", *places, *more], cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "INTHREAD_MODE": "production", "PYTHONUNBUFFERED": "1"},
    )
    running = Demo(process, "", [])
    try:
        assert process.stdout is not None
        for line in process.stdout:
            running.said += line
            if until in line:
                break
        assert until in running.said, running.said
        running.pids = tree(process.pid)
        yield running
    finally:
        process.terminate()
        process.communicate(timeout=30)
        for pid in running.left():
            os.kill(pid, signal.SIGKILL)


def wait_for(ask: Callable[[], T], what: str, seconds: float = 30) -> T:
    until = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < until, f"waited {seconds} s for {what}"
        time.sleep(0.2)
    return found


def _phone(demo: Demo, browser: PlainBrowser, person: str = "CUST-1") -> Page:
    return browser.open(f"{demo.url('Phone simulator')}/?person={person}")


def _link(demo: Demo, browser: PlainBrowser, person: str = "CUST-1") -> str:
    """As tapped in the newest message."""
    tapped = wait_for(
        lambda: [url for url, _ in _phone(demo, browser, person).links if "/l/" in url], "a link"
    )
    return tapped[-1]


def _balance(demo: Demo, person: str = "CUST-1") -> object:
    record = requests.get(f"{demo.url('Back office')}/records/{person}", timeout=10).json()
    return record["balance"]


def _pay_a_part(demo: Demo, browser: PlainBrowser) -> Page:
    """From the message to the receipt; where it leads."""
    page = browser.press(browser.open(_link(demo, browser)), "Send me a code")
    code = wait_for(
        lambda: re.findall(r"#(\d{6})", _phone(demo, browser).text), "a code on the phone"
    )[-1]
    menu = browser.press(page, "Continue", code=code)
    assert "Hello Maya" in menu.text
    assert "$184.20" in menu.text
    choose = browser.open(menu.link("Pay now"))
    check = browser.press(choose, "Continue", how="part")
    assert ("$62.00" in check.text, "$122.20" in check.text) == (True, True)
    hosted = browser.press(check, "Pay $62.00")
    assert hosted.url.startswith("http://localhost:")
    assert hosted.url.split("/")[2] != check.url.split("/")[2]
    return browser.press(hosted, "Pay $62.00", test_card="works")


def test_a_person_pays_a_part_and_the_back_office_shows_it(tmp_path: Path) -> None:
    folder, browser, port = tmp_path / "demo", PlainBrowser(), free_port()
    with demo(folder, port=port) as running:
        before = _balance(running)
        page = _pay_a_part(running, browser)
        receipt = wait_for(
            lambda: now if "/visit/receipt/" in (now := browser.open(page.url)).path else None,
            "a receipt",
        )
        assert "$62.00" in receipt.text
        proved = wait_for(
            lambda: now if "Confirmed " in (now := browser.open(receipt.url)).text else None,
            "the proof on the receipt",
        )
        assert "$122.20" in proved.text
        assert (before, _balance(running)) == (
            {"minor": 18420, "currency": "USD"}, {"minor": 12220, "currency": "USD"},
        )
        assert len(running.pids) == 10  # itself, the worker, and four servers with a process each
        assert running.end(signal.SIGINT).split("\n")[-3:-1] == [
            "Ending everything.", "Nothing is left running.",
        ]
        assert running.left() == []
    with demo(folder, "--keep", port=port) as again:
        assert _balance(again) == {"minor": 12220, "currency": "USD"}
        # The receipt's message of the first life carries a link that this one's keys open.
        assert browser.open(_link(again, browser)).status == 200
        assert again.end(signal.SIGTERM).split("\n")[-2] == "Nothing is left running."
        assert again.left() == []


def test_everyone_has_their_message_and_ruth_has_a_person(tmp_path: Path) -> None:
    """And each of its ports is open to this machine alone."""
    browser = PlainBrowser()
    with demo(tmp_path / "demo") as running:
        for person in ("CUST-1", "CUST-2", "CUST-3", "CUST-5"):
            assert _link(running, browser, person).startswith("http://localhost:")
        spanish = browser.open(_link(running, browser, "CUST-3"))
        assert [c.label for f in spanish.forms for c in f.controls if c.value == "code"] == [
            "Enviarme un código"
        ]
        ruth = _phone(running, browser, "CUST-4")
        assert [url for url, _ in ruth.links if "/l/" in url] == []
        key = (tmp_path / "demo" / "api.key").read_text()
        items = requests.get(
            running.url("API and docs").removesuffix("/docs") + "/v1/work-items", timeout=10,
            headers={"Authorization": f"Bearer {key}"},
        ).json()
        assert [(i["reason"], i["queue"]) for i in items["items"]] == [
            ("dispute", "billing_disputes"),
        ], items
        doctor = subprocess.run(
            ["bash", "-c", 'set -a; . "$1"; set +a; shift; "$@"', "-",
             str(tmp_path / "demo" / "settings.env"), *INTHREAD, "doctor"],
            cwd=ROOT, capture_output=True, text=True, timeout=60,
        )
        assert doctor.stdout.endswith("\n\nNothing is wrong.\n"), doctor.stdout + doctor.stderr
        for name in ("Phone simulator", "Back office", "API and docs"):
            port = int(running.url(name).split(":")[2].split("/")[0])
            assert _listening(port) == {"0100007F"}  # 127.0.0.1


def test_all_end_when_one_dies(tmp_path: Path) -> None:
    with demo(tmp_path / "demo") as running:
        worker = next(p for p in running.pids if b"\0worker\0" in _command(p) + b"\0")
        os.kill(worker, signal.SIGKILL)
        assert running.process.stdout is not None
        rest = running.process.stdout.read()
        assert running.process.wait(30) == 1
        assert "worker ended by itself (signal 9). The last it said:" in rest
        assert "worker.ready" in rest
        assert running.left() == []


def test_nothing_lives_on_when_the_demo_is_killed(tmp_path: Path) -> None:
    with demo(tmp_path / "demo") as running:
        running.process.kill()
        running.process.wait(30)
        wait_for(lambda: running.left() == [], "the children to end", 20)


def test_ctrl_c_while_it_starts(tmp_path: Path) -> None:
    with demo(tmp_path / "demo", until="Starting the back office") as running:
        time.sleep(1)
        running.pids = tree(running.process.pid)
        running.end(signal.SIGINT)
        assert running.left() == []


def test_a_second_demo_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with demo(folder, until="Starting the back office"):
        done = subprocess.run(
            [*INTHREAD, "demo", "--folder", str(folder)], cwd=ROOT, capture_output=True, text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stderr == (
        f"A demo is running in {folder} already: end that one with Ctrl-C, or give this one "
        "another folder with --folder.\n"
    )


def _listening(port: int) -> set[str]:
    """The addresses on which somebody listens at this port, as the kernel writes them."""
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            address, _, hexed = line.split()[1].rpartition(":")
            if line.split()[3] == "0A" and int(hexed, 16) == port:
                found.add(address)
    return found


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
