"""Messages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, String, and_, bindparam, func, insert, or_, select, update

from inthread.domain.message import GONE, Message, MessageState, Purpose, Way
from inthread.store import audit, outbox
from inthread.store import tables as t
from inthread.store.bulk import among

m = t.messages.c


DAY = timedelta(hours=24)
_GONE = tuple(state.value for state in GONE)
ADD = insert(t.messages)
BY_ID = select(t.messages).where(m.id == bindparam("message"))
SAVE = update(t.messages).where(m.id == bindparam("message"))
SETTLE = SAVE.where(m.state == MessageState.UNKNOWN.value).returning(
    *audit.tail_of(bindparam("case", type_=String))
)
HELD = select(t.messages).join(t.outbox, t.outbox.c.ref == m.id).where(outbox.STANDS)


def add(tx: Connection, x: Message) -> None:
    tx.execute(ADD, {
        "id": x.id, "case_id": x.case_id, "person_id": x.person_id, "contact_id": x.contact_id,
        "channel": x.channel, "purpose": x.purpose.value, "template": x.template,
        "locale": x.locale, "values": dict(x.values), "link_id": x.link_id,
        "challenge_id": x.challenge_id, "version": x.version, "created_at": x.created_at,
        **_moving(x),
    })


def get(tx: Connection, message_id: str) -> Message:
    return _one(tx.execute(BY_ID, {"message": message_id}).one())


def find(tx: Connection, message_id: str) -> Message | None:
    row = tx.execute(BY_ID, {"message": message_id}).one_or_none()
    return _one(row) if row else None


WAYS = (
    select(
        m.id, m.channel, m.purpose, m.template, m.locale, m.contact_id, t.contacts.c.address,
        t.cases.c.workflow,
    )
    .join(t.contacts, t.contacts.c.id == m.contact_id).join(t.cases, t.cases.c.id == m.case_id)
    .where(m.id.in_(bindparam("messages", expanding=True)))
)


def ways(tx: Connection, ids: Collection[str]) -> dict[str, Way]:
    """Where each of these goes."""
    rows = tx.execute(WAYS, {"messages": list(ids)}) if ids else ()
    return {
        r.id: Way(
            r.channel, r.address, Purpose(r.purpose), r.workflow, r.template, r.locale,
            r.contact_id,
        )
        for r in rows
    }


def refer(tx: Connection, message_id: str, reference: str | None) -> None:
    """What the provider calls it, where that was not known."""
    tx.execute(
        update(t.messages).where(m.id == message_id, m.reference.is_(None))
        .values(reference=reference)
    )


def by_reference(tx: Connection, provider: str, reference: str) -> Message | None:
    """By what the provider calls it."""
    row = tx.execute(
        select(t.messages).where(
            m.provider == provider, m.reference == reference, m.reference.is_not(None)
        ).limit(1)
    ).one_or_none()
    return _one(row) if row else None


def save(tx: Connection, x: Message) -> None:
    tx.execute(SAVE, {"message": x.id, **_moving(x)})


def held(tx: Connection, job: outbox.Job, now: datetime) -> Message | None:
    """What this job carries; None when its lease no longer stands."""
    row = tx.execute(HELD, {"job": job.id, "by": job.lease, "now": now}).one_or_none()
    return _one(row) if row else None


def settle(tx: Connection, x: Message) -> bool:
    """Save what came of a send, for who holds the case; False when something was heard of it
    before. Where the chain of the case ends is known afterwards."""
    given = {"message": x.id, "case": x.case_id, **_moving(x)}
    row = tx.execute(SETTLE, given).one_or_none()
    if row is None:
        return False
    audit.keep_tail(tx, x.case_id, row)
    return True


def by_id(tx: Connection, ids: Collection[str]) -> dict[str, Message]:
    rows = tx.execute(select(t.messages).where(among(tx, m.id, ids))) if ids else ()
    return {r.id: _one(r) for r in rows}


def of_case(tx: Connection, case_id: str) -> list[Message]:
    rows = tx.execute(select(t.messages).where(m.case_id == case_id).order_by(m.created_at, m.id))
    return [_one(r) for r in rows]


def asked_since(
    tx: Connection, person_id: str, since: datetime, *, waiting: bool = False
) -> int:
    """How many messages we started went to this person since then, or may have, whatever the case.
    *waiting*: and those that are about to go. Exact for who holds the person."""
    gone = and_(m.state.in_(_GONE), m.sent_at > since)
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


def answers_since(tx: Connection, address: str, since: datetime) -> int:
    """How many replies from this address were answered."""
    k = t.contacts.c
    return tx.execute(
        select(func.count()).select_from(t.messages.join(t.contacts, k.id == m.contact_id))
        .where(k.address == address, m.purpose == Purpose.ANSWER.value, m.created_at > since)
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
        "provider": x.provider, "reference": x.reference, "decision": x.decision,
        "sent_at": x.sent_at,
    }


def _one(r: Row[tuple[object, ...]]) -> Message:
    return Message(
        id=r.id, case_id=r.case_id, person_id=r.person_id, contact_id=r.contact_id,
        channel=r.channel, purpose=Purpose(r.purpose), template=r.template, locale=r.locale,
        values=r._mapping["values"], state=MessageState(r.state), reasons=tuple(r.reasons),
        link_id=r.link_id, challenge_id=r.challenge_id, tries=r.tries, version=r.version,
        decision=r.decision, provider=r.provider, reference=r.reference,
        created_at=r.created_at, sent_at=r.sent_at,
    )
