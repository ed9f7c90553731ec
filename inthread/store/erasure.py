"""Take out of what is kept as evidence whatever names or describes the person (GDPR Art. 17)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, func, literal, or_, select, update

from inthread.domain.audit import sealed
from inthread.domain.person import ERASED
from inthread.store import tables as t
from inthread.store.bulk import among

c, k, n, r, s = t.cases.c, t.contacts.c, t.consents.c, t.replies.c, t.suppressions.c
_SEALED = "sha256:"
_MARKED = k.address.startswith(ERASED, autoescape=True)


def cases_of(tx: Connection, person_id: str) -> list[str]:
    """Ids of all their cases, in the order in which they are to be locked."""
    found = select(c.id).where(c.person_id == person_id).order_by(c.id)
    return list(tx.execute(found).scalars())


def unread(tx: Connection, person_id: str) -> bool:
    """Whether a reply of theirs waits for somebody to read it."""
    found = select(r.id).where(r.person_id == person_id, r.state == "waiting").limit(1)
    return tx.execute(found).one_or_none() is not None


def erase_addresses(tx: Connection, person_id: str, now: datetime) -> int:
    """Each becomes a mark that says nothing, and nothing is sent there. What else came from there
    and is nobody's loses its words; a stop that was taken back goes, if nobody else has the
    address. A stop that stands keeps it: else it could not be obeyed."""
    theirs = set(tx.execute(
        select(k.address).where(k.person_id == person_id, ~_MARKED)
    ).scalars())
    mine = theirs - _others(tx, person_id, theirs)
    tx.execute(delete(t.suppressions).where(among(tx, s.address, mine), s.lifted_at.is_not(None)))
    _silence(tx, and_(among(tx, r.address, mine), r.state != "waiting"))
    return tx.execute(
        update(t.contacts).where(k.person_id == person_id, ~_MARKED).values(
            address=literal(ERASED) + k.id, tail=None, stopped_at=func.coalesce(k.stopped_at, now),
            stopped_why=func.coalesce(k.stopped_why, "erased"),
        )
    ).rowcount


def erase_replies(tx: Connection, person_id: str, case_ids: Collection[str]) -> int:
    """What they wrote; that they did, when, and what it asked for stays."""
    return _silence(tx, or_(r.person_id == person_id, among(tx, r.case_id, case_ids)))


def erase_consents(tx: Connection, person_id: str) -> None:
    """Their own words, in lines of the ledger that a reply made, become their SHA-256."""
    here = select(k.id).where(k.person_id == person_id)
    rows = tx.execute(
        select(n.seq, n.wording).where(n.contact_id.in_(here), n.source != "trigger")
    ).all()
    for row in rows:
        if row.wording and not row.wording.startswith(_SEALED):
            mark = f"{_SEALED}{sealed(row.wording)}"
            tx.execute(update(t.consents).where(n.seq == row.seq).values(wording=mark))


def erase_payer(tx: Connection, person_id: str) -> None:
    """Whom payment providers know them as; what they keep is theirs to erase."""
    tx.execute(delete(t.payers).where(t.payers.c.person_id == person_id))


def erase_case(tx: Connection, case_id: str, sensitive: Collection[str]) -> None:
    """Leave what was agreed, what was sent when and by which rule, what was written back, and what
    the source called the case. *sensitive*: names of facts that go."""
    row = tx.execute(select(c.facts).where(c.id == case_id)).one()
    facts = {name: value for name, value in row.facts.items() if name not in sensitive}
    tx.execute(update(t.cases).where(c.id == case_id).values(
        facts=facts, ended_why=None, paused_why=None,
    ))
    for gone in (t.drafts, t.impact_changes):
        tx.execute(delete(gone).where(gone.c.case_id == case_id))
    w, x = t.writebacks.c, t.writeback_attempts.c
    tx.execute(update(t.writebacks).where(w.case_id == case_id).values(trouble=None))
    theirs = select(w.id).where(w.case_id == case_id)
    tx.execute(update(t.writeback_attempts).where(x.writeback_id.in_(theirs)).values(
        trouble=None, heard=None,
    ))
    m, y = t.messages.c, t.payments.c
    tx.execute(
        update(t.messages).where(m.case_id == case_id, m.state.in_(("failed", "unknown")))
        .values(reasons=[])
    )
    tx.execute(update(t.payments).where(y.case_id == case_id).values(checkout_url=None))
    _erase_packets(tx, case_id)


def _erase_packets(tx: Connection, case_id: str) -> None:
    i = t.work_items.c
    for row in tx.execute(select(i.id, i.packet).where(i.case_id == case_id)).all():
        sent = row.packet.get("writeback")
        packet = {
            **row.packet, "why": "", "words": "",
            "failed": [],
            "writeback": {**sent, "trouble": None, "last": None} if sent else None,
        }
        tx.execute(update(t.work_items).where(i.id == row.id).values(
            packet=packet, note=None, cause=i.reason,
        ))
        tx.execute(
            update(t.work_comments).where(t.work_comments.c.work_item_id == row.id).values(body="")
        )


def _others(tx: Connection, person_id: str, addresses: Collection[str]) -> set[str]:
    """Those of the addresses that somebody else has as well."""
    rows = tx.execute(
        select(k.address).where(k.person_id != person_id, among(tx, k.address, addresses))
    )
    return set(rows.scalars())


def _silence(tx: Connection, which: ColumnElement[bool]) -> int:
    return tx.execute(
        update(t.replies).where(which, ~r.address.startswith(ERASED, autoescape=True))
        .values(body="", choice="", address=literal(ERASED) + r.id)
    ).rowcount
