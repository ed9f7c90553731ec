"""Person: who a case is about. Contact: one way to reach them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from inthread.domain.contact_point import PHONE_CHANNELS


def address_kind(channel: str) -> str:
    """`phone` for every channel that shares the number, so that a stop holds for all of it."""
    return "phone" if channel in PHONE_CHANNELS else channel


def channels_of(kind: str) -> tuple[str, ...]:
    return PHONE_CHANNELS if kind == "phone" else (kind,)


# Why a contact point was stopped whose place another took.
REPLACED = "replaced"
# What an address that was erased begins with; the rest is the id of its row.
ERASED = "erased:"


def masked(address: str) -> str:
    """What a page may show of an address: the last three characters, never more; of an e-mail
    address, where its two parts begin; of one that was erased, nothing."""
    if address.startswith(ERASED):
        return ""
    if "@" in address:
        name, _, host = address.partition("@")
        return f"{name[:1]}•••@{host[:1]}•••"
    return address[-3:]


@dataclass(frozen=True)
class Contact:
    """`known_since` None: vouched for by the source that first named the person.
    `rank`: the order in which the source prefers them, 0 first. `checked_at`: when it was last
    known to be theirs. `heard_at`: their last message from there. `replaced`: stopped because they
    gave us another in its place, which is no wish to hear nothing there."""

    id: str
    person_id: str
    channel: str
    address: str
    rank: int
    known_since: datetime | None = None
    stopped_at: datetime | None = None
    unreachable_at: datetime | None = None
    checked_at: datetime | None = None
    heard_at: datetime | None = None
    replaced: bool = False

    @property
    def kind(self) -> str:
        """`email`, or `phone` for every channel that shares the number."""
        return address_kind(self.channel)

    @property
    def masked(self) -> str:
        return masked(self.address)


@dataclass(frozen=True)
class Person:
    id: str
    reference: str
    name: str
    locale: str | None
    zone: str | None
    contacts: tuple[Contact, ...] = ()
    country: str | None = None
    region: str | None = None
    prefers: Mapping[str, object] | None = None
    stopped_at: datetime | None = None

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else ""

    def contact(self, contact_id: str) -> Contact | None:
        return next((c for c in self.contacts if c.id == contact_id), None)

    def reachable(self, channels: tuple[str, ...]) -> tuple[Contact, ...]:
        """Contacts that were not stopped and can be reached, on these channels, in the order of
        *channels*."""
        live = [
            c for c in self.contacts
            if c.stopped_at is None and c.unreachable_at is None and c.channel in channels
        ]
        return tuple(sorted(live, key=lambda c: (channels.index(c.channel), c.rank)))
