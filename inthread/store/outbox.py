"""What must leave this process, and who holds it just now.

First to record wins: correctness rests on `done`, on the writeback's states and on read-back, not
on leases and clocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    Connection,
    Integer,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from inthread.domain.message import Way
from inthread.store import tables as t

o = t.outbox.c
_WAITING = text("outbox.done_at IS NULL")  # literal, so that every plan can use the partial index


@dataclass(frozen=True)
class Job:
    """`case_id` is empty for what is about no case. `way`: where the message would go that it comes
    to, if that was looked up when it was claimed."""

    id: str
    kind: str
    ref: str
    case_id: str
    lease: str
    way: Way | None = None


PUT = insert(t.outbox)


def put(
    tx: Connection, id: str, kind: str, ref: str, due_at: datetime, case_id: str | None
) -> None:
    """Something to do at *due_at*, written in the transaction of its cause. *case_id*: None for
    what is about no case."""
    tx.execute(PUT, {"id": id, "kind": kind, "ref": ref, "due_at": due_at, "case_id": case_id})
    tx.info["wake"] = True


_FREE = (
    select(o.id)
    .where(_WAITING, o.due_at <= bindparam("now"), o.kind.in_(bindparam("kinds", expanding=True)),
           or_(o.leased_until.is_(None), o.leased_until < bindparam("now")))
    .order_by(o.due_at, o.id).limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("free")  # `IN (SELECT ...)` may be run again for each row, and then takes more
)
CLAIM = (
    update(t.outbox).where(o.id == _FREE.c.id)
    .values(lease=bindparam("by"), leased_until=bindparam("until"))
    .returning(o.id, o.kind, o.ref, o.case_id)
)


def claim(
    tx: Connection, lease: str, now: datetime, most: int, hold: timedelta, kinds: Sequence[str]
) -> list[Job]:
    """Take up to *most* due jobs for *hold*. No job goes to two claimers."""
    rows = tx.execute(CLAIM, {
        "now": now, "kinds": list(kinds), "most": most, "by": lease, "until": now + hold,
    })
    return [Job(r.id, r.kind, r.ref, r.case_id or "", lease) for r in rows]


STANDS = and_(
    o.id == bindparam("job"), o.lease == bindparam("by"), _WAITING,
    o.leased_until > bindparam("now"),
)
HELD = select(o.id).where(STANDS)


def held(tx: Connection, job: Job, now: datetime) -> bool:
    """Whether this lease still stands."""
    row = tx.execute(HELD, {"job": job.id, "by": job.lease, "now": now}).one_or_none()
    return row is not None


TURN = update(t.outbox).where(o.id == bindparam("job"), _WAITING)


def done(tx: Connection, job: Job, now: datetime) -> bool:
    """False when another worker has recorded this job: the first to record wins."""
    return tx.execute(TURN, {"job": job.id, "done_at": now}).rowcount == 1


MOVE = TURN.where(o.due_at <= bindparam("now"))


def move(tx: Connection, job: Job, now: datetime, due_at: datetime) -> bool:
    """The step is done and the next one is due at *due_at*: one row a case, however many steps.
    False when another has recorded this one: the first to record wins."""
    to = {"job": job.id, "now": now, "due_at": due_at, "lease": None, "leased_until": None}
    return tx.execute(MOVE, to).rowcount == 1


def postpone(tx: Connection, job: Job, due_at: datetime) -> bool:
    """Give the job back, to be taken again at *due_at*."""
    back = {"job": job.id, "due_at": due_at, "lease": None, "leased_until": None}
    return tx.execute(TURN, back).rowcount == 1


POSTPONE_HELD = update(t.outbox).where(STANDS)


def postpone_held(tx: Connection, job: Job, due_at: datetime, now: datetime) -> bool:
    """The same, only while this lease stands: for what was not even looked at."""
    back = {"due_at": due_at, "lease": None, "leased_until": None}
    held = {"job": job.id, "by": job.lease, "now": now}
    return tx.execute(POSTPONE_HELD, {**held, **back}).rowcount == 1


def hasten(tx: Connection, case_id: str, ref: str, now: datetime) -> bool:
    """What waits for *ref* is due now. False when nothing waits. A worker that holds it goes on."""
    waits = update(t.outbox).where(o.case_id == case_id, o.ref == ref, _WAITING)
    tx.info["wake"] = True
    return tx.execute(waits.values(due_at=now)).rowcount > 0


def due_of(tx: Connection, case_id: str, ref: str) -> datetime | None:
    """When what waits for *ref* is due."""
    at: datetime | None = tx.execute(
        select(func.min(o.due_at)).where(o.case_id == case_id, o.ref == ref, _WAITING)
    ).scalar_one()
    return at


def hasten_connector(tx: Connection, connector: str, now: datetime) -> int:
    """Every writeback that waits for this system of record is due now."""
    w = t.writebacks.c
    unproved = select(w.id).where(w.state != "proved", w.connector == connector)
    tx.info["wake"] = True
    return tx.execute(
        update(t.outbox)
        .where(o.kind == "writeback", _WAITING, o.due_at > now, o.ref.in_(unproved))
        .values(due_at=now)
    ).rowcount


DROP = (
    update(t.outbox)
    .where(o.case_id == bindparam("case"), o.kind.in_(bindparam("kinds", expanding=True)), _WAITING)
    .values(done_at=bindparam("now"))
)


def drop(tx: Connection, case_id: str, kinds: Sequence[str], now: datetime) -> int:
    """Take back what waits for a case; how many there were."""
    return tx.execute(DROP, {"case": case_id, "kinds": list(kinds), "now": now}).rowcount


DELAY = (
    update(t.outbox)
    .where(o.case_id == bindparam("case"), o.kind == bindparam("of_kind"), _WAITING)
    .values(due_at=bindparam("until"), lease=None, leased_until=None)
)


def delay(tx: Connection, case_id: str, kind: str, until: datetime) -> int:
    """What waits for a case, of this kind, is due then; how many there were. Who holds it just now
    finds so when it comes to record."""
    return tx.execute(DELAY, {"case": case_id, "of_kind": kind, "until": until}).rowcount


def waiting(tx: Connection, case_id: str) -> list[tuple[str, str, datetime]]:
    """(kind, ref, due) of what waits for a case."""
    rows = tx.execute(
        select(o.kind, o.ref, o.due_at).where(o.case_id == case_id, _WAITING).order_by(o.due_at)
    )
    return [(r.kind, r.ref, r.due_at) for r in rows]


def lag(tx: Connection, now: datetime, most: int = 10_000) -> tuple[int, datetime | None]:
    """How many jobs are due now (counted up to *most*), and since when the oldest is."""
    ready = select(o.due_at).where(_WAITING, o.due_at <= now)
    due = ready.order_by(o.due_at).limit(most).subquery()
    row = tx.execute(select(func.count(), func.min(due.c.due_at)).select_from(due)).one()
    return row[0], row[1]
