"""Append to a subject's chain. The caller holds the subject's row, so n cannot be taken twice, and
where a chain ends is read once a transaction; the unique constraint on (subject, n) is the last
line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Label, Row, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from inthread.domain.actor import Actor
from inthread.domain.audit import GENESIS, AuditEvent, Recorded, link_hash
from inthread.store import tables as t

a = t.audit.c
Entry = tuple[AuditEvent, Mapping[str, object]]


def append(
    tx: Connection, now: datetime, actor: Actor, subject: str, event: AuditEvent, **detail: object
) -> None:
    """Record one event. *detail* is JSON without floats, and holds no secret and no card number."""
    append_all(tx, now, actor, subject, [(event, detail)])


def append_unheld(
    tx: Connection, now: datetime, actor: Actor, subject: str, event: AuditEvent, **detail: object
) -> None:
    """For a subject that nobody can hold. Of two at the same instant one is recorded."""
    with suppress(IntegrityError), tx.begin_nested():
        append(tx, now, actor, subject, event, **detail)


ADD = insert(t.audit).inline()


def append_all(
    tx: Connection, now: datetime, actor: Actor, subject: str,
    events: Iterable[Entry],
) -> None:
    """Record several in one statement, in this order."""
    end = tails(tx).get(subject) or _read_tail(tx, subject)
    rows = []
    for event, detail in events:
        row = row_for(subject, end.n + 1, now, actor, event, detail, end.hash)
        end = Tail(end.n + 1, str(row["hash"]))
        rows.append(row)
    if rows:
        tx.execute(ADD, rows)
        tails(tx)[subject] = end


@dataclass(frozen=True)
class Tail:
    """The newest event of a chain: its number and its hash."""

    n: int = 0
    hash: str = GENESIS


def tails(tx: Connection) -> dict[str, Tail]:
    """Where the chains end that this transaction holds, as far as it knows. Who appends by other
    means keeps it true."""
    known: dict[str, Tail] = tx.info.setdefault("audit tails", {})
    return known


LAST = (
    select(a.n, a.hash).where(a.subject == bindparam("subject")).order_by(a.n.desc()).limit(1)
)


def _read_tail(tx: Connection, subject: str) -> Tail:
    last = tx.execute(LAST, {"subject": subject}).one_or_none()
    return Tail(last.n, last.hash) if last else Tail()


def keep_tail(tx: Connection, subject: str, row: Row[tuple[Any, ...]]) -> None:
    """Where a chain ends, as a query with `tail_of` found it, so that it is not asked again."""
    tails(tx)[subject] = Tail(row.tail_n, row.tail_hash) if row.tail_n else Tail()


def tail_of(subject: ColumnElement[str]) -> tuple[Label[Any], Label[Any]]:
    """Columns `tail_n` and `tail_hash`, where a chain ends, for a larger query; NULL before its
    first event. Good only for who held the subject before that query began."""
    newest = select(a.n).where(a.subject == subject).order_by(a.n.desc()).limit(1)
    return (
        newest.scalar_subquery().label("tail_n"),
        newest.with_only_columns(a.hash).scalar_subquery().label("tail_hash"),
    )


def row_for(
    subject: str, n: int, now: datetime, actor: Actor, event: AuditEvent,
    detail: Mapping[str, object], prev: str,
) -> dict[str, object]:
    """The row of one event; for set-based inserts of first events (*n* 1, *prev* GENESIS)."""
    return {
        "subject": subject, "n": n, "at": now, "actor": str(actor), "event": event.value,
        "detail": dict(detail), "prev": prev,
        "hash": link_hash(subject, n, now, str(actor), event.value, detail, prev),
    }


def of_subject(tx: Connection, subject: str) -> list[Recorded]:
    rows = tx.execute(select(t.audit).where(a.subject == subject).order_by(a.n))
    return [_one(r) for r in rows]


def newest(tx: Connection, subject: str, most: int) -> list[Recorded]:
    """The newest first."""
    rows = tx.execute(
        select(t.audit).where(a.subject == subject).order_by(a.n.desc()).limit(most)
    )
    return [_one(r) for r in rows]


def subjects(tx: Connection, after: str, most: int) -> list[str]:
    """Subjects in order, a page at a time, for the verifier."""
    rows = tx.execute(
        select(a.subject).distinct().where(a.subject > after).order_by(a.subject).limit(most)
    )
    return [r.subject for r in rows]


def _one(r: object) -> Recorded:
    return Recorded(
        r.subject, r.n, r.at, r.actor, r.event, r.detail, r.prev, r.hash,  # type: ignore[attr-defined]
    )
