"""Outcomes and what belongs to them: once-keys, drafts, documents, decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, insert, select

from inthread.domain.money import Money
from inthread.domain.outcome import Outcome
from inthread.store import tables as t


@dataclass(frozen=True)
class Submission:
    """What a once-key led to: `kind` is outcome, payment or work."""

    body_digest: str
    kind: str
    ref: str


def add(tx: Connection, outcome: Outcome) -> None:
    tx.execute(insert(t.outcomes).values(
        id=outcome.id, case_id=outcome.case_id, attempt=outcome.attempt, action=outcome.action,
        kind=outcome.kind, values=dict(outcome.values),
        amount_minor=outcome.amount.minor if outcome.amount else None,
        currency=outcome.amount.currency if outcome.amount else None,
        completes=outcome.completes, at=outcome.at, lines=[list(x) for x in outcome.lines],
        evidence=dict(outcome.evidence) if outcome.evidence is not None else None,
    ))


def get(tx: Connection, outcome_id: str) -> Outcome | None:
    row = tx.execute(select(t.outcomes).where(t.outcomes.c.id == outcome_id)).one_or_none()
    return _one(row) if row else None


def of_attempt(tx: Connection, case_id: str, attempt: int) -> Outcome | None:
    o = t.outcomes.c
    row = tx.execute(
        select(t.outcomes).where(o.case_id == case_id, o.attempt == attempt)
    ).one_or_none()
    return _one(row) if row else None


def of_case(tx: Connection, case_id: str) -> list[Outcome]:
    rows = tx.execute(
        select(t.outcomes).where(t.outcomes.c.case_id == case_id).order_by(t.outcomes.c.attempt)
    )
    return [_one(r) for r in rows]


def of_payment(tx: Connection, case_id: str, payment_id: str) -> str | None:
    """The id of the outcome that this payment came to."""
    found = (o for o in of_case(tx, case_id) if o.values.get("payment") == payment_id)
    return next((o.id for o in found), None)


def submission(tx: Connection, case_id: str, nonce: str) -> Submission | None:
    s = t.submissions.c
    row = tx.execute(
        select(t.submissions).where(s.case_id == case_id, s.nonce == nonce)
    ).one_or_none()
    return Submission(row.body_digest, row.result_kind, row.result_id) if row else None


def add_submission(
    tx: Connection, case_id: str, nonce: str, made: Submission, now: datetime
) -> None:
    tx.execute(insert(t.submissions).values(
        case_id=case_id, nonce=nonce, body_digest=made.body_digest, result_kind=made.kind,
        result_id=made.ref, at=now,
    ))


def draft(tx: Connection, case_id: str, action: str) -> Mapping[str, object] | None:
    d = t.drafts.c
    row = tx.execute(
        select(d["values"]).where(d.case_id == case_id, d.action == action)
    ).one_or_none()
    return row[0] if row else None


def save_draft(
    tx: Connection, case_id: str, action: str, values: Mapping[str, object], now: datetime
) -> None:
    drop_draft(tx, case_id, action)
    tx.execute(
        insert(t.drafts).values(case_id=case_id, action=action, values=dict(values), saved_at=now)
    )


def drop_draft(tx: Connection, case_id: str, action: str) -> None:
    d = t.drafts.c
    tx.execute(delete(t.drafts).where(d.case_id == case_id, d.action == action))


def add_documents(tx: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Each row: id, case_id, outcome_id, digest, name, media_type, size, pages, at."""
    if rows:
        tx.execute(insert(t.documents), [dict(r) for r in rows])


def add_decision(
    tx: Connection, *, id: str, case_id: str, at: datetime, stage: str, chosen: str | None,
    workflow: str, version: int, hash: str, document: Mapping[str, object],
) -> None:
    """Keep what policy said. *stage*: offered, executed or denied."""
    tx.execute(insert(t.decisions).values(
        id=id, case_id=case_id, at=at, stage=stage, chosen=chosen, workflow=workflow,
        version=version, hash=hash, document=dict(document),
    ))


def newest_decision(tx: Connection, case_id: str) -> Mapping[str, object] | None:
    d = t.decisions.c
    row = tx.execute(
        select(d.document).where(d.case_id == case_id).order_by(d.at.desc(), d.id.desc()).limit(1)
    ).one_or_none()
    return row[0] if row else None


def _one(r: Row[tuple[object, ...]]) -> Outcome:
    amount = Money(r.amount_minor, r.currency) if r.currency is not None else None
    return Outcome(
        r.id, r.case_id, r.attempt, r.action, r.kind, r._mapping["values"], amount, r.completes,
        r.at, tuple((x[0], x[1]) for x in r.lines), r.evidence,
    )
