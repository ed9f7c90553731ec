"""Policy tests: by workflow, one of a name."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from inthread.domain.policy_test import PolicyTest
from inthread.domain.refusals import BadInput, NotFound, Problem
from inthread.store import tables as t

p = t.policy_tests.c
MOST = 500


def of(tx: Connection, key: str) -> list[PolicyTest]:
    """All of a workflow, by name."""
    rows = tx.execute(select(t.policy_tests).where(p.key == key).order_by(p.name).limit(MOST))
    return [PolicyTest(**row._mapping) for row in rows]


def get(tx: Connection, test_id: str) -> PolicyTest:
    """Raises NotFound."""
    row = tx.execute(select(t.policy_tests).where(p.id == test_id)).one_or_none()
    if row is None:
        raise NotFound("policy test")
    return PolicyTest(**row._mapping)


def put(tx: Connection, test: PolicyTest, *, new: bool) -> None:
    """Raises BadInput when another test of the workflow has this name, or when there are MOST."""
    row = {**vars(test), "inputs": dict(test.inputs), "expects": dict(test.expects)}
    if new and len(of(tx, test.key)) >= MOST:
        raise BadInput([Problem("", f"there are {MOST} tests already: remove some")])
    query = insert(t.policy_tests).values(row) if new else (
        update(t.policy_tests).where(p.id == test.id).values(row)
    )
    try:
        with tx.begin_nested():
            tx.execute(query)
    except IntegrityError:
        raise BadInput([Problem("/name", "is the name of another test")]) from None


def remove(tx: Connection, test_id: str) -> None:
    tx.execute(delete(t.policy_tests).where(p.id == test_id))
