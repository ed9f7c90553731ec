"""Writebacks and each try and look at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from inthread.domain.breaker import ConnectorState
from inthread.domain.writeback import Writeback, WritebackState
from inthread.store import connectors, outbox
from inthread.store import tables as t

w = t.writebacks.c


@dataclass(frozen=True)
class Attempt:
    """`did`: sent or looked. `took_ms`: milliseconds the other side took. `heard`: what they said,
    without what is sensitive."""

    at: datetime
    did: str
    state: str
    trouble: str | None
    took_ms: int
    heard: str | None = None


ADD = insert(t.writebacks)


def add_all(tx: Connection, writebacks: Sequence[Writeback], prove_by: datetime) -> None:
    tx.execute(ADD, [
        {"id": x.id, "case_id": x.case_id, "outcome_id": x.outcome_id, "connector": x.connector,
         "operation": x.operation, "fields": dict(x.fields), "must_equal": list(x.must_equal),
         "prove_by": prove_by, **_moving(x)}
        for x in writebacks
    ])


s = t.connector_states.c
HELD = (
    select(
        t.writebacks, s.paused_at, s.paused_by, s.paused_why, s.failures, s.silent_since, s.tried_at
    )
    .join(t.outbox, t.outbox.c.ref == w.id)
    .outerjoin(t.connector_states, s.connector == w.connector)
    .where(outbox.STANDS)
)
BY_ID = select(t.writebacks).where(w.id == bindparam("writeback"))
OF_OUTCOME = select(t.writebacks).where(w.outcome_id == bindparam("outcome")).order_by(w.id)


@dataclass(frozen=True)
class Held:
    """What a job carries, and the system of record that it goes to as we know it."""

    writeback: Writeback
    connector: ConnectorState


def held(tx: Connection, job: outbox.Job, now: datetime) -> Held | None:
    """What this job carries; None when its lease no longer stands."""
    row = tx.execute(HELD, {"job": job.id, "by": job.lease, "now": now}).one_or_none()
    if row is None:
        return None
    state = connectors.one(row) if row.failures is not None else ConnectorState(row.connector)
    return Held(_one(row), state)


def get(tx: Connection, writeback_id: str) -> Writeback:
    return _one(tx.execute(BY_ID, {"writeback": writeback_id}).one())


def find(tx: Connection, writeback_id: str) -> Writeback | None:
    row = tx.execute(BY_ID, {"writeback": writeback_id}).one_or_none()
    return _one(row) if row else None


def of_outcome(tx: Connection, outcome_id: str) -> list[Writeback]:
    return [_one(r) for r in tx.execute(OF_OUTCOME, {"outcome": outcome_id})]


def of_case(tx: Connection, case_id: str) -> list[Writeback]:
    rows = tx.execute(select(t.writebacks).where(w.case_id == case_id).order_by(w.id))
    return [_one(r) for r in rows]


SAVE = update(t.writebacks).where(w.id == bindparam("writeback"))
ADD_ATTEMPT = insert(t.writeback_attempts).inline()


def save(tx: Connection, x: Writeback) -> None:
    tx.execute(SAVE, {"writeback": x.id, **_moving(x)})


def add_attempt(tx: Connection, writeback_id: str, attempt: Attempt) -> None:
    tx.execute(ADD_ATTEMPT, {
        "writeback_id": writeback_id, "at": attempt.at, "did": attempt.did,
        "state": attempt.state, "trouble": attempt.trouble, "took_ms": attempt.took_ms,
        "heard": attempt.heard,
    })


def attempts(tx: Connection, writeback_id: str) -> list[Attempt]:
    a = t.writeback_attempts.c
    rows = tx.execute(
        select(t.writeback_attempts).where(a.writeback_id == writeback_id).order_by(a.seq)
    )
    return [Attempt(r.at, r.did, r.state, r.trouble, r.took_ms, r.heard) for r in rows]


def proved_at(tx: Connection, writeback_id: str) -> datetime:
    """When it was seen in the system of record."""
    a = t.writeback_attempts.c
    at: datetime = tx.execute(
        select(a.at).where(a.writeback_id == writeback_id, a.state == "proved")
        .order_by(a.seq.desc()).limit(1)
    ).scalar_one()
    return at


def _moving(x: Writeback) -> dict[str, object]:
    return {
        "state": x.state.value, "attempts": x.attempts, "looks": x.looks,
        "reference": x.reference, "first_called_at": x.first_called_at, "called_at": x.called_at,
        "observed": dict(x.observed) if x.observed is not None else None,
        "trouble": x.trouble[:300] if x.trouble else None,
    }


def _one(r: Row[tuple[object, ...]]) -> Writeback:
    return Writeback(
        id=r.id, case_id=r.case_id, outcome_id=r.outcome_id, connector=r.connector,
        operation=r.operation, fields=r.fields, must_equal=tuple(r.must_equal),
        state=WritebackState(r.state), attempts=r.attempts, looks=r.looks, reference=r.reference,
        first_called_at=r.first_called_at, called_at=r.called_at, observed=r.observed,
        trouble=r.trouble,
    )
