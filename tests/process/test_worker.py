"""The worker ends when it is told, with what it holds; and the sandbox's verb starts its part."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import requests

from inthread.domain.writeback import WritebackState
from inthread.keyring import Keyring
from inthread.runtime import Runtime, random_token, sortable_id, utc_now
from inthread.store import schema, writebacks
from inthread.store.db import Database
from inthread.store.outcomes import of_attempt
from tests import build
from tests.browser.town import daytime_zone
from tests.cli.conftest import good_settings
from tests.process.lives import ROOT, Lives
from tests.sandbox.processes import KEY, SECRET, free_port, running

INTHREAD = [sys.executable, "-c", "import sys; from app import cli; sys.exit(cli())"]


@dataclass(frozen=True)
class Place:
    rt: Runtime
    office: str
    env: dict[str, str]
    folder: Path


@pytest.fixture
def place(bare_db_url: str, tmp_path: Path) -> Iterator[Place]:
    db = Database(bare_db_url)
    schema.upgrade(db, ROOT / "migrations")
    env = good_settings(bare_db_url, tmp_path)
    with running("office", tmp_path / "o") as office, running("phone", tmp_path / "p") as phone:
        env |= {
            "INTHREAD_CONNECTORS": f"billing={office},compliance={office}",
            "INTHREAD_CONNECTOR_SECRET": SECRET, "INTHREAD_PHONE": phone,
            "INTHREAD_PHONE_KEY": KEY,
        }
        rt = replace(
            build.a_runtime(db, keyring=Keyring.read(env["INTHREAD_KEYS"])), now=utc_now,
            new_id=sortable_id, new_token=random_token,
        )
        yield Place(rt, office, env, tmp_path)
    db.dispose()


def _promised(rt: Runtime) -> build.Case:
    """A case whose outcome waits to be written."""
    due = utc_now().date().replace(day=1).isoformat()
    person = build.a_person(rt=rt, zone=daytime_zone())
    case = build.an_asked_case(rt=rt, person=person, facts={"due_date": due})
    visit = build.a_coded_visit(rt=rt, case=case)
    on = (utc_now().date()).isoformat()
    build.a_submission(rt=rt, visit=visit, form={"on": on, "how": "all"})
    return case


def _writeback(rt: Runtime, case: build.Case) -> writebacks.Writeback:
    with rt.db.read() as tx:
        outcome = of_attempt(tx, case.id, 0)
        assert outcome is not None
        (found,) = writebacks.of_outcome(tx, outcome.id)
        return found


def _worker(place: Place) -> Lives:
    return Lives("worker", [*INTHREAD, "worker"], place.env, place.folder,
                 lambda log: "worker.ready" in log.read_text())


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_finishes_what_it_holds(place: Place, how: signal.Signals) -> None:
    """Told to end while the office takes three seconds over a write: it hears the answer out."""
    case = _promised(place.rt)
    slow = {"mode": "slow", "operation": "promises", "seconds": 3}
    requests.post(f"{place.office}/faults", json=slow, timeout=5).raise_for_status()
    worker = _worker(place)
    worker.start()
    try:
        worker.wait_up()
        _wait(lambda: _writeback(place.rt, case).state is WritebackState.UNKNOWN)
        assert worker.told(how) == 0
    finally:
        worker.end()
    assert _writeback(place.rt, case).state is WritebackState.PROVED
    assert build.the_case(place.rt, case.id).state == "closed"
    log = (place.folder / "worker-0.log").read_text()
    assert [line.split('"event": "')[1].split('"')[0] for line in log.splitlines()] == [
        "worker.ready", "worker.ending", "worker.ended",
    ]


def test_once_carries_what_is_due_and_ends(place: Place) -> None:
    case = _promised(place.rt)
    done = subprocess.run(
        [*INTHREAD, "worker", "--once"], env={**os.environ, **place.env}, cwd=ROOT,
        capture_output=True, text=True, timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "3 jobs carried\n"  # the code, the writeback, the receipt
    assert build.the_case(place.rt, case.id).state == "closed"


@pytest.mark.parametrize("part", ["office"])
def test_the_sandbox_verb_becomes_that_part(tmp_path: Path, part: str) -> None:
    port = free_port()
    process = subprocess.Popen(
        [*INTHREAD, "sandbox", part, "--port", str(port), "--store", str(tmp_path)], cwd=ROOT,
        stdout=subprocess.DEVNULL, env={**os.environ, "SANDBOX_SECRET": ""},
    )
    try:
        _wait(lambda: _answers(f"http://127.0.0.1:{port}/healthz"))
        answer = requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).json()
        assert answer == {"part": part, "ok": True}
    finally:
        process.terminate()
        assert process.wait(20) == 0


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.ConnectionError:
        return False


def _wait(until: Callable[[], bool], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end
        time.sleep(0.02)
