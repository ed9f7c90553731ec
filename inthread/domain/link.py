"""Link: the signed deep link. Visit: one device that opened it, and what it has shown of itself.

    Link:  live -> spent | revoked | superseded        expiry is read from the row, not the token
    Visit: alive until idle too long, too old, ended, or its link is dead (security 0, R5.7)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from inthread.domain.assurance import Assurance, Identity
from inthread.domain.refusals import LinkExpired, LinkGone, VisitEnded

LINK_IDLE = timedelta(minutes=15)
CODE_IDLE = timedelta(minutes=5)  # RTS (EU) 2018/389 Art. 4(3)(d)
ABSOLUTE = timedelta(minutes=30)
STRONG_FOR = timedelta(minutes=5)


class LinkState(StrEnum):
    LIVE = "live"
    SPENT = "spent"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Link:
    """`spent` still shows the receipt to who confirms who they are; it opens nothing else."""

    id: str
    case_id: str
    person_id: str
    contact_id: str
    key_id: str
    state: LinkState
    created_at: datetime
    expires_at: datetime

    def alive(self, now: datetime) -> bool:
        return self.state is LinkState.LIVE and now < self.expires_at

    def check(self, now: datetime) -> None:
        """Raise LinkGone or LinkExpired unless it can be opened now."""
        if self.state in (LinkState.REVOKED, LinkState.SUPERSEDED):
            raise LinkGone(self.state.value)
        if now >= self.expires_at:
            raise LinkExpired("expired")


@dataclass(frozen=True)
class Visit:
    """`strong_for` is the action and choice digest a strong code was given for."""

    id: str
    link_id: str
    case_id: str
    person_id: str
    contact_id: str
    level: Assurance
    fact: bool
    opened_at: datetime
    seen_at: datetime
    level_at: datetime
    ended_at: datetime | None = None
    strong_for: str | None = None
    strong_at: datetime | None = None
    locale: str | None = None

    def alive(self, now: datetime) -> bool:
        """Whether it still counts; a visit ends exactly at its limit, not after."""
        idle = CODE_IDLE if self.level >= Assurance.CODE else LINK_IDLE
        return (
            self.ended_at is None
            and now - self.seen_at < idle
            and now - self.opened_at < ABSOLUTE
        )

    def identity(self, now: datetime, purpose: str | None = None) -> Identity:
        """What this visit has shown, for this purpose (`action:digest`): a strong code counts
        only for what it was asked for, and for five minutes."""
        strong = (
            purpose is not None
            and self.strong_for == purpose
            and self.strong_at is not None
            and now - self.strong_at < STRONG_FOR
        )
        return Identity(Assurance.STRONG if strong else self.level, self.fact)

    def seen(self, now: datetime) -> Visit:
        return replace(self, seen_at=now)

    def proved_code(self, now: datetime) -> Visit:
        return replace(self, level=max(self.level, Assurance.CODE), level_at=now, seen_at=now)

    def proved_strong(self, purpose: str, now: datetime) -> Visit:
        return replace(self.proved_code(now), strong_for=purpose, strong_at=now)

    def proved_fact(self, now: datetime) -> Visit:
        return replace(self, fact=True, seen_at=now)


def check_visit(visit: Visit, link: Link, now: datetime) -> None:
    """Raise VisitEnded or LinkGone unless this visit may go on. A link that ran out while somebody
    is at work does not throw them out; a revoked or replaced one does (A03)."""
    if link.state in (LinkState.REVOKED, LinkState.SUPERSEDED):
        raise LinkGone(link.state.value)
    if not visit.alive(now):
        raise VisitEnded(visit.id)
