"""Lists that no index narrows look so far back at a time, say where they stopped, lose nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, select, update

from inthread.store import audit_lists, message_lists, writeback_lists
from inthread.store import tables as t
from inthread.store.audit_lists import Wanted
from inthread.store.db import Database
from tests.build import a_coded_visit, a_runtime, a_submission, carry_all
from tests.clock import MONDAY, Clock
from tests.store.test_plans import let_planner_know, plan_of

MANY, WINDOW, MOST = 60, 10, 4
# A page of a list with a filter of it: the ids, and where the next begins.
Page = Callable[[Connection, Any], tuple[list[Any], Any, bool]]


def _messages(tx: Connection, after: Any) -> tuple[list[Any], Any, bool]:
    found = message_lists.page(
        tx, state="failed", channel="", purpose="", after=after or "", most=MOST)
    return [line.id for line in found.lines], found.after, found.short


def _writebacks(tx: Connection, after: Any) -> tuple[list[Any], Any, bool]:
    found = writeback_lists.page(tx, connector="rare", state="", after=after or "", most=MOST)
    return [line.id for line in found.lines], found.after, found.short


def _events(tx: Connection, after: Any) -> tuple[list[Any], Any, bool]:
    found = audit_lists.page(tx, Wanted(event="rare"), after, MOST)
    return [one.seq for one in found.lines], found.after, found.short


LISTS = [
    (message_lists, _messages, t.messages, t.messages.c.id, {"state": "failed"}),
    (writeback_lists, _writebacks, t.writebacks, t.writebacks.c.id, {"connector": "rare"}),
    (audit_lists, _events, t.audit, t.audit.c.seq, {"event": "rare"}),
]
each_list = pytest.mark.parametrize(("module", "page", "table", "key", "rare"), LISTS)


@pytest.fixture
def full(db: Database) -> Database:
    """One case, with so many messages, writebacks and events more of its own."""
    rt = a_runtime(db, clock=Clock())
    a_submission(rt=rt, visit=a_coded_visit(rt=rt))
    carry_all(rt)
    with db.begin() as tx:
        for table, apart in ((t.messages, "id"), (t.writebacks, "id"), (t.audit, "n")):
            row = dict(tx.execute(select(table)).mappings().first() or {})
            row.pop("seq", None)
            tx.execute(insert(table), [
                {**row, apart: n if apart == "n" else f"{row['id'][:-4]}{n}",
                 **({"operation": f"o{n}"} if "operation" in row else {})}
                for n in range(1000, 1000 + MANY)
            ])
    return db


@each_list
def test_what_is_rare_is_found_further_on(
    full: Database, monkeypatch: pytest.MonkeyPatch, module: Any, page: Page, table: Any, key: Any,
    rare: dict[str, str],
) -> None:
    monkeypatch.setattr(module, "WINDOW", WINDOW)
    with full.begin() as tx:
        ids = list(tx.execute(select(key).order_by(key.desc())).scalars())
        should = [*ids[3:9], ids[25], ids[-1]]  # more than a page, alone in a stretch, the oldest
        tx.execute(update(table).where(key.in_(should)).values(rare))
    seen: list[Any] = []
    after, shorts = None, 0
    with full.read() as tx:
        for _ in ids:
            found, after, short = page(tx, after)
            assert len(found) <= MOST
            seen += found
            shorts += short
            if after is None:
                break
    assert (seen, after) == (should, None)
    assert shorts == (len(ids) - 1 - ids.index(seen[3])) // WINDOW


@each_list
def test_a_look_reads_no_further_than_its_stretch(
    full: Database, monkeypatch: pytest.MonkeyPatch, module: Any, page: Page, table: Any, key: Any,
    rare: dict[str, str],
) -> None:
    """What is too old to be reached is not found, though there is room on the page."""
    monkeypatch.setattr(module, "WINDOW", WINDOW)
    with full.begin() as tx:
        ids = list(tx.execute(select(key).order_by(key.desc())).scalars())
        tx.execute(update(table).where(key == ids[WINDOW]).values(rare))
        tx.execute(update(table).where(key == ids[WINDOW - 1]).values(rare))
    with full.read() as tx:
        assert page(tx, None) == ([ids[WINDOW - 1]], ids[WINDOW - 1], True)


def test_without_a_filter_nothing_is_measured_out(full: Database) -> None:
    """The page is all there is to read: one statement, which goes no further than its lines."""
    said: list[str] = []
    event.listen(full.reader, "before_cursor_execute", lambda _c, _k, text, *_: said.append(text))
    with full.read() as tx:
        message_lists.page(tx, state="", channel="", purpose="", after="", most=MOST)
        writeback_lists.page(tx, connector="", state="", after="", most=MOST)
        writeback_lists.page(tx, connector="", state="failed", after="", most=MOST)
    assert len(said) == 3, said
    assert not [text for text in said if "count(" in text]


def test_the_newest_tries_are_looked_up_one_by_one(
    full: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A join of them would read every writeback there is, however few the tries."""
    with full.begin() as tx:
        row = dict(tx.execute(select(t.writebacks)).mappings().first() or {})
        tried = dict(tx.execute(select(t.writeback_attempts)).mappings().first() or {})
        del tried["seq"]
        ids = [f"{row['id'][:-8]}{n:08}" for n in range(50_000, 55_000)]
        tx.execute(insert(t.writebacks), [{**row, "id": i, "operation": i[-8:]} for i in ids])
        tx.execute(insert(t.writeback_attempts), [{**tried, "writeback_id": i} for i in ids])
    let_planner_know(full, "writebacks", "writeback_attempts")
    plan = plan_of(full, lambda tx: writeback_lists.latest_tries(tx, MONDAY - timedelta(days=1)))
    assert not re.search(r"Seq Scan on writebacks|SCAN writebacks", plan), plan
    monkeypatch.setattr(writeback_lists, "TRIES", 3)
    with full.read() as tx:
        found = writeback_lists.latest_tries(tx, tried["at"])
        assert [(one.connector, one.at) for one in found] == [(row["connector"], tried["at"])] * 3
        assert writeback_lists.latest_tries(tx, tried["at"] + timedelta(seconds=1)) == []
