"""The audit trail for pages and exports: the newest first, going back a bounded way at a time.

Events are numbered as they are written. Where a moment lies among them is found by halving, so
that time needs no index of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, func, select, text

from inthread.domain.audit import Recorded
from inthread.store import tables as t
from inthread.store.reach import Found, cut, furthest

a = t.audit.c
WINDOW = 10_000
_CHUNK = 1_000
_BY_PEOPLE = text(t.BY_PEOPLE)


@dataclass(frozen=True)
class Wanted:
    """Empty: all. `actor` is whole (`staff:stf_...`) or a kind (`staff`). `since` and `until`:
    from the one on, and before the other."""

    subject: str = ""
    actor: str = ""
    event: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Numbered:
    """`seq`: its place among all events, where a page goes on."""

    seq: int
    event: Recorded


def page(tx: Connection, wanted: Wanted, after: int | None, most: int) -> Found[Numbered, int]:
    low, high = _span(tx, wanted, after)
    if wanted.subject or _of_people(wanted):
        rows = _rows(tx, _narrow(wanted, low, high).limit(most + 1))
        return cut(rows, most, None, lambda row: row.seq)
    reach = select(a.seq).where(a.seq < high, a.seq >= low)
    picky = bool(wanted.event or wanted.actor)
    last = furthest(tx, reach, a.seq, WINDOW) if picky else None
    rows = _rows(tx, _narrow(wanted, low if last is None else last, high).limit(most + 1))
    return cut(rows, most, last, lambda row: row.seq)


def through(tx: Connection, wanted: Wanted, most: int) -> Iterator[Recorded]:
    """All that is wanted, at most so many, the newest first, read in pieces."""
    low, high = _span(tx, wanted, None)
    while most > 0:
        rows = _rows(tx, _narrow(wanted, low, high).limit(min(_CHUNK, most)))
        yield from (row.event for row in rows)
        if len(rows) < _CHUNK:
            return
        high, most = rows[-1].seq, most - len(rows)


def _narrow(wanted: Wanted, low: int, high: int) -> Select[tuple[object, ...]]:
    query = select(t.audit).where(a.seq < high, a.seq >= low).order_by(a.seq.desc())
    if wanted.subject:
        query = query.where(a.subject == wanted.subject)
    if wanted.event:
        query = query.where(a.event == wanted.event)
    if _of_people(wanted):
        query = query.where(_BY_PEOPLE)
    if ":" in wanted.actor:
        query = query.where(a.actor == wanted.actor)
    elif wanted.actor:
        query = query.where(a.actor >= f"{wanted.actor}:", a.actor < f"{wanted.actor};")
    return query


def _of_people(wanted: Wanted) -> bool:
    """Whether the index of what people did holds all of it."""
    return wanted.actor.partition(":")[0] in ("staff", "operator")


def _span(tx: Connection, wanted: Wanted, after: int | None) -> tuple[int, int]:
    """From which number on, and before which."""
    end = tx.execute(select(func.max(a.seq))).scalar_one() or 0
    low = _first_at(tx, wanted.since, end) if wanted.since else 0
    high = _first_at(tx, wanted.until, end) if wanted.until else end + 1
    return low, min(high, after) if after is not None else high


def _first_at(tx: Connection, moment: datetime, end: int) -> int:
    """The number of the first event at this moment or later; one past the last when none is."""
    low, high = 1, end + 1
    while low < high:
        middle = (low + high) // 2
        row = tx.execute(
            select(a.seq, a.at).where(a.seq >= middle).order_by(a.seq).limit(1)
        ).one_or_none()
        if row is None or row.at >= moment:
            high = middle
        else:
            low = row.seq + 1
    return low


def _rows(tx: Connection, query: Select[tuple[object, ...]]) -> list[Numbered]:
    return [
        Numbered(r.seq, Recorded(r.subject, r.n, r.at, r.actor, r.event, r.detail, r.prev, r.hash))
        for r in tx.execute(query)
    ]
