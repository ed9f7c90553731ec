"""Floor of delivery: careful, some hands, `requests`, and the bare driver.

A hand claims one row and commits it as *unknown*, POSTs, GETs it back, and records outbox, case and
audit in one commit. Run as `python -m bench.floor_carry --url ... --peer ...`; it ends when the
outbox is empty, and prints the processor time it took.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import requests
from sqlalchemy import make_url

_CLAIM = """UPDATE outbox SET lease = ?, state = 'unknown' WHERE id = (
  SELECT id FROM outbox WHERE done_at IS NULL AND lease IS NULL AND due_at <= ?
  ORDER BY due_at, id LIMIT 1{lock}) RETURNING id, case_id"""
_RECORD = (
    "UPDATE outbox SET state = 'proved', done_at = ? WHERE id = ? AND done_at IS NULL",
    "UPDATE cases SET state = 'closed', next_at = ? WHERE id = ?",
    "INSERT INTO audit (case_id, at, event) VALUES (?, ?, 'writeback.proved')",
)


class Driver:
    """One connection of the driver itself; `?` marks values on both databases."""

    def __init__(self, url: str) -> None:
        parts = make_url(url)
        self.postgres = parts.get_backend_name() == "postgresql"
        self.lock = " FOR UPDATE SKIP LOCKED" if self.postgres else ""
        self.connection: Any
        if self.postgres:
            plain = parts.set(drivername="postgresql").render_as_string(hide_password=False)
            self.connection = psycopg.connect(plain)
            return
        self.connection = sqlite3.connect(str(parts.database), isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
            self.connection.execute(f"PRAGMA {pragma}")
        self._queue = f"{parts.database}.lock"

    def close(self) -> None:
        self.connection.close()

    def run(self, sql: str, values: Sequence[object] = ()) -> Any:
        return self.connection.execute(sql.replace("?", "%s") if self.postgres else sql, values)

    @contextmanager
    def begin(self) -> Iterator[None]:
        if self.postgres:
            with self.connection.transaction():
                yield
            return
        fd = os.open(self._queue, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            self.connection.execute("BEGIN IMMEDIATE")
            yield
            self.connection.execute("COMMIT")
        finally:
            os.close(fd)


def carry(url: str, peer: str) -> None:
    """One hand, until nothing is due."""
    with closing(Driver(url)) as driver, requests.Session() as web:
        web.trust_env = False
        lease, claim = f"hand-{threading.get_ident()}", _CLAIM.format(lock=driver.lock)
        while True:
            with driver.begin():
                row = driver.run(claim, (lease, time.time())).fetchone()
            if row is None:
                return
            _deliver(driver, web, peer, *row)


def _deliver(driver: Driver, web: requests.Session, peer: str, job: str, case_id: str) -> None:
    sent = {"id": job, "case": case_id, "kind": "promise", "day": "2026-12-01"}
    answer = web.post(
        f"{peer}/promises", json=sent, headers={"Idempotency-Key": job}, timeout=10
    )
    answer.raise_for_status()
    seen = web.get(f"{peer}/promises/{job}", timeout=10).json()
    if seen != sent:
        raise RuntimeError(f"{job} shows {seen}")
    now = time.time()
    values = ((now, job), (now, case_id), (case_id, now))
    with driver.begin():
        for statement, given in zip(_RECORD, values, strict=True):
            driver.run(statement, given)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.floor_carry", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--hands", type=int, default=16)
    parser.add_argument("--at", type=float, default=0.0, help="begin then (seconds since 1970)")
    given = parser.parse_args()
    time.sleep(max(0.0, given.at - time.time()))
    before = time.process_time()
    failed: list[BaseException] = []
    threading.excepthook = lambda e: failed.append(e.exc_value or RuntimeError(str(e.exc_type)))
    hands = [
        threading.Thread(target=carry, args=(given.url, given.peer)) for _ in range(given.hands)
    ]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    if failed:
        raise failed[0]
    print(json.dumps({"cpu": time.process_time() - before}))


if __name__ == "__main__":
    main()
