"""How the databases find what is asked for most: by an index, however much there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert

from inthread.commands.drain_outbox import EVERY_KIND, LANES
from inthread.store import cases, challenges, messages, outbox, work_items
from inthread.store import tables as t
from inthread.store.db import Database
from tests.build import a_case, a_runtime
from tests.clock import MONDAY, Clock

HOUR = timedelta(hours=1)


@pytest.fixture
def full(db: Database) -> Database:
    """20,000 jobs, nearly all of them done; 3,000 cases of one person."""
    rt = a_runtime(db, clock=Clock())
    a_case(rt=rt)
    with db.begin() as tx:
        row = dict(tx.execute(t.cases.select()).one()._mapping)
        tx.execute(insert(t.cases), [
            {**row, "id": f"case_{n}", "natural_key": f"k{n}", "state": "closed",
             "next_what": None, "next_owner": None, "next_due": None, "ended_at": MONDAY}
            for n in range(3000)
        ])
        tx.execute(insert(t.outbox), [
            {"id": f"job_{n:05d}", "kind": EVERY_KIND[n % 5], "ref": "r",
             "case_id": f"case_{n % 3000}", "due_at": MONDAY - n * timedelta(seconds=1),
             "done_at": MONDAY if n % 200 else None}
            for n in range(20_000)
        ])
    let_planner_know(db, "outbox", "cases")
    return db


def let_planner_know(db: Database, *tables: str) -> None:
    """What is in *tables*. PostgreSQL's are built again first: an index keeps the room of the rows
    that earlier tests deleted, and a planner that is told of it takes another."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if db.sqlite:
            connection.exec_driver_sql("ANALYZE")
        else:
            connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {', '.join(tables)}")


def plan_of(
    db: Database, ask: Callable[[Connection], object], *, small: bool = False
) -> str:
    """The plan of the first statement that *ask* sends. *small*: the table is, so that PostgreSQL
    would read it whole; asked how it would do it if it were not."""
    sent: list[tuple[str, Any]] = []

    def keep(_c: Any, _cursor: Any, text: str, given: Any, *_: Any) -> None:
        if not text.startswith("BEGIN"):
            sent.append((text, given))

    event.listen(db.engine, "before_cursor_execute", keep)
    with db.begin() as tx:
        ask(tx)
    event.remove(db.engine, "before_cursor_execute", keep)
    text, given = sent[0]
    explain = "EXPLAIN QUERY PLAN " if db.sqlite else "EXPLAIN "
    with db.begin() as tx:
        if small and not db.sqlite:
            tx.exec_driver_sql("SET LOCAL enable_seqscan = off")
        rows = tx.exec_driver_sql(explain + text, given).all()
    return "\n".join(str(row[-1]) for row in rows)


def claim(tx: Connection, kinds: Sequence[str]) -> list[outbox.Job]:
    return outbox.claim(tx, "lease", MONDAY, 1, HOUR, kinds)


def test_the_claim_goes_by_its_partial_index(full: Database) -> None:
    for kinds in (EVERY_KIND, *LANES.values()):
        plan = plan_of(full, lambda tx, kinds=kinds: claim(tx, kinds))
        assert "ix_outbox_due" in plan
        assert "SCAN outbox\n" not in plan
        assert "Seq Scan" not in plan
    with full.begin() as tx:  # a subquery that is run again would take more
        assert len(claim(tx, EVERY_KIND)) == 1
        assert len(outbox.claim(tx, "b", MONDAY, 7, HOUR, EVERY_KIND)) == 7


@pytest.mark.parametrize("believed", [0, 6, 10_000])
def test_a_claim_takes_no_more_however_many_rows_there_seem_to_be(
    db: Database, believed: int
) -> None:
    """PostgreSQL plans by what it believes of a table, and statistics may be old."""
    case = a_case(rt=a_runtime(db, clock=Clock()))
    with db.begin() as tx:
        for n in range(5):
            outbox.put(tx, f"job_{n}", "contact", case.id, MONDAY, case.id)
    with db.engine.connect() as tx:
        if not db.sqlite:
            tx.exec_driver_sql(
                f"UPDATE pg_class SET reltuples = {believed}, relpages = 1"
                " WHERE relname IN ('outbox', 'ix_outbox_due', 'pk_outbox')"
            )
        assert len(outbox.claim(tx, "lease", MONDAY, 2, HOUR, ("contact",))) == 2
        tx.rollback()


@pytest.mark.parametrize(("ask", "index"), [
    (lambda tx: cases.stuck(tx, MONDAY, 200), "ix_cases_due"),
    (lambda tx: cases.past_their_time(tx, MONDAY, 200), "ix_cases_expires"),
    (lambda tx: messages.asked_since(tx, "per_1", MONDAY, waiting=True), "ix_messages_asked"),
    (lambda tx: challenges.since(tx, "case_1", MONDAY), "ix_challenges_case_contact"),
    (lambda tx: work_items.last_resolved(tx, "case_1", "locked"), "ix_work_items_case"),
], ids=["stuck", "over", "asked", "codes", "cleared"])
def test_what_is_asked_most_goes_by_its_index(
    db: Database, ask: Callable[[Connection], object], index: str
) -> None:
    assert index in plan_of(db, ask, small=True)


def test_what_waits_for_a_case_goes_by_the_case(full: Database) -> None:
    assert "ix_outbox_case" in plan_of(full, lambda tx: outbox.waiting(tx, "case_1"))
