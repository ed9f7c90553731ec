"""The consent ledger: rows are added and never changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Row, insert, select

from inthread.domain.consent import Consent
from inthread.store import tables as t
from inthread.store.bulk import among

n = t.consents.c
ADD = insert(t.consents)


def add_all(tx: Connection, lines: Sequence[Consent]) -> None:
    """Write them down, in this order."""
    if lines:
        tx.execute(ADD, [
            {"person_id": x.person_id, "contact_id": x.contact_id, "purpose": x.purpose,
             "given": x.given, "source": x.source, "wording": x.wording, "version": x.version,
             "at": x.at, "evidence": x.evidence} for x in lines
        ])


def of_person(tx: Connection, person_id: str) -> list[Consent]:
    """Every line about a person, oldest first."""
    theirs = select(t.contacts.c.id).where(t.contacts.c.person_id == person_id)
    rows = tx.execute(select(t.consents).where(n.contact_id.in_(theirs)).order_by(n.seq))
    return [_one(r) for r in rows]


def of_people(tx: Connection, person_ids: Collection[str]) -> dict[str, list[Consent]]:
    """Every line about the contact points of each, oldest first."""
    found: dict[str, list[Consent]] = {}
    if not person_ids:
        return found
    k = t.contacts.c
    rows = tx.execute(
        select(t.consents, k.person_id.label("whose")).join(t.contacts, k.id == n.contact_id)
        .where(among(tx, k.person_id, person_ids)).order_by(n.seq)
    )
    for r in rows:
        found.setdefault(r.whose, []).append(_one(r))
    return found


def newest_of_person(tx: Connection, person_id: str, most: int) -> list[Consent]:
    """The last lines about a person, the newest first."""
    theirs = select(t.contacts.c.id).where(t.contacts.c.person_id == person_id)
    rows = tx.execute(
        select(t.consents).where(n.contact_id.in_(theirs)).order_by(n.seq.desc()).limit(most)
    )
    return [_one(r) for r in rows]


def of_contact(tx: Connection, contact_id: str) -> list[Consent]:
    """Every line about a contact point, oldest first."""
    rows = tx.execute(select(t.consents).where(n.contact_id == contact_id).order_by(n.seq))
    return [_one(r) for r in rows]


def _one(r: Row[tuple[object, ...]]) -> Consent:
    return Consent(
        r.person_id, r.contact_id, r.purpose, r.given, r.source, r.wording, r.version, r.at,
        r.evidence,
    )
