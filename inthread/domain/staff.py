"""Staff: the people who run the business from the console, and what each role lets them do.

A person may have several roles. What a role permits is this one table; the commands ask for it
(`actor.require`), so a page, the API and the command line cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from inthread.domain.actor import Actor

# ASVS 7.3.1, 7.3.2: idle and absolute.
IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)


class Role(StrEnum):
    VIEWER = "viewer"
    AGENT = "agent"
    AUTHOR = "author"
    APPROVER = "approver"
    ADMIN = "admin"
    AUDITOR = "auditor"


_SEES = frozenset({
    "cases:read", "work:read", "writebacks:read", "messages:read", "policy:read", "metrics:read",
})
_WORKS = _SEES | {
    "cases:write", "work:write", "people:reveal", "replies:write", "contacts:stop",
}

ROLES: Mapping[Role, frozenset[str]] = {
    Role.VIEWER: _SEES,
    Role.AGENT: _WORKS,
    Role.AUTHOR: _SEES | {"policy:write"},
    Role.APPROVER: _SEES | {"policy:approve"},
    Role.ADMIN: _WORKS | {
        "staff:read", "staff:write", "keys:write", "writebacks:write", "audit:read",
        "settings:write",
    },
    Role.AUDITOR: _SEES | {"audit:read", "staff:read"},
}


@dataclass(frozen=True)
class Staff:
    """`zone` is where they read times. `active`: invited, signed up and not disabled."""

    id: str
    email: str
    name: str
    roles: frozenset[Role]
    zone: str = "UTC"
    active: bool = True
    created_at: datetime | None = field(default=None, compare=False)

    @property
    def actor(self) -> Actor:
        return staff_actor(self.id, self.roles)

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in (words[0], words[-1]) if word).upper()[:2]


@dataclass(frozen=True)
class Session:
    """One person signed in on one device. `whole`: both factors were shown; before that it opens
    nothing but the second question. `by`: `password` or `oidc`."""

    id: str
    staff: Staff
    whole: bool
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    by: str


def staff_actor(staff_id: str, roles: Iterable[Role]) -> Actor:
    """`staff:stf_...`, with all that its roles permit; nothing for no role."""
    scopes: frozenset[str] = frozenset().union(*(ROLES[role] for role in roles))
    return Actor("staff", staff_id, scopes)
