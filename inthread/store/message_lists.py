"""Messages for pages: the newest first, going back a bounded way at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, select

from inthread.domain.person import masked
from inthread.store import tables as t
from inthread.store.reach import Found, cut, furthest

m, d = t.messages.c, t.deliveries.c
WINDOW = 5_000


@dataclass(frozen=True)
class Line:
    """One message in a list. `to` is masked."""

    id: str
    case_id: str
    reference: str
    channel: str
    purpose: str
    template: str
    state: str
    reasons: tuple[str, ...]
    to: str
    provider: str | None
    created_at: datetime
    sent_at: datetime | None


def page(
    tx: Connection, *, state: str, channel: str, purpose: str, after: str, most: int
) -> Found[Line, str]:
    """An empty filter takes all."""
    reach = select(m.id).where(*([m.id < after] if after else []))
    filters = [
        column == value for column, value in
        ((m.state, state), (m.channel, channel), (m.purpose, purpose)) if value
    ]
    last = furthest(tx, reach, m.id, WINDOW) if filters else None
    wanted = reach.where(*filters, *([m.id >= last] if last is not None else []))
    lines = _lines(tx, wanted.order_by(m.id.desc()).limit(most + 1))
    return cut(lines, most, last, lambda line: line.id)


def _lines(tx: Connection, wanted: Select[tuple[str]]) -> list[Line]:
    found = wanted.subquery()
    rows = tx.execute(
        select(t.messages, t.cases.c.reference.label("case_reference"), t.contacts.c.address)
        .join(found, found.c.id == m.id).join(t.cases, t.cases.c.id == m.case_id)
        .outerjoin(t.contacts, t.contacts.c.id == m.contact_id).order_by(m.id.desc())
    )
    return [
        Line(r.id, r.case_id, r.case_reference, r.channel, r.purpose, r.template, r.state,
             tuple(r.reasons), masked(r.address or ""), r.provider, r.created_at, r.sent_at)
        for r in rows
    ]


@dataclass(frozen=True)
class Said:
    """What a provider said became of a message."""

    at: datetime
    provider: str
    status: str
    code: str


def deliveries_of(tx: Connection, message_id: str) -> list[Said]:
    rows = tx.execute(
        select(t.deliveries).where(d.message_id == message_id).order_by(d.received_at, d.event_id)
    )
    return [Said(r.received_at, r.provider, r.status, r.code) for r in rows]
