"""What hangs on one case, a page's worth of it: events, decisions, its link, its drafts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from inthread.domain.audit import Recorded
from inthread.domain.case import Case
from inthread.domain.link import Link, LinkState
from inthread.store import cases, links
from inthread.store import tables as t
from inthread.store.bulk import among
from inthread.store.whereabouts import Draft

a, c, d, k = t.audit.c, t.cases.c, t.decisions.c, t.links.c


class Kept(NamedTuple):
    """A decision as it was kept. `stage`: offered, executed or denied."""

    id: str
    case_id: str
    at: datetime
    stage: str
    chosen: str | None
    workflow: str
    version: int
    hash: str
    document: Mapping[str, Any]


def events(
    tx: Connection, subject: str, before: int | None, most: int
) -> list[Recorded]:
    """The newest first, from before event number *before*."""
    query = select(t.audit).where(a.subject == subject)
    if before is not None:
        query = query.where(a.n < before)
    return [
        Recorded(r.subject, r.n, r.at, r.actor, r.event, r.detail, r.prev, r.hash)
        for r in tx.execute(query.order_by(a.n.desc()).limit(most))
    ]


def decisions(tx: Connection, case_id: str, most: int) -> list[Kept]:
    """The newest first."""
    rows = tx.execute(
        select(t.decisions).where(d.case_id == case_id).order_by(d.id.desc()).limit(most)
    )
    return [_kept(r) for r in rows]


def decision(tx: Connection, decision_id: str) -> Kept | None:
    row = tx.execute(select(t.decisions).where(d.id == decision_id)).one_or_none()
    return _kept(row) if row else None


def _kept(r: Any) -> Kept:
    return Kept(
        r.id, r.case_id, r.at, r.stage, r.chosen, r.workflow, r.version, r.hash, r.document
    )


def newest_link(tx: Connection, case_id: str) -> Link | None:
    """One that was not revoked, replaced or spent; its time may be over."""
    row = tx.execute(
        select(t.links).where(k.case_id == case_id, k.state == LinkState.LIVE.value)
        .order_by(k.expires_at.desc()).limit(1)
    ).one_or_none()
    return links.link_of(row) if row else None


def drafts(tx: Connection, case_id: str) -> list[Draft]:
    """What the customer began and has not finished, the newest first."""
    x = t.drafts.c
    rows = tx.execute(
        select(x.action, x.saved_at).where(x.case_id == case_id)
        .order_by(x.saved_at.desc(), x.action)
    )
    return [Draft(*row) for row in rows]


def references(tx: Connection, case_ids: Collection[str]) -> dict[str, str]:
    """Case id -> how people call it."""
    if not case_ids:
        return {}
    rows = tx.execute(select(c.id, c.reference).where(among(tx, c.id, case_ids)))
    return {row.id: row.reference for row in rows}


def others(tx: Connection, person_id: str, but: str, most: int) -> list[Case]:
    """The person's cases, live or not, the newest first."""
    rows = tx.execute(
        select(c.id).where(c.person_id == person_id, c.id != but)
        .order_by(c.id.desc()).limit(most)
    )
    ids = list(rows.scalars())
    found = {case.id: case for case in cases.some(tx, ids)}
    return [found[i] for i in ids if i in found]
