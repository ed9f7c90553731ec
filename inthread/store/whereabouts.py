"""How a person stands: what each contact point may be used for, and where they were last."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select, text

from inthread.domain.link import Visit
from inthread.domain.person import Contact
from inthread.store import links
from inthread.store import tables as t
from inthread.store.bulk import among

n, s, v, d = t.consents.c, t.suppressions.c, t.visits.c, t.drafts.c
_CASES = t.cases.c
_STANDING = text("lifted_at IS NULL")  # literal, so that every plan can use the partial index


class Stands(NamedTuple):
    """The newest line of the ledger about a contact point and a purpose."""

    purpose: str
    given: bool
    source: str
    version: str
    at: datetime


class Draft(NamedTuple):
    action: str
    saved_at: datetime


def consent_of(tx: Connection, contact_ids: Collection[str]) -> dict[str, list[Stands]]:
    """Of each contact point, by purpose."""
    newest = (
        select(func.max(n.seq)).where(among(tx, n.contact_id, contact_ids))
        .group_by(n.contact_id, n.purpose)
    )
    found: dict[str, list[Stands]] = {}
    for x in tx.execute(select(t.consents).where(n.seq.in_(newest)).order_by(n.purpose)):
        found.setdefault(x.contact_id, []).append(
            Stands(x.purpose, x.given, x.source, x.version, x.at)
        )
    return found


def off_since(tx: Connection, contacts: Collection[Contact]) -> Mapping[str, datetime]:
    """Contact points at an address that is off, whoever stopped it, by id."""
    rows = tx.execute(
        select(s.kind, s.address, s.at)
        .where(among(tx, s.address, {c.address for c in contacts}), _STANDING)
    )
    off = {(x.kind, x.address): x.at for x in rows}
    return {c.id: off[c.kind, c.address] for c in contacts if (c.kind, c.address) in off}


def newest_visit(tx: Connection, person_id: str) -> tuple[Visit, str] | None:
    """The visit that was seen last, and the reference of its case."""
    row = tx.execute(
        select(t.visits, _CASES.reference.label("reference"))
        .join(t.cases, _CASES.id == v.case_id)
        .where(_CASES.person_id == person_id)
        .order_by(v.seen_at.desc(), v.id.desc()).limit(1)
    ).one_or_none()
    return (links.visit_of(row), row.reference) if row else None


def newest_draft(tx: Connection, case_id: str) -> Draft | None:
    row = tx.execute(
        select(d.action, d.saved_at).where(d.case_id == case_id)
        .order_by(d.saved_at.desc(), d.action).limit(1)
    ).one_or_none()
    return Draft(*row) if row else None
