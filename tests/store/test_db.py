"""One transaction at a time, no plugin inside it, and reads that cannot write."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError, StatementError

from inthread.store import outbox, people
from inthread.store import tables as t
from inthread.store.db import Database, _write_ahead
from tests.build import a_case, a_runtime
from tests.clock import MONDAY, Clock
from tests.rows import every_row, nothing_written


def count(tx: Connection) -> int:
    return len(tx.execute(select(t.people.c.id)).all())


def add(tx: Connection, name: str = "per_1") -> None:
    people.add_all(tx, [people.Person(name, name, "Maya", None, None)], MONDAY)


def broken(db: Database, work: Callable[[Connection], object]) -> None:
    with db.begin() as tx:
        work(tx)
        raise ZeroDivisionError


def test_a_new_file_that_another_writes_to_is_turned_over_to_wal_afterwards(
    tmp_path: Path,
) -> None:
    """SQLite does not wait here, whatever its time-out: several processes start at once."""
    file = tmp_path / "new.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.executescript("CREATE TABLE a (x); BEGIN IMMEDIATE; INSERT INTO a VALUES (1)")
    ending = threading.Timer(0.3, other.execute, ["COMMIT"])
    ending.start()
    database = Database(f"sqlite:///{file}")
    with database.read() as tx:
        assert tx.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert tx.exec_driver_sql("SELECT x FROM a").scalar_one() == 1
    database.dispose()
    ending.join()
    other.close()


def test_another_trouble_with_a_file_is_told_at_once(tmp_path: Path) -> None:
    tried: list[str] = []

    class Cursor:
        def execute(self, statement: str) -> None:
            tried.append(statement)
            sqlite3.connect(tmp_path)  # a folder

    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        _write_ahead(Cursor())
    assert len(tried) == 1


def test_transactions_do_not_nest(db: Database) -> None:
    with db.begin() as tx:
        with pytest.raises(RuntimeError, match="already open"), db.begin():
            pass
        add(tx)
    with db.begin() as tx:
        assert count(tx) == 1


def test_the_network_is_shut_inside_one(db: Database) -> None:
    with db.begin(), pytest.raises(RuntimeError, match="inside a transaction"):
        db.assert_closed()
    with pytest.raises(ZeroDivisionError):
        broken(db, count)
    db.assert_closed()


def test_another_thread_has_its_own(db: Database) -> None:
    """It queues for SQLite's one writer, and is not taken for nested."""
    order = []

    def other() -> None:
        with db.begin() as tx:
            order.append("other")
            add(tx, "per_2")

    thread = threading.Thread(target=other)
    with db.begin() as tx:
        thread.start()
        thread.join(0.2)
        add(tx)
        order.append("one")
    thread.join()
    assert sorted(order) == ["one", "other"]
    assert order == ["one", "other"] or not db.sqlite
    assert len(every_row(db)["people"]) == 2


def test_what_was_raised_undoes(db: Database) -> None:
    with nothing_written(db), pytest.raises(ZeroDivisionError):
        broken(db, add)


def test_a_read_sees_what_is_committed_and_waits_for_nobody(db: Database) -> None:
    with db.begin() as tx:
        add(tx)
        with db.read() as reading:
            assert count(reading) == 0
    with db.read() as reading:
        assert count(reading) == 1


@pytest.mark.parametrize("write", [
    add,
    lambda tx: tx.execute(t.people.delete()),
    lambda tx: tx.execute(t.people.update().values(name="x")),
    lambda tx: tx.exec_driver_sql("CREATE TABLE more (n INTEGER)"),
], ids=["insert", "delete", "update", "create"])
def test_a_read_cannot_write(db: Database, write: Callable[[Connection], object]) -> None:
    with db.begin() as tx:
        add(tx, "per_0")
    with nothing_written(db), db.read() as reading, pytest.raises(DBAPIError):
        write(reading)


def test_a_naive_time_is_refused_and_an_aware_one_comes_back_in_utc(db: Database) -> None:
    with db.begin() as tx, pytest.raises(StatementError, match="naive datetime"):
        people.add_all(
            tx, [people.Person("per_1", "r", "n", None, None)], datetime(2026, 1, 5)  # noqa: DTZ001
        )
    with db.begin() as tx:
        add(tx)
        assert tx.execute(select(t.people.c.created_at)).scalar_one() == MONDAY
        assert tx.execute(select(t.people.c.created_at)).scalar_one().tzinfo is UTC


def test_a_bell_rings_when_a_job_is_committed_and_not_before(db: Database) -> None:
    case = a_case(rt=a_runtime(db, clock=Clock()))
    before = db.wake.rung
    with pytest.raises(ZeroDivisionError):
        broken(db, lambda tx: outbox.put(tx, "job_a", "contact", "r", MONDAY, case.id))
    with db.begin() as tx:
        count(tx)
    assert db.wake.rung == before
    with db.begin() as tx:
        outbox.put(tx, "job_b", "contact", "r", MONDAY, case.id)
        assert db.wake.rung == before
    assert db.wake.rung == before + 1


def test_a_ring_between_looking_and_waiting_is_not_missed(db: Database) -> None:
    rung = db.wake.rung
    db.wake.ring()
    begun = time.monotonic()
    db.wake.wait(rung, 5)
    assert time.monotonic() - begun < 1


def test_everybody_who_waits_hears_it(db: Database) -> None:
    heard = []
    rung = db.wake.rung
    threads = [
        threading.Thread(target=lambda: (db.wake.wait(rung, 5), heard.append(1)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    db.wake.ring()
    for thread in threads:
        thread.join(5)
    assert heard == [1, 1, 1, 1]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="name a file"):
        Database(url)


def test_what_a_transaction_left_behind_does_not_reach_the_next(db: Database) -> None:
    """The connection's own notes outlive the transaction, in which a chain's end was read."""
    with db.begin() as tx:
        tx.info["audit tails"] = {"case_1": "stale"}
        tx.info["wake"] = True
    with db.begin() as tx:
        assert "audit tails" not in tx.info
        assert "wake" not in tx.info
