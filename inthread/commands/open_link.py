"""A person pressed the button behind the link: make a Visit. A GET never comes here."""

from __future__ import annotations

from dataclasses import dataclass

from inthread.domain.actor import Actor
from inthread.domain.assurance import Assurance
from inthread.domain.audit import AuditEvent
from inthread.domain.case import CaseState
from inthread.domain.link import Visit
from inthread.domain.refusals import LinkGone, NotFound
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.store import audit, cases, links

MOST_VISITS = 3


@dataclass(frozen=True)
class Opened:
    """`token` is the cookie's value, shown once; only its digest is kept."""

    visit: Visit
    token: str


def open_link(rt: Runtime, *, actor: Actor, token: str, locale: str | None = None) -> Opened:
    """A new Visit at LINK. Raises NotFound for what we did not sign, LinkGone or LinkExpired for
    what can no longer be opened. A link holds three visits; a fourth ends the oldest (A34)."""
    actor.require("visit")
    now = rt.now()
    found = rt.keyring.read_link(token)
    if found is None:
        raise NotFound("link")
    with rt.db.begin() as tx:
        case = cases.lock_linked(tx, found)
        link = links.by_digest(tx, found)  # after the case: it may have died meanwhile
        if case is not None and link is not None:
            link.check(now)
            if case.state in (CaseState.WITHDRAWN, CaseState.EXPIRED):
                raise LinkGone(case.state.value)
            cookie = rt.new_token()
            visit = Visit(
                id=rt.new_id("visit"), link_id=link.id, case_id=case.id,
                person_id=link.person_id, contact_id=link.contact_id, level=Assurance.LINK,
                fact=False, opened_at=now, seen_at=now, level_at=now, locale=locale,
            )
            links.add_visit(tx, visit, digest(cookie))
            links.end_oldest(tx, link.id, MOST_VISITS, now)
            audit.append(
                tx, now, actor, case.id, AuditEvent.LINK_OPENED, link=link.id, visit=visit.id
            )
            return Opened(visit, cookie)
        # Signed by us, yet no such row: a restored backup, or a key in the wrong hands (A11).
        audit.append_unheld(tx, now, actor, f"link:{found[:16]}", AuditEvent.LINK_UNKNOWN_ROW)
    raise NotFound("link")
