"""The floors do the work they are said to do, on both databases."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bench import floor_carry, floor_intake, floor_schema
from bench.machine import free_port, granian, running
from bench.samples import invoice, write_csv


@pytest.fixture
def url(bare_db_url: str) -> str:
    floor_schema.create(bare_db_url)
    return bare_db_url


@pytest.fixture
def peer() -> Iterator[str]:
    port = free_port()
    with running([sys.executable, "-m", "bench.peer", "--port", str(port)], port):
        yield f"http://127.0.0.1:{port}"


def _counts(peer: str) -> dict[str, int]:
    with urllib.request.urlopen(f"{peer}/_counts", timeout=5) as answer:
        counts: dict[str, int] = json.load(answer)
    return counts


def _all(url: str, sql: str) -> list[tuple[object, ...]]:
    db = floor_schema.connect(url)
    with db.reader.connect() as tx:
        rows = [tuple(row) for row in tx.execute(text(sql))]
    db.engine.dispose()
    db.reader.dispose()
    return rows


def _due(url: str, count: int) -> None:
    floor_schema.fill(url, count)
    db = floor_schema.connect(url)
    with floor_schema.begin(db) as tx:
        tx.execute(text(
            "INSERT INTO outbox (id, case_id, kind, due_at)"
            " SELECT 'job_' || id, id, 'writeback', 0 FROM cases"
        ))
    db.engine.dispose()


def test_each_row_is_delivered_once_and_proved(url: str, peer: str) -> None:
    _due(url, 60)
    command = [sys.executable, "-m", "bench.floor_carry", "--url", url, "--peer", peer]
    subprocess.run([*command, "--hands", "8"], check=True, timeout=60)
    assert _counts(peer) == {"applied": 60, "posts": 60, "repeats": 0, "keyless": 0}
    assert _all(url, "SELECT state, count(*) FROM cases GROUP BY state") == [("closed", 60)]
    assert _all(url, "SELECT count(*) FROM audit") == [(60,)]
    assert _all(url, "SELECT count(*) FROM outbox WHERE state = 'proved'") == [(60,)]


def test_a_peer_that_says_no_ends_the_floor(url: str) -> None:
    _due(url, 3)
    with pytest.raises(OSError, match="refused"):
        floor_carry.carry(url, f"http://127.0.0.1:{free_port()}")


def test_intake_writes_each_case_once(url: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "invoices.csv", 120)
    assert floor_intake.load(url, path) == 120
    assert floor_intake.load(url, path) == 0
    assert floor_intake.load(url, write_csv(tmp_path / "more.csv", 30, start=100)) == 10
    for table in ("cases", "outbox", "audit"):
        assert _all(url, f"SELECT count(*) FROM {table}") == [(130,)]
    owed = _all(url, "SELECT owed FROM cases WHERE reference = 'INV-0000001'")
    assert owed == [(round(float(invoice(1)["amount"]) * 100),)]


def test_a_batch_answers_row_by_row(url: str) -> None:
    port = free_port()
    with running(granian("bench.floor_batch:app", port, workers=1), port, {"FLOOR_URL": url}):
        body = json.dumps({"rows": [invoice(n) for n in range(3)]}).encode()
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/batch", body, {"Content-Type": "application/json"}
        )
        for _ in range(2):
            with urllib.request.urlopen(asked, timeout=10) as answer:
                ids = json.load(answer)["ids"]
            assert sorted(ids) == [f"case_INV-000000{n}" for n in range(3)]
    assert _all(url, "SELECT count(*) FROM cases") == [(3,)]


def test_a_repeat_is_counted(peer: str) -> None:
    for status in (201, 409):
        asked = urllib.request.Request(
            f"{peer}/promises", b'{"id": "wb_1"}', {"Idempotency-Key": "wb_1"}
        )
        if status == 201:
            with urllib.request.urlopen(asked, timeout=5) as answer:
                assert answer.status == 201
        else:
            with pytest.raises(urllib.error.HTTPError, match="409"):
                urllib.request.urlopen(asked, timeout=5)
    assert _counts(peer) == {"applied": 1, "posts": 2, "repeats": 1, "keyless": 0}
    with urllib.request.urlopen(f"{peer}/promises/wb_1", timeout=5) as answer:
        assert json.load(answer) == {"id": "wb_1"}


@pytest.mark.parametrize("due", [0, 5])
def test_only_the_first_cases_are_due(url: str, due: int) -> None:
    floor_schema.fill(url, 30, due=due)
    seen = _all(url, "SELECT count(*) FROM cases WHERE state = 'open' AND next_at <= 1")
    assert seen == [(due,)]
