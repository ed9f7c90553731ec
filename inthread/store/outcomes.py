"""Outcomes and what belongs to them: once-keys, drafts, decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, select

from inthread.domain.money import Money
from inthread.domain.outcome import Outcome
from inthread.domain.writeback import WritebackState
from inthread.store import tables as t
from inthread.store.audit import Tail, tail_of


@dataclass(frozen=True)
class Submission:
    """What a once-key led to: `kind` is outcome, payment or work."""

    body_digest: str
    kind: str
    ref: str


ADD = insert(t.outcomes)
BY_ID = select(t.outcomes).where(t.outcomes.c.id == bindparam("outcome"))


def add(tx: Connection, outcome: Outcome) -> None:
    amount = outcome.amount
    tx.execute(ADD, {
        "id": outcome.id, "case_id": outcome.case_id, "attempt": outcome.attempt,
        "action": outcome.action, "kind": outcome.kind, "values": dict(outcome.values),
        "amount_minor": amount.minor if amount else None,
        "currency": amount.currency if amount else None,
        "completes": outcome.completes, "at": outcome.at,
        "lines": [list(x) for x in outcome.lines],
        "evidence": dict(outcome.evidence) if outcome.evidence is not None else None,
    })


def get(tx: Connection, outcome_id: str) -> Outcome | None:
    row = tx.execute(BY_ID, {"outcome": outcome_id}).one_or_none()
    return _one(row) if row else None


@dataclass(frozen=True)
class Settling:
    """An outcome and what became of its writebacks. `tail`: the newest event of the case's chain,
    good for as long as the case is held."""

    outcome: Outcome
    states: tuple[WritebackState, ...]
    tail: Tail | None


SETTLING = (
    select(t.outcomes, t.writebacks.c.state.label("sent"), *tail_of(t.outcomes.c.case_id))
    .join(t.writebacks, t.writebacks.c.outcome_id == t.outcomes.c.id)
    .where(t.outcomes.c.id == bindparam("outcome"))
)


def settling(tx: Connection, outcome_id: str) -> Settling | None:
    """None when there is no such outcome, or nothing carries it."""
    rows = tx.execute(SETTLING, {"outcome": outcome_id}).all()
    if not rows:
        return None
    first = rows[0]
    return Settling(
        _one(first), tuple(WritebackState(r.sent) for r in rows),
        Tail(first.tail_n, first.tail_hash) if first.tail_n is not None else None,
    )


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


ADD_SUBMISSION = insert(t.submissions)
SUBMISSION = select(t.submissions).where(
    t.submissions.c.case_id == bindparam("case"), t.submissions.c.nonce == bindparam("once")
)


def submission(tx: Connection, case_id: str, nonce: str) -> Submission | None:
    row = tx.execute(SUBMISSION, {"case": case_id, "once": nonce}).one_or_none()
    return Submission(row.body_digest, row.result_kind, row.result_id) if row else None


def add_submission(
    tx: Connection, case_id: str, nonce: str, made: Submission, now: datetime
) -> None:
    tx.execute(ADD_SUBMISSION, {
        "case_id": case_id, "nonce": nonce, "body_digest": made.body_digest,
        "result_kind": made.kind, "result_id": made.ref, "at": now,
    })


_THE_DRAFT = and_(
    t.drafts.c.case_id == bindparam("case"), t.drafts.c.action == bindparam("of_action")
)
DRAFT = select(t.drafts.c["values"]).where(_THE_DRAFT)
ADD_DRAFT = insert(t.drafts)
DROP_DRAFT = delete(t.drafts).where(_THE_DRAFT)


def draft(tx: Connection, case_id: str, action: str) -> Mapping[str, object] | None:
    row = tx.execute(DRAFT, {"case": case_id, "of_action": action}).one_or_none()
    return row[0] if row else None


def save_draft(
    tx: Connection, case_id: str, action: str, values: Mapping[str, object], now: datetime
) -> None:
    drop_draft(tx, case_id, action)
    tx.execute(ADD_DRAFT, {
        "case_id": case_id, "action": action, "values": dict(values), "saved_at": now,
    })


def drop_draft(tx: Connection, case_id: str, action: str) -> None:
    tx.execute(DROP_DRAFT, {"case": case_id, "of_action": action})


ADD_DECISION = insert(t.decisions)


def add_decision(
    tx: Connection, *, id: str, case_id: str, at: datetime, stage: str, chosen: str | None,
    workflow: str, version: int, hash: str, document: Mapping[str, object],
) -> None:
    """Keep what policy said. *stage*: offered, executed or denied."""
    tx.execute(ADD_DECISION, {
        "id": id, "case_id": case_id, "at": at, "stage": stage, "chosen": chosen,
        "workflow": workflow, "version": version, "hash": hash, "document": dict(document),
    })


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
