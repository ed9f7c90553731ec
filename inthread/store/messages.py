"""Messages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, or_, select, update

from inthread.domain.message import Message, MessageState, Purpose
from inthread.store import tables as t

m = t.messages.c


ADD = insert(t.messages)
BY_ID = select(t.messages).where(m.id == bindparam("message"))
SAVE = update(t.messages).where(m.id == bindparam("message"))


def add(tx: Connection, x: Message) -> None:
    tx.execute(ADD, {
        "id": x.id, "case_id": x.case_id, "person_id": x.person_id, "contact_id": x.contact_id,
        "channel": x.channel, "purpose": x.purpose.value, "template": x.template,
        "locale": x.locale, "values": dict(x.values), "link_id": x.link_id,
        "challenge_id": x.challenge_id, "created_at": x.created_at, **_moving(x),
    })


def get(tx: Connection, message_id: str) -> Message:
    return _one(tx.execute(BY_ID, {"message": message_id}).one())


def save(tx: Connection, x: Message) -> None:
    tx.execute(SAVE, {"message": x.id, **_moving(x)})


def of_case(tx: Connection, case_id: str) -> list[Message]:
    rows = tx.execute(select(t.messages).where(m.case_id == case_id).order_by(m.created_at, m.id))
    return [_one(r) for r in rows]


def asked_since(
    tx: Connection, person_id: str, since: datetime, *, waiting: bool = False
) -> int:
    """How many messages we started went to this person since then, or may have, whatever the case.
    *waiting*: and those that are about to go. Exact for who holds the person."""
    gone = and_(m.state.in_(("unknown", "sent")), m.sent_at > since)
    counts = or_(gone, m.state == MessageState.QUEUED.value) if waiting else gone
    return tx.execute(
        select(func.count())
        .where(m.person_id == person_id, m.purpose == Purpose.ASK.value, counts)
    ).scalar_one()


def links_since(tx: Connection, case_id: str, since: datetime) -> int:
    """How many new links were asked for."""
    return tx.execute(
        select(func.count()).where(
            m.case_id == case_id, m.purpose == Purpose.LINK.value, m.created_at > since
        )
    ).scalar_one()


CANCEL_QUEUED = (
    update(t.messages)
    .where(m.case_id == bindparam("case"), m.state == MessageState.QUEUED.value,
           m.purpose == Purpose.ASK.value)
    .values(state=MessageState.CANCELLED.value, reasons=bindparam("why"))
)


def cancel_queued(tx: Connection, case_id: str, reason: str) -> int:
    """Messages that have not left never will, but codes the customer asked for."""
    return tx.execute(CANCEL_QUEUED, {"case": case_id, "why": [reason]}).rowcount


def _moving(x: Message) -> dict[str, object]:
    return {
        "state": x.state.value, "reasons": list(x.reasons), "tries": x.tries,
        "reference": x.reference, "sent_at": x.sent_at,
    }


def _one(r: Row[tuple[object, ...]]) -> Message:
    return Message(
        id=r.id, case_id=r.case_id, person_id=r.person_id, contact_id=r.contact_id,
        channel=r.channel, purpose=Purpose(r.purpose), template=r.template, locale=r.locale,
        values=r._mapping["values"], state=MessageState(r.state), reasons=tuple(r.reasons),
        link_id=r.link_id, challenge_id=r.challenge_id, tries=r.tries, reference=r.reference,
        created_at=r.created_at, sent_at=r.sent_at,
    )
