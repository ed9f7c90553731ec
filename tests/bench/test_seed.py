"""A copied case is a case of its own, with its person, its jobs and its history."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select

from bench.seed import copy_case, read_case
from inthread.store import tables as t
from inthread.store.db import Database

_AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
_CASE = "case_" + "a" * 26
_PERSON = "person_" + "b" * 26


def _a_case(db: Database) -> None:
    with db.engine.begin() as tx:
        tx.execute(insert(t.people).values(
            id=_PERSON, reference="CUST-1", name="Maya Okafor", locale="en", zone="UTC",
            created_at=_AT,
        ))
        tx.execute(insert(t.contacts), [
            {"id": f"contact_{c * 26}", "person_id": _PERSON, "channel": "sms",
             "address": f"+1202555014{c}", "rank": 0, "created_at": _AT}
            for c in "12"
        ])
        tx.execute(insert(t.cases).values(
            id=_CASE, reference="R-1", workflow="overdue_invoice", workflow_version=1,
            workflow_hash="0" * 64, natural_key="INV-99999999", person_id=_PERSON,
            facts={"invoice_number": "INV-1"}, as_of=_AT, owed_minor=18420, settled_minor=0,
            currency="USD", state="open", next_what="contact", next_owner="cadence", next_due=_AT,
            attempt=0, done=[], step=0, opened_at=_AT, expires_at=_AT, version=0,
        ))
        tx.execute(insert(t.outbox).values(
            id="job_" + "d" * 26, kind="contact", ref=_CASE, case_id=_CASE, due_at=_AT
        ))
        tx.execute(insert(t.audit), [
            {"subject": _CASE, "n": n, "at": _AT, "actor": "a", "event": "e", "detail": {},
             "prev": "", "hash": ""}
            for n in (1, 2)
        ])


def _count(tx: Any, table: Any) -> int:
    return int(tx.execute(select(func.count()).select_from(table)).scalar_one())


def test_copies_are_whole_and_apart(db: Database) -> None:
    _a_case(db)
    with db.read() as tx:
        rows = read_case(tx, _CASE)
    assert {name: len(found) for name, found in rows.items()} == {
        "people": 1, "contacts": 2, "cases": 1, "outbox": 1, "audit": 2,
    }
    copy_case(db.engine, rows, first=1, count=30)
    copy_case(db.engine, rows, first=31, count=10)
    with db.read() as tx:
        assert [_count(tx, x) for x in (t.people, t.contacts, t.cases, t.outbox, t.audit)] == [
            41, 82, 41, 41, 82,
        ]
        copy = _CASE[:-8] + "00000040"
        row = tx.execute(select(t.cases).where(t.cases.c.id == copy)).one()
        assert (row.person_id, row.natural_key) == (_PERSON[:-8] + "00000040", "INV-00000040")
        assert (row.facts, row.owed_minor) == ({"invoice_number": "INV-1"}, 18420)
        jobs = select(t.outbox.c.ref).where(t.outbox.c.case_id == copy)
        assert tx.execute(jobs).scalars().all() == [copy]
