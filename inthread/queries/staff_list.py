"""Staff, and one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inthread.domain.actor import Actor
from inthread.domain.audit import Recorded
from inthread.domain.refusals import NotFound
from inthread.domain.staff import ACCOUNT, Staff, StaffSession, plain_email, signed_in_as
from inthread.runtime import Runtime
from inthread.store import api_keys, audit, staff, staff_sessions
from inthread.store.api_keys import ApiKey as ApiKey

MOST = 50
EVENTS = 20


@dataclass(frozen=True)
class StaffPage:
    """`after`: where the next page begins, None on the last."""

    people: Sequence[Staff]
    after: str | None


@dataclass(frozen=True)
class KeyPage:
    keys: Sequence[ApiKey]
    after: str | None


@dataclass(frozen=True)
class StaffView:
    """`sessions`: those that count now; `joins_until`: when their invitation ends, if one is out;
    `by_provider`: whether they sign in with the identity provider; `recovery_left`: their recovery
    codes that were not used; `events`: the newest first, twenty at most."""

    staff: Staff
    sessions: Sequence[StaffSession]
    joins_until: datetime | None
    by_provider: bool
    has_password: bool
    recovery_left: int
    events: Sequence[Recorded]


def staff_list(rt: Runtime, *, actor: Actor, after: str = "", most: int = MOST) -> StaffPage:
    """The newest first."""
    actor.require("staff:read")
    with rt.db.read() as tx:
        found = staff.page(tx, after, most + 1)
    return StaffPage(found[:most], found[most - 1].id if len(found) > most else None)


def staff_by_email(rt: Runtime, *, actor: Actor, email: str) -> Staff | None:
    actor.require("staff:read")
    with rt.db.read() as tx:
        kept = staff.by_email(tx, plain_email(email))
    return kept.staff if kept else None


def staff_view(rt: Runtime, *, actor: Actor, staff_id: str) -> StaffView:
    """Oneself, or anybody for who may see staff. Raises NotFound."""
    actor.require(ACCOUNT if signed_in_as(actor, staff_id) else "staff:read")
    now = rt.now()
    with rt.db.read() as tx:
        person = staff.get(tx, staff_id)
        kept = staff.by_email(tx, person.email) if person else None
        if kept is None:
            raise NotFound("staff")
        sessions = staff_sessions.open_of(tx, staff_id, now)
        left = staff.recovery_left(tx, staff_id)
        events = audit.newest(tx, staff_id, EVENTS)
    return StaffView(
        kept.staff, [each for each in sessions if not each.over(now)], kept.invited_until,
        kept.subject is not None, kept.password is not None, left, events,
    )


def key_list(rt: Runtime, *, actor: Actor, after: str = "", most: int = MOST) -> KeyPage:
    """Every key, revoked ones too, the newest first."""
    actor.require("keys:write")
    with rt.db.read() as tx:
        found = api_keys.page(tx, after, most + 1)
    return KeyPage(found[:most], found[most - 1].id if len(found) > most else None)


def own_keys(rt: Runtime, *, actor: Actor, after: str = "", most: int = MOST) -> KeyPage:
    """One's own, revoked ones too, the newest first."""
    actor.require(ACCOUNT)
    with rt.db.read() as tx:
        found = api_keys.page(tx, after, most + 1, owner=actor.id)
    return KeyPage(found[:most], found[most - 1].id if len(found) > most else None)
