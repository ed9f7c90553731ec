"""Web and worker are killed with SIGKILL at random points while 200 customers act and the office
misbehaves: each outcome is one effect, and each case closes with its proof."""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, select

from inthread.cli.keys import new_key, new_secret
from inthread.domain.audit import broken_at
from inthread.domain.case import Case
from inthread.keyring import Keyring
from inthread.runtime import Runtime, random_token, sortable_id, utc_now
from inthread.store import audit, schema
from inthread.store.db import Database
from inthread.store.tables import cases as case_rows
from inthread.store.tables import messages as message_rows
from inthread.store.tables import outbox as job_rows
from inthread.store.tables import outcomes as outcome_rows
from inthread.store.tables import writebacks as writeback_rows
from tests import build
from tests.browser.town import daytime_zone
from tests.process.fast import EPOCH, fast_now
from tests.process.lives import ROOT, Lives
from tests.sandbox.processes import KEY, SECRET, free_port, running

OUTCOMES = 200
LEAST_KILLS = 6
# A lease longer than `visible_after` makes the first look after a death decide.
LEASE = 150
# A writeback that met three faults waits for its fourth try: half an hour of the fast clock.
WITHIN = 300.0
FAULTS: tuple[dict[str, object], ...] = (
    {"mode": "timeout_after", "times": 3, "seconds": 1.5},
    {"mode": "busy", "times": 5, "seconds": 2},
    {"mode": "late", "times": 6, "seconds": 0.5},
    {"mode": "error_after", "times": 3},
    {"mode": "slow", "times": 8, "seconds": 0.4},
)


@dataclass(frozen=True)
class Yard:
    """`rt` is this test's own runtime on the same database, for the customers."""

    rt: Runtime
    office: str
    phone: str
    web: Lives
    worker: Lives

    @property
    def both(self) -> tuple[Lives, Lives]:
        return self.web, self.worker


@pytest.fixture
def yard(bare_db_url: str, tmp_path: Path) -> Iterator[Yard]:
    epoch = utc_now()
    keys, port = new_key("k1"), free_port()
    db = Database(bare_db_url)
    with ExitStack() as stack:
        stack.callback(db.dispose)
        schema.upgrade(db, ROOT / "migrations")
        office = stack.enter_context(running("office", tmp_path / "office"))
        phone = stack.enter_context(running("phone", tmp_path / "phone"))
        requests.post(f"{office}/memory", json={"forgetful": True}, timeout=5).raise_for_status()
        unguarded = tmp_path / "providers.toml"  # all numbers here are of one block
        unguarded.write_text("", encoding="utf-8")
        env = {
            EPOCH: epoch.isoformat(), "INTHREAD_DATABASE_URL": bare_db_url, "INTHREAD_KEYS": keys,
            "INTHREAD_ORIGIN": f"http://localhost:{port}", "INTHREAD_CONNECTOR_SECRET": SECRET,
            "INTHREAD_CONNECTORS": f"billing={office},compliance={office}",
            "INTHREAD_PAYMENTS_SECRET": new_secret(), "INTHREAD_PHONE": phone,
            "INTHREAD_PHONE_KEY": KEY, "INTHREAD_BLOBS": str(tmp_path / "blobs"),
            "INTHREAD_LEASE_SECONDS": str(LEASE), "INTHREAD_PROVIDERS": str(unguarded),
        }
        rt = replace(
            build.a_runtime(db, keyring=Keyring.read(keys)),
            now=lambda: fast_now(epoch), new_id=sortable_id, new_token=random_token,
        )
        yield Yard(rt, office, phone, *_lives(stack, env, port, tmp_path))


def _lives(
    stack: ExitStack, env: Mapping[str, str], port: int, folder: Path
) -> tuple[Lives, Lives]:
    serve = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port",
        str(port), "--no-ws", "--blocking-threads", "2", "tests.process.fast:app",
    ]
    carry = [sys.executable, "-m", "tests.process.fast", "worker"]
    web = Lives("web", serve, env, folder, lambda log: "Started worker-1" in log.read_text())
    worker = Lives("worker", carry, env, folder, lambda log: "worker.ready" in log.read_text())
    for each in (web, worker):
        stack.callback(each.kill)
        each.start()
    return web, worker


def test_every_outcome_is_one_effect_and_every_case_closes_with_proof(yard: Yard) -> None:
    seed = int(os.environ.get("INTHREAD_TEST_SEED", "0")) or random.randrange(1, 10**9)
    print(f"INTHREAD_TEST_SEED={seed}")
    dice, over = random.Random(seed), threading.Event()
    asked = _asked(yard.rt)
    for each in yard.both:
        each.wait_up()
    customers = threading.Thread(target=_act, args=(yard.rt, asked))
    trouble = threading.Thread(target=_make_trouble, args=(yard.office, random.Random(seed), over))
    for thread in (customers, trouble):
        thread.start()
    begun = time.monotonic()
    while customers.is_alive() or min(each.kills for each in yard.both) < LEAST_KILLS:
        _kill_one(yard, dice)
    over.set()
    for thread in (customers, trouble):
        thread.join()
    _clear_faults(yard.office)
    _wait(lambda: _left(yard.rt), lambda: _stuck(yard.rt))
    _wait(lambda: _receipts(yard.rt, "queued"), lambda: "receipts that nobody sent")
    took = time.monotonic() - begun
    print(f"{took:.0f} s, killed: web {yard.web.kills}, worker {yard.worker.kills}")
    for each in yard.both:
        each.wait_up()  # granian, told to end while its process starts, waits for ever
        each.end()
    _each_once(yard, asked)


def _asked(rt: Runtime) -> list[Case]:
    """200 people with an invoice each, who have their link."""
    due = (rt.now() - timedelta(days=10)).date().isoformat()
    made = []
    for n in range(OUTCOMES):
        person = build.a_person(
            rt=rt, reference=f"CUST-{n}", zone=daytime_zone(),
            contacts=(("sms", f"+1555010{1000 + n}"),),
        )
        made.append(build.a_case(
            rt=rt, person=person, number=f"INV-{n}", owed=f"{50 + n}.25", facts={"due_date": due}
        ))
    build.carry_all(rt, most=3 * OUTCOMES)
    return made


def _act(rt: Runtime, asked: list[Case]) -> None:
    """Each customer opens the link, gives a code, and promises to pay in three days."""
    on = (rt.now() + timedelta(days=3)).date().isoformat()
    for case in asked:
        visit = build.a_coded_visit(rt=rt, visit=build.an_open_visit(rt=rt, case=case))
        build.a_submission(rt=rt, visit=visit, form={"on": on, "how": "all"})


def _make_trouble(office: str, dice: random.Random, over: threading.Event) -> None:
    while not over.wait(0.7):
        fault = {"operation": "promises", **dice.choice(FAULTS)}
        requests.post(f"{office}/faults", json=fault, timeout=10).raise_for_status()


def _clear_faults(office: str) -> None:
    for operation in ("promises", ""):
        given = {"mode": "ok", "operation": operation}
        requests.post(f"{office}/faults", json=given, timeout=10).raise_for_status()


def _kill_one(yard: Yard, dice: random.Random) -> None:
    """Whichever works now, after a random while; the other goes on. It is started again at once."""
    working = [each for each in yard.both if each.up]
    if not working:
        time.sleep(0.05)
        return
    time.sleep(dice.uniform(0, 1.5))
    chosen = min(working, key=lambda each: (each.kills, dice.random()))
    chosen.kill()
    chosen.start()


def _left(rt: Runtime) -> int:
    with rt.db.read() as tx:
        return tx.execute(
            select(func.count()).where(case_rows.c.state != "closed")
        ).scalar_one()


def _receipts(rt: Runtime, *states: str) -> int:
    """How many receipts are in these states."""
    m = message_rows.c
    with rt.db.read() as tx:
        return tx.execute(
            select(func.count()).where(m.purpose == "receipt", m.state.in_(states))
        ).scalar_one()


def _wait(left: Callable[[], int], why: Callable[[], object]) -> None:
    """Until nothing is left of it."""
    until = time.monotonic() + WITHIN
    while (more := left()) and time.monotonic() < until:
        time.sleep(0.25)
    assert more == 0, why()


def _stuck(rt: Runtime) -> list[object]:
    """What the cases that did not close wait for."""
    w = writeback_rows.c
    with rt.db.read() as tx:
        rows = tx.execute(
            select(case_rows.c.state, w.state, w.attempts, w.looks, w.trouble, job_rows.c.due_at)
            .select_from(case_rows.outerjoin(writeback_rows, w.case_id == case_rows.c.id)
                         .outerjoin(job_rows, (job_rows.c.case_id == case_rows.c.id)
                                    & job_rows.c.done_at.is_(None)))
            .where(case_rows.c.state != "closed")
        )
        return [rt.now(), *(tuple(r) for r in rows)]


def _each_once(yard: Yard, asked: list[Case]) -> None:
    with yard.rt.db.read() as tx:
        outcomes = tx.execute(select(outcome_rows.c.case_id)).scalars().all()
        written = tx.execute(
            select(writeback_rows.c.id, writeback_rows.c.state, writeback_rows.c.fields)
        ).all()
        chains = [audit.of_subject(tx, case.id) for case in asked]
    assert sorted(outcomes) == sorted(case.id for case in asked)
    assert {w.state for w in written} == {"proved"}
    found = requests.get(f"{yard.office}/effects", timeout=30).json()["effects"]
    assert Counter(e["key"] for e in found) == Counter(w.id for w in written)
    assert {e["key"]: e["fields"] for e in found} == {w.id: w.fields for w in written}
    assert [broken_at(chain) for chain in chains] == [None] * OUTCOMES
    closings = [[e.event for e in chain].count("case.closed") for chain in chains]
    assert closings == [1] * OUTCOMES
    _no_receipt_twice(yard)


def _no_receipt_twice(yard: Yard) -> None:
    """One that may have left before its sender was killed is never sent again."""
    arrived = []
    for n in range(OUTCOMES):
        answer = requests.get(
            f"{yard.phone}/messages", params={"to": f"+1555010{1000 + n}"}, timeout=10,
            headers={"Authorization": f"Bearer {KEY}"},
        )
        texts = [m["body"] for m in answer.json()["messages"]]
        arrived.append(len([t for t in texts if "done, thank you" in t]))
    sent, unsure = _receipts(yard.rt, "sent"), _receipts(yard.rt, "unknown")
    assert sent + unsure == OUTCOMES
    assert max(arrived) == 1
    assert sent <= sum(arrived) <= OUTCOMES
