"""What the gate has to know of a contact point, in one look."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    text,
)

from inthread.domain.case import CaseState
from inthread.domain.gate import DAY, WEEK, Asked
from inthread.domain.message import GONE, MessageState
from inthread.store import audit
from inthread.store import tables as t

n, s, r, m, k = t.consents.c, t.suppressions.c, t.replies.c, t.messages.c, t.contacts.c
c = t.cases.c
_GONE = tuple(state.value for state in GONE)

_CONSENT = (
    select(n.given)
    .where(n.contact_id == bindparam("contact"), n.purpose == bindparam("purpose"))
    .order_by(n.seq.desc()).limit(1)
)
_SUPPRESSED: Select[tuple[object]] = select(literal_column("1")).where(
    s.address == bindparam("address"), s.kind == bindparam("kind"), text("lifted_at IS NULL")
)
# A stop from there would be theirs everywhere, so what may be one holds everywhere too (R4.4).
_THEIRS = select(k.address).where(k.person_id == bindparam("person"), k.stopped_at.is_(None))
_IN_DOUBT: Select[tuple[object]] = select(literal_column("1")).where(
    text("replies.state = 'waiting'"),
    or_(r.person_id == bindparam("person"), r.address.in_(_THEIRS)),
)
_LOOK = (
    _CONSENT.scalar_subquery().label("consent"), _SUPPRESSED.exists().label("suppressed"),
    _IN_DOUBT.exists().label("in_doubt"),
)
LOOK = select(*_LOOK)


class Look(NamedTuple):
    consent: bool | None
    suppressed: bool
    in_doubt: bool


def look(
    tx: Connection, *, person: str, contact: str, purpose: str, kind: str, address: str
) -> Look:
    """The newest line of the ledger on this purpose, whether the address is suppressed, and
    whether a reply of the person, or from any address of theirs, waits to be read."""
    return _look(tx.execute(LOOK, {
        "person": person, "contact": contact, "purpose": purpose, "kind": kind,
        "address": address,
    }).one())


def _look(row: Row[tuple[object, ...]]) -> Look:
    consent = None if row.consent is None else bool(row.consent)
    return Look(consent, bool(row.suppressed), bool(row.in_doubt))


_SINCE = and_(m.state.in_(_GONE), m.sent_at > bindparam("since"))
_OR_WAITING = or_(_SINCE, m.state == MessageState.QUEUED.value)
_COUNT = select(func.count().label("n"), func.min(m.sent_at).label("first")).where(
    m.person_id == bindparam("person"), text("purpose = 'ask'"), m.id != bindparam("but")
)
_CALLS = _COUNT.where(m.channel == "voice")
CALLS, CALLS_OR_WAITING = _CALLS.where(_SINCE), _CALLS.where(_OR_WAITING)
_RIVAL = select(func.min(c.next_due)).where(
    c.person_id == bindparam("person"), c.workflow.in_(bindparam("rivals", expanding=True)),
    c.state == CaseState.OPEN.value, c.next_what == "contact", c.next_due <= bindparam("soon"),
)


def _look_and_count(which: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    today = _COUNT.where(which).subquery("today")
    return select(
        *_LOOK, *audit.tail_of(bindparam("case", type_=String)), today.c.n, today.c.first,
        _RIVAL.scalar_subquery().label("rival"),
    )


LOOK_AND_COUNT, LOOK_AND_COUNT_WAITING = _look_and_count(_SINCE), _look_and_count(_OR_WAITING)


def look_and_count(
    tx: Connection, *, case: str, person: str, contact: str, purpose: str, kind: str, address: str,
    now: datetime, calls: bool, waiting: bool, rivals: Collection[str], but: str = "",
) -> tuple[Look, Asked, datetime | None]:
    """The same, and how often the person was asked, whatever the case: what left, or may have, and
    (*waiting*) what is about to. *but*: a message that is not counted. Last, when the first open
    case of the workflows *rivals* is next to ask the person, if within a day. Exact for who holds
    the case and the person; where the chain of the case ends is known afterwards."""
    row = tx.execute(LOOK_AND_COUNT_WAITING if waiting else LOOK_AND_COUNT, {
        "case": case, "person": person, "contact": contact, "purpose": purpose, "kind": kind,
        "address": address, "since": now - DAY, "but": but, "rivals": list(rivals),
        "soon": now + DAY,
    }).one()
    audit.keep_tail(tx, case, row)
    asked = Asked(row.n, _later(row.first, DAY))
    if calls:
        week = tx.execute(
            CALLS_OR_WAITING if waiting else CALLS,
            {"person": person, "since": now - WEEK, "but": but},
        ).one()
        asked = Asked(asked.today, asked.less_today_at, week.n, _later(week.first, WEEK))
    return _look(row), asked, row.rival


def _later(first: datetime | None, span: timedelta) -> datetime | None:
    return None if first is None else first + span
