"""Links and the visits made through them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    and_,
    bindparam,
    insert,
    select,
    update,
)

from inthread.domain.assurance import Assurance
from inthread.domain.link import Link, LinkState, Visit
from inthread.store import tables as t

k, v = t.links.c, t.visits.c


ADD = insert(t.links)
BY_DIGEST = select(t.links).where(k.digest == bindparam("its_digest"))
BY_ID = select(t.links).where(k.id == bindparam("link"))
NEWEST_LIVE = (
    select(t.links)
    .where(k.case_id == bindparam("case"), k.contact_id == bindparam("contact"),
           k.state == LinkState.LIVE.value)
    .order_by(k.expires_at.desc()).limit(1)
)


def add(tx: Connection, link: Link, digest: str) -> None:
    tx.execute(ADD, {
        "id": link.id, "digest": digest, "case_id": link.case_id, "person_id": link.person_id,
        "contact_id": link.contact_id, "key_id": link.key_id, "state": link.state.value,
        "created_at": link.created_at, "expires_at": link.expires_at,
    })


def by_digest(tx: Connection, digest: str) -> Link | None:
    row = tx.execute(BY_DIGEST, {"its_digest": digest}).one_or_none()
    return link_of(row) if row else None


def get(tx: Connection, link_id: str) -> Link:
    return link_of(tx.execute(BY_ID, {"link": link_id}).one())


def newest_live(tx: Connection, case_id: str, contact_id: str) -> Link | None:
    """The link this contact point holds already; its time may be over."""
    row = tx.execute(NEWEST_LIVE, {"case": case_id, "contact": contact_id}).one_or_none()
    return link_of(row) if row else None


TURN = (
    update(t.links).where(k.case_id == bindparam("case"), k.state == LinkState.LIVE.value)
    .values(state=bindparam("to"))
)
TURN_OF_CONTACT = TURN.where(k.contact_id == bindparam("contact"))


def turn(tx: Connection, case_id: str, state: LinkState, contact_id: str | None = None) -> int:
    """Move every live link of a case (or of one of its contacts) to *state*."""
    which = {"case": case_id, "to": state.value}
    if contact_id is None:
        return tx.execute(TURN, which).rowcount
    return tx.execute(TURN_OF_CONTACT, {**which, "contact": contact_id}).rowcount


def kill(tx: Connection, case_id: str, now: datetime) -> None:
    """Revoke what can still be opened, spent links included, and end the visits made from it."""
    _kill(tx, k.case_id == case_id, now)


def kill_of_contact(
    tx: Connection, person_id: str, contact_id: str, now: datetime, but: str = ""
) -> None:
    """The same for every link of the person that went to this contact point, whatever the case.
    *but*: a case whose links stay as they are."""
    theirs = select(t.cases.c.id).where(t.cases.c.person_id == person_id, t.cases.c.id != but)
    _kill(tx, and_(k.case_id.in_(theirs), k.contact_id == contact_id), now)


def _kill(tx: Connection, which: ColumnElement[bool], now: datetime) -> None:
    """Visits before links, as everywhere: the cases of other visits are not held here."""
    ids = select(k.id).where(which)
    tx.execute(
        update(t.visits).where(v.link_id.in_(ids), v.ended_at.is_(None)).values(ended_at=now)
    )
    tx.execute(
        update(t.links).where(which, k.state.in_(("live", "spent")))
        .values(state=LinkState.REVOKED.value)
    )


ADD_VISIT = insert(t.visits)
_KEPT = (
    select(v.id).where(v.link_id == bindparam("link"), v.ended_at.is_(None))
    .order_by(v.opened_at.desc(), v.id.desc()).limit(bindparam("most", type_=Integer))
)
END_OLDEST = (
    update(t.visits)
    .where(v.link_id == bindparam("link"), v.ended_at.is_(None),
           v.id.not_in(_KEPT.scalar_subquery()))
    .values(ended_at=bindparam("now"))
)
SAVE_VISIT = update(t.visits).where(v.id == bindparam("visit"))


def add_visit(tx: Connection, visit: Visit, token_digest: str) -> None:
    tx.execute(ADD_VISIT, {**_visit_row(visit), "token_digest": token_digest})


def end_oldest(tx: Connection, link_id: str, most: int, now: datetime) -> None:
    """Leave the *most* newest visits of a link that have not ended; the others end."""
    tx.execute(END_OLDEST, {"link": link_id, "most": most, "now": now})


def visit_by_token(tx: Connection, token_digest: str) -> tuple[Visit, Link] | None:
    row = tx.execute(select(t.visits).where(v.token_digest == token_digest)).one_or_none()
    if row is None:
        return None
    return visit_of(row), get(tx, row.link_id)


def save_visit(tx: Connection, visit: Visit, token_digest: str | None = None) -> None:
    """Keep the visit; a new *token_digest* makes the old cookie worthless (ASVS 7.2.4)."""
    values = {key: value for key, value in _visit_row(visit).items() if key != "id"}
    if token_digest is not None:
        values["token_digest"] = token_digest
    tx.execute(SAVE_VISIT, {"visit": visit.id, **values})


def newest_visit(tx: Connection, case_id: str) -> Visit | None:
    row = tx.execute(
        select(t.visits).where(v.case_id == case_id).order_by(v.seen_at.desc()).limit(1)
    ).one_or_none()
    return visit_of(row) if row else None


def link_of(r: Any) -> Link:
    return Link(
        r.id, r.case_id, r.person_id, r.contact_id, r.key_id, LinkState(r.state), r.created_at,
        r.expires_at,
    )


def _visit_row(x: Visit) -> dict[str, object]:
    return {
        "id": x.id, "link_id": x.link_id, "case_id": x.case_id, "person_id": x.person_id,
        "contact_id": x.contact_id, "level": int(x.level), "fact": x.fact,
        "opened_at": x.opened_at, "seen_at": x.seen_at, "level_at": x.level_at,
        "ended_at": x.ended_at, "strong_for": x.strong_for, "strong_at": x.strong_at,
        "locale": x.locale,
    }


def visit_of(r: Any) -> Visit:
    return Visit(
        r.id, r.link_id, r.case_id, r.person_id, r.contact_id, Assurance(r.level), r.fact,
        r.opened_at, r.seen_at, r.level_at, r.ended_at, r.strong_for, r.strong_at, r.locale,
    )
