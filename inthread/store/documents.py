"""Documents: which there are, whose they are, whether they may be opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from inthread.domain.kept_document import DocumentState as State
from inthread.domain.kept_document import KeptDocument
from inthread.store import tables as t

d = t.documents.c


def add(tx: Connection, documents: Sequence[KeptDocument]) -> None:
    if documents:
        tx.execute(insert(t.documents), [asdict(document) for document in documents])


def get(tx: Connection, document_id: str) -> KeptDocument | None:
    row = tx.execute(select(t.documents).where(d.id == document_id)).one_or_none()
    return _one(row) if row else None


def some(tx: Connection, document_ids: Sequence[str]) -> list[KeptDocument]:
    rows = tx.execute(select(t.documents).where(d.id.in_(document_ids)).order_by(d.id))
    return [_one(row) for row in rows]


def of_case(tx: Connection, case_id: str) -> list[KeptDocument]:
    """The oldest first."""
    rows = tx.execute(
        select(t.documents).where(d.case_id == case_id).order_by(d.at, d.id)
    )
    return [_one(row) for row in rows]


# --- from what came to what is kept --------------------------------------------------------------


def take(
    tx: Connection, document_id: str, *, case_id: str, outcome_id: str, state: State, at: datetime
) -> bool:
    """The outcome names it from now on. False when it is not `coming` (any more)."""
    taken = tx.execute(
        update(t.documents).where(d.id == document_id, d.state == State.COMING)
        .values(case_id=case_id, outcome_id=outcome_id, state=state, at=at)
    )
    return taken.rowcount == 1


def leave(tx: Connection, document_ids: Sequence[str]) -> int:
    """No outcome will name these; how many there were that none names already."""
    left = tx.execute(
        update(t.documents).where(d.id.in_(document_ids), d.state == State.COMING)
        .values(state=State.LEFT, name="")
    )
    return left.rowcount


def checked(
    tx: Connection, document_id: str, state: State, found: str | None, at: datetime
) -> bool:
    """What the scanner said. False when the document is not `pending` (any more)."""
    turned = tx.execute(
        update(t.documents).where(d.id == document_id, d.state == State.PENDING)
        .values(state=state, found=found, checked_at=at)
    )
    return turned.rowcount == 1


# --- which bytes somebody needs ------------------------------------------------------------------


def _nobodys(before: datetime) -> ColumnElement[bool]:
    coming = and_(d.state == State.COMING, d.at >= before)
    return and_(d.case_id.is_(None), or_(d.state.is_(None), ~coming))


def named(tx: Connection, digest: str, before: datetime) -> bool:
    """Whether a document needs these bytes: one of a case in which no malware was found, or one
    that has been coming for no longer than since *before*."""
    mine = and_(d.case_id.is_not(None), d.state.is_distinct_from(State.FOUND))
    coming = and_(d.state == State.COMING, d.at >= before)
    return bool(tx.execute(
        select(exists().where(d.digest == digest, or_(mine, coming)))
    ).scalar_one())


def disown(tx: Connection, case_id: str) -> int:
    """They belong to no case any more; their rows stay until their bytes are gone."""
    gone = update(t.documents).where(d.case_id == case_id).values(case_id=None, name="")
    return tx.execute(gone).rowcount


def disown_one(tx: Connection, document_id: str) -> bool:
    gone = update(t.documents).where(d.id == document_id, d.case_id.is_not(None))
    return tx.execute(gone.values(case_id=None, name="")).rowcount == 1


def of_nobody(
    tx: Connection, before: datetime, most: int, only: Sequence[str] | None = None
) -> list[tuple[str, str]]:
    """(id, digest) of what belongs to no case (any more); *only* of these."""
    query = select(d.id, d.digest).where(_nobodys(before)).order_by(d.id).limit(most)
    rows = tx.execute(query if only is None else query.where(d.id.in_(only)))
    return [(row[0], row[1]) for row in rows]


def drop(tx: Connection, document_id: str, before: datetime) -> None:
    tx.execute(delete(t.documents).where(d.id == document_id, _nobodys(before)))


def digests(tx: Connection, after: str, most: int) -> list[str]:
    """Of all bytes there are by the rows, pieces of files on their way too, from behind *after*."""
    p = t.incoming_parts.c
    both = select(d.digest).where(d.digest > after).union(
        select(p.digest).where(p.digest > after)
    ).subquery()
    found = tx.execute(select(both.c.digest).order_by(both.c.digest).limit(most))
    return list(found.scalars())


def is_piece(tx: Connection, digest: str) -> bool:
    """Whether a file on its way has it."""
    p = t.incoming_parts.c
    return bool(tx.execute(select(exists().where(p.digest == digest))).scalar_one())


def _one(r: Row[Any]) -> KeptDocument:
    return KeptDocument(
        r.id, r.case_id, r.outcome_id, r.digest, r.name, r.media_type, r.size, r.pages, r.at,
        r.kind or "", State(r.state) if r.state else State.UNSCANNED, r.checked_at, r.found,
    )
