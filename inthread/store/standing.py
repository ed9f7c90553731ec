"""What the gate has to know of a contact point, in one look."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, func, literal_column, or_, select, text

from inthread.domain.gate import DAY, WEEK, Asked
from inthread.domain.message import GONE, MessageState
from inthread.store import tables as t

n, s, r, m = t.consents.c, t.suppressions.c, t.replies.c, t.messages.c
_GONE = tuple(state.value for state in GONE)

_CONSENT = (
    select(n.given)
    .where(n.contact_id == bindparam("contact"), n.purpose == bindparam("purpose"))
    .order_by(n.seq.desc()).limit(1)
)
_SUPPRESSED: Select[tuple[object]] = select(literal_column("1")).where(
    s.address == bindparam("address"), s.kind == bindparam("kind"), text("lifted_at IS NULL")
)
_IN_DOUBT: Select[tuple[object]] = select(literal_column("1")).where(
    text("replies.state = 'waiting'"),
    or_(r.person_id == bindparam("person"), r.address == bindparam("address")),
)
LOOK = select(
    _CONSENT.scalar_subquery().label("consent"), _SUPPRESSED.exists().label("suppressed"),
    _IN_DOUBT.exists().label("in_doubt"),
)


class Look(NamedTuple):
    consent: bool | None
    suppressed: bool
    in_doubt: bool


def look(
    tx: Connection, *, person: str, contact: str, purpose: str, kind: str, address: str
) -> Look:
    """The newest line of the ledger on this purpose, whether the address is suppressed, and
    whether a reply of the person, or from the address, waits to be read."""
    row = tx.execute(LOOK, {
        "person": person, "contact": contact, "purpose": purpose, "kind": kind,
        "address": address,
    }).one()
    consent = None if row.consent is None else bool(row.consent)
    return Look(consent, bool(row.suppressed), bool(row.in_doubt))


_SINCE = and_(m.state.in_(_GONE), m.sent_at > bindparam("since"))
_OR_WAITING = or_(_SINCE, m.state == MessageState.QUEUED.value)
_COUNT = select(func.count(), func.min(m.sent_at)).where(
    m.person_id == bindparam("person"), text("purpose = 'ask'"), m.id != bindparam("but")
)
COUNT = _COUNT.where(_SINCE)
COUNT_WITH_WAITING = _COUNT.where(_OR_WAITING)
_CALLS = (m.channel == "voice",)
COUNT_CALLS = COUNT.where(*_CALLS)
COUNT_CALLS_WITH_WAITING = COUNT_WITH_WAITING.where(*_CALLS)


def asked(
    tx: Connection, person: str, now: datetime, *, calls: bool, waiting: bool, but: str = ""
) -> Asked:
    """How often the person was asked, whatever the case: what left, or may have, and (*waiting*)
    what is about to. *but*: a message that is not counted. Exact for who holds the person."""
    today = tx.execute(
        COUNT_WITH_WAITING if waiting else COUNT,
        {"person": person, "since": now - DAY, "but": but},
    ).one()
    if not calls:
        return Asked(today[0], _later(today[1], DAY))
    week = tx.execute(
        COUNT_CALLS_WITH_WAITING if waiting else COUNT_CALLS,
        {"person": person, "since": now - WEEK, "but": but},
    ).one()
    return Asked(today[0], _later(today[1], DAY), week[0], _later(week[1], WEEK))


def _later(first: datetime | None, span: timedelta) -> datetime | None:
    return None if first is None else first + span
