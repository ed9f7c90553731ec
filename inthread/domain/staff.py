"""Staff: the people who run the business from the console, and what each role lets them do.

A person may have several roles. What a role permits is this one table; the commands ask for it
(`actor.require`), so a page, the API and the command line cannot differ.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from inthread.domain.actor import Actor
from inthread.domain.card_numbers import mask_cards
from inthread.domain.contact_point import LONGEST_ADDRESS, email
from inthread.domain.facts import clean_text
from inthread.domain.refusals import Problem

# ASVS 7.3.1, 7.3.2: idle and absolute.
IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)
# Between the password and the second factor.
HALF = timedelta(minutes=10)
# ASVS 6.4.1: an invitation is a first secret, and short-lived.
INVITATION = timedelta(hours=72)
RECOVERY_CODES = 10
LONGEST_NAME = 120


# What everybody who signed in may do to their own account, and no key may.
ACCOUNT = "account"


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
    "cases:write", "work:write", "people:reveal", "contacts:stop", "documents:read",
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
    Role.AUDITOR: _SEES | {"audit:read", "staff:read", "documents:read"},
}


class Standing(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


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
    standing: Standing = field(default=Standing.ACTIVE, compare=False)

    @property
    def actor(self) -> Actor:
        return staff_actor(self.id, self.roles)

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in (words[0], words[-1]) if word).upper()[:2]


@dataclass(frozen=True)
class StaffSession:
    """One person signed in on one device. `whole`: both factors were shown; before that it opens
    nothing but the second question. `by`: `password`, `oidc`, or `invitation` while somebody joins.
    `network`: where it began, an IPv4 address or the /64 of an IPv6 one; `agent`: in what."""

    id: str
    staff: Staff
    whole: bool
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    by: str
    network: str = ""
    agent: str = ""

    def over(self, now: datetime) -> bool:
        """Ended, idle or too old (ASVS 7.3.1, 7.3.2)."""
        idle = now - self.seen_at >= (IDLE if self.whole else HALF)
        return self.ended_at is not None or idle or now - self.started_at >= ABSOLUTE


def staff_actor(staff_id: str, roles: Iterable[Role]) -> Actor:
    """`staff:stf_...`, with all that its roles permit; without a role, their own account alone."""
    return Actor("staff", staff_id, scopes_of(roles) | {ACCOUNT})


def scopes_of(roles: Iterable[Role]) -> frozenset[str]:
    """What these roles permit, together."""
    return frozenset().union(*(ROLES[role] for role in roles))


def is_own(actor: Actor, staff_id: str) -> bool:
    """Whether somebody is about to do something to themselves."""
    return actor.kind == "staff" and actor.id == staff_id


def signed_in_as(actor: Actor, staff_id: str) -> bool:
    """Whether this person is here themselves, and no key of theirs."""
    return is_own(actor, staff_id) and ACCOUNT in actor.scopes


def plain_email(text: str) -> str:
    """An address as addresses of staff are compared: in small letters. What is none is kept from
    being one, so that it costs whoever tries it the same."""
    try:
        return email(text).lower()[:LONGEST_ADDRESS]
    except ValueError:
        return text.strip().lower()[:LONGEST_ADDRESS]


def email_faults(text: str) -> list[Problem]:
    try:
        email(text)
    except ValueError as wrong:
        return [Problem("/email", str(wrong))]
    too_long = len(text) > LONGEST_ADDRESS
    return [Problem("/email", f"has more than {LONGEST_ADDRESS} characters")] if too_long else []


def name_faults(text: str) -> list[Problem]:
    try:
        name = clean_text(text)
    except ValueError as wrong:
        return [Problem("/name", str(wrong))]
    if not 0 < len(name) <= LONGEST_NAME:
        return [Problem("/name", f"needs 1 to {LONGEST_NAME} characters")]
    if mask_cards(name) != name:
        return [Problem("/name", "has a card number: never give one")]
    return []


def role_faults(roles: Collection[str]) -> list[Problem]:
    unknown = sorted(set(roles) - set(Role))
    if unknown:
        known = ", ".join(Role)
        return [Problem("/roles", f"{', '.join(unknown)[:60]} is no role: use some of {known}")]
    return [] if roles else [Problem("/roles", "needs one role or more")]
