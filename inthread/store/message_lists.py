"""Messages for pages: the newest first, going back a bounded way at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from inthread.domain.person import masked
from inthread.store import tables as t

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


@dataclass(frozen=True)
class Found:
    """`after`: where the next page begins; None when all was seen. `short`: the look ended before
    the page was full, and there may be more further back."""

    lines: Sequence[Line]
    after: str | None
    short: bool


def page(
    tx: Connection, *, state: str, channel: str, purpose: str, after: str, most: int
) -> Found:
    """An empty filter takes all."""
    window = select(m.id).order_by(m.id.desc()).limit(WINDOW)
    if after:
        window = window.where(m.id < after)
    seen = window.cte("seen")
    query = (
        select(t.messages, t.cases.c.reference.label("case_reference"), t.contacts.c.address)
        .join(seen, seen.c.id == m.id).join(t.cases, t.cases.c.id == m.case_id)
        .outerjoin(t.contacts, t.contacts.c.id == m.contact_id)
        .order_by(m.id.desc()).limit(most + 1)
    )
    if state:
        query = query.where(m.state == state)
    if channel:
        query = query.where(m.channel == channel)
    if purpose:
        query = query.where(m.purpose == purpose)
    lines = [
        Line(r.id, r.case_id, r.case_reference, r.channel, r.purpose, r.template, r.state,
             tuple(r.reasons), masked(r.address or ""), r.provider, r.created_at, r.sent_at)
        for r in tx.execute(query)
    ]
    if len(lines) > most:
        return Found(lines[:most], lines[most - 1].id, False)
    looked = tx.execute(select(func.count(), func.min(seen.c.id)).select_from(seen)).one()
    more = looked[0] == WINDOW
    return Found(lines, looked[1] if more else None, more)


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
