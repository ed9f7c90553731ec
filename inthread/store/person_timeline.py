"""Where everything about one person stands in time: replies, lines of the consent ledger, events
of their cases, messages. One statement finds a page of places; what stands there is read by kind.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Connection,
    Integer,
    Select,
    String,
    bindparam,
    literal,
    select,
    text,
    tuple_,
    union_all,
)

from inthread.domain.audit import AuditEvent, Recorded
from inthread.domain.consent import Consent
from inthread.store import tables as t
from inthread.store.bulk import among
from inthread.store.columns import UtcDateTime

# At one instant, in this order: what was heard, what it changed, what was done, what was said.
KINDS = ("rep", "consent", "event", "msg")
# Told by the message or the reply itself.
_TOLD = tuple(e.value for e in (
    AuditEvent.MESSAGE_QUEUED, AuditEvent.MESSAGE_SENT, AuditEvent.MESSAGE_FAILED,
    AuditEvent.MESSAGE_CANCELLED, AuditEvent.MESSAGE_DELIVERED, AuditEvent.REPLY_HEARD,
    AuditEvent.REPLY_RESOLVED,
))

a, d, m, n, o, r = (
    t.audit.c, t.deliveries.c, t.messages.c, t.consents.c, t.outbox.c, t.replies.c
)


class Place(NamedTuple):
    """`kind`: its number in KINDS. `id` of a reply or a message, `seq` of anything else."""

    at: datetime
    kind: int
    id: str
    seq: int

    @property
    def name(self) -> str:
        """How it is named to others: `msg_...`, `event_12`."""
        return self.id or f"{KINDS[self.kind]}_{self.seq}"


class Receipt(NamedTuple):
    at: datetime
    status: str
    code: str


def _place(kind: str, at: Any, id: Any, seq: Any) -> Select[Any]:
    return select(
        at.label("at"), literal(KINDS.index(kind), Integer).label("kind"),
        (literal("", String) if id is None else id).label("id"),
        (literal(0, BigInteger) if seq is None else seq).label("seq"),
    )


def _places() -> CompoundSelect[Any]:
    person = bindparam("person", type_=String)
    cases = select(t.cases.c.id).where(t.cases.c.person_id == person)
    contacts = select(t.contacts.c.id).where(t.contacts.c.person_id == person)
    return union_all(
        _place("rep", r.received_at, r.id, None).where(r.person_id == person),
        _place("consent", n.at, None, n.seq).where(n.contact_id.in_(contacts)),
        _place("event", a.at, None, a.seq).where(a.subject.in_(cases), a.event.not_in(_TOLD)),
        _place("event", a.at, None, a.seq).where(a.subject == person, a.event.not_in(_TOLD)),
        _place("msg", m.created_at, m.id, None).where(
            m.case_id.in_(cases), m.person_id == person
        ),
    )


_ALL = _places().subquery("places")
_ROW = tuple_(_ALL.c.at, _ALL.c.kind, _ALL.c.id, _ALL.c.seq)
_AFTER = tuple_(
    bindparam("at", type_=UtcDateTime), bindparam("kind", type_=Integer),
    bindparam("id", type_=String), bindparam("seq", type_=BigInteger),
)
_DOWN = [column.desc() for column in _ALL.c]
_PAGE = select(_ALL).order_by(*_ALL.c).limit(bindparam("most", type_=Integer))
_FIND = select(_ALL).where(
    _ALL.c.kind == bindparam("kind"), _ALL.c.id == bindparam("id"), _ALL.c.seq == bindparam("seq")
)


def place(tx: Connection, person_id: str, name: str) -> Place | None:
    """Where the thing of this name stands, if it is about this person."""
    kind, _, number = name.partition("_")
    if kind not in KINDS:
        return None
    numbered = kind in ("consent", "event")
    if numbered and not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    row = tx.execute(_FIND, {
        "person": person_id, "kind": KINDS.index(kind), "id": "" if numbered else name,
        "seq": int(number) if numbered else 0,
    }).one_or_none()
    return Place(*row) if row else None


def places(
    tx: Connection, person_id: str, after: Place | None, most: int, *, newest: bool = False
) -> list[Place]:
    """The first of them, oldest first or *newest* first, from behind *after*."""
    asked: dict[str, object] = {"person": person_id, "most": most}
    page = _PAGE.order_by(None).order_by(*_DOWN) if newest else _PAGE
    if after is None:
        return [Place(*row) for row in tx.execute(page, asked)]
    further = _ROW < _AFTER if newest else _ROW > _AFTER
    rows = tx.execute(page.where(further), {**asked, **after._asdict()})
    return [Place(*row) for row in rows]


def consents_at(tx: Connection, seqs: Sequence[int]) -> dict[int, Consent]:
    rows = tx.execute(select(t.consents).where(n.seq.in_(seqs))) if seqs else ()
    return {
        x.seq: Consent(x.person_id, x.contact_id, x.purpose, x.given, x.source, x.wording,
                       x.version, x.at, x.evidence)
        for x in rows
    }


def events_at(tx: Connection, seqs: Sequence[int]) -> dict[int, Recorded]:
    rows = tx.execute(select(t.audit).where(a.seq.in_(seqs))) if seqs else ()
    return {
        x.seq: Recorded(x.subject, x.n, x.at, x.actor, x.event, x.detail, x.prev, x.hash)
        for x in rows
    }


def receipts_of(tx: Connection, message_ids: Collection[str]) -> dict[str, list[Receipt]]:
    """What providers said of these messages, in the order in which it came."""
    found: dict[str, list[Receipt]] = {}
    if message_ids:
        for x in tx.execute(
            select(t.deliveries).where(among(tx, d.message_id, message_ids))
            .order_by(d.received_at, d.event_id)
        ):
            found.setdefault(x.message_id, []).append(Receipt(x.received_at, x.status, x.code))
    return found


def asked_again_at(
    tx: Connection, case_ids: Collection[str], message_ids: Collection[str]
) -> dict[str, datetime]:
    """When each of these messages that waits is next decided upon."""
    if not message_ids:
        return {}
    rows = tx.execute(select(o.ref, o.due_at).where(
        text("outbox.done_at IS NULL"), among(tx, o.case_id, case_ids),
        among(tx, o.ref, message_ids),
    ))
    return {x.ref: x.due_at for x in rows}
