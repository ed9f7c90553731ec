"""A worker is killed in the middle of measuring a draft, again and again: what comes out is what a
measurement that nobody disturbed finds."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from inthread.commands.change_draft import change_draft
from inthread.commands.measure_impact import measure_impact
from inthread.commands.start_draft import start_draft
from inthread.domain.draft import Draft
from inthread.domain.impact import Impact, ImpactState
from inthread.keyring import Keyring
from inthread.runtime import Runtime, random_token, sortable_id, utc_now
from inthread.store import impacts, schema
from inthread.store import tables as t
from inthread.store.db import Database
from tests import build
from tests.cli.conftest import good_settings
from tests.drafts import ADA, KEY, in_print
from tests.history import seed_decisions
from tests.process.lives import ROOT, Lives

DECISIONS = 24_000
KILLS = 3
INTHREAD = [sys.executable, "-c", "import sys; from app import cli; sys.exit(cli())"]


@pytest.fixture
def rt_and_worker(bare_db_url: str, tmp_path: Path) -> Iterator[tuple[Runtime, Lives]]:
    db = Database(bare_db_url)
    schema.upgrade(db, ROOT / "migrations")
    env = good_settings(bare_db_url, tmp_path) | {"INTHREAD_LEASE_SECONDS": "5"}
    rt = replace(
        build.a_runtime(db, keyring=Keyring.read(env["INTHREAD_KEYS"])), now=utc_now,
        new_id=sortable_id, new_token=random_token,
    )
    worker = Lives("worker", [*INTHREAD, "worker"], env, tmp_path,
                   lambda log: "worker.ready" in log.read_text())
    with ExitStack() as stack:
        stack.callback(db.dispose)
        stack.callback(worker.end)
        yield rt, worker


def a_draft(rt: Runtime) -> Draft:
    draft = start_draft(rt, actor=ADA, key=KEY)
    document = deepcopy(dict(draft.document))
    document["policy"]["plan"]["rows"][3]["offer"]["most_instalments"] = 9  # type: ignore[index]
    return change_draft(
        rt, actor=ADA, draft_id=draft.id, revision=draft.revision, document=document
    )


def newest(rt: Runtime, draft: Draft) -> Impact:
    with rt.db.read() as tx:
        found = impacts.newest(tx, draft.id)
    assert found is not None
    return found


def found(rt: Runtime, impact: Impact) -> list[tuple[str, str, str]]:
    x = t.impact_changes.c
    with rt.db.read() as tx:
        rows = tx.execute(
            select(x.decision_id, x.action, x.kind).where(x.impact_id == impact.id)
        ).all()
    return sorted((r.decision_id, r.action, r.kind) for r in rows)


def test_a_killed_worker_loses_a_chunk_and_nothing_else(
    rt_and_worker: tuple[Runtime, Lives]
) -> None:
    rt, worker = rt_and_worker
    in_print(rt)
    seed_decisions(rt, DECISIONS)
    disturbed, whole = a_draft(rt), a_draft(rt)
    measure_impact(rt, actor=ADA, draft_id=disturbed.id, most=DECISIONS)
    worker.start()
    stopped_at = []
    for _ in range(KILLS):
        stopped_at.append(_kill_under_way(rt, worker, disturbed))
        worker.start()
    impact = _end(rt, worker, disturbed)
    print(f"killed after {stopped_at} of {DECISIONS}")
    assert worker.kills == KILLS
    assert any(0 < done < DECISIONS for done in stopped_at), "it was never killed under way"
    measure_impact(rt, actor=ADA, draft_id=whole.id, most=DECISIONS)
    other = _end(rt, worker, whole)
    assert (impact.state, impact.done) == (ImpactState.DONE, DECISIONS)
    assert impact.changed > 0
    assert impact.tally == other.tally
    assert found(rt, impact) == found(rt, other)
    assert len(found(rt, impact)) == len(set(found(rt, impact))) == impact.changed


def _kill_under_way(rt: Runtime, worker: Lives, draft: Draft) -> int:
    """After a random part of a second of work; how far it was."""
    before, until = newest(rt, draft).done, time.monotonic() + 60
    while newest(rt, draft).done == before and time.monotonic() < until:
        if not newest(rt, draft).going_on:
            break
        time.sleep(0.005)
    time.sleep(random.uniform(0, 0.1))
    worker.kill()
    return newest(rt, draft).done


def _end(rt: Runtime, worker: Lives, draft: Draft) -> Impact:
    until = time.monotonic() + 120
    while newest(rt, draft).going_on:
        assert worker.up or time.monotonic() < until
        assert time.monotonic() < until, newest(rt, draft)
        time.sleep(0.05)
    return newest(rt, draft)
