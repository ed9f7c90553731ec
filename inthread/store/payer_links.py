"""Links with which somebody else may pay. Opens are counted by one conditional update each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from inthread.domain.money import Money
from inthread.domain.payer_link import PayerLink, PayerLinkState
from inthread.store import tables as t

k = t.payer_links.c


def add(tx: Connection, link: PayerLink, digest: str) -> None:
    tx.execute(insert(t.payer_links).values(
        id=link.id, digest=digest, case_id=link.case_id, key_id=link.key_id, action=link.action,
        amount_minor=link.amount.minor, currency=link.amount.currency, choice=dict(link.choice),
        state=link.state.value, opens=link.opens, most_opens=link.most_opens,
        created_at=link.created_at, expires_at=link.expires_at, payment_id=link.payment_id,
    ))


def by_digest(tx: Connection, digest: str) -> PayerLink | None:
    row = tx.execute(select(t.payer_links).where(k.digest == digest)).one_or_none()
    return _one(row) if row else None


def find(tx: Connection, payer_link_id: str) -> PayerLink | None:
    row = tx.execute(select(t.payer_links).where(k.id == payer_link_id)).one_or_none()
    return _one(row) if row else None


def live_of(tx: Connection, case_id: str, now: datetime) -> list[PayerLink]:
    """Those of a case that are neither off nor expired, oldest first."""
    rows = tx.execute(
        select(t.payer_links)
        .where(k.case_id == case_id, k.state == PayerLinkState.LIVE.value, k.expires_at > now)
        .order_by(k.created_at, k.id)
    )
    return [_one(row) for row in rows]


def count_open(tx: Connection, payer_link_id: str, now: datetime) -> bool:
    """One more open. False, and nothing counted, when it is off, expired or used up."""
    counted = tx.execute(
        update(t.payer_links)
        .where(k.id == payer_link_id, k.state == PayerLinkState.LIVE.value, k.expires_at > now,
               k.opens < k.most_opens)
        .values(opens=k.opens + 1)
    )
    return counted.rowcount == 1


def give_payment(tx: Connection, payer_link_id: str, payment_id: str) -> None:
    tx.execute(
        update(t.payer_links).where(k.id == payer_link_id).values(payment_id=payment_id)
    )


def switch_off(tx: Connection, payer_link_id: str) -> bool:
    """False when it was off before."""
    turned = tx.execute(
        update(t.payer_links)
        .where(k.id == payer_link_id, k.state == PayerLinkState.LIVE.value)
        .values(state=PayerLinkState.OFF.value)
    )
    return turned.rowcount == 1


def _one(r: Row[tuple[object, ...]]) -> PayerLink:
    return PayerLink(
        id=r.id, case_id=r.case_id, key_id=r.key_id, action=r.action,
        amount=Money(r.amount_minor, r.currency), choice=r.choice, state=PayerLinkState(r.state),
        opens=r.opens, most_opens=r.most_opens, created_at=r.created_at, expires_at=r.expires_at,
        payment_id=r.payment_id,
    )
