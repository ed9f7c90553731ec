"""Person: who a case is about. Contact: one way to reach them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True)
class Contact:
    """`known_since` None: vouched for by the source that first named the person.
    `rank`: the order in which the source prefers them, 0 first."""

    id: str
    person_id: str
    channel: str
    address: str
    rank: int
    known_since: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def masked(self) -> str:
        """What a page may show of it: the last two or three characters, never more."""
        if "@" in self.address:
            name, _, host = self.address.partition("@")
            return f"{name[:1]}•••@{host[:1]}•••"
        return self.address[-3:]


@dataclass(frozen=True)
class Person:
    id: str
    reference: str
    name: str
    locale: str | None
    zone: str | None
    contacts: tuple[Contact, ...] = ()

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else ""

    def restated(
        self, name: str | None, locale: str | None, zone: str | None, *, fill: bool = False
    ) -> Person:
        """The person as the source states them now; None is not stated. *fill*: only what was
        missing is taken."""
        new, old = (name, locale, zone), (self.name, self.locale, self.zone)
        stated = tuple([o or n if fill else n or o for n, o in zip(new, old, strict=True)])
        if stated == old:
            return self
        return replace(self, name=stated[0] or "", locale=stated[1], zone=stated[2])

    def contact(self, contact_id: str) -> Contact | None:
        return next((c for c in self.contacts if c.id == contact_id), None)

    def reachable(self, channels: tuple[str, ...]) -> tuple[Contact, ...]:
        """Contacts that were not stopped, on these channels, in the order of *channels*."""
        live = [c for c in self.contacts if c.stopped_at is None and c.channel in channels]
        return tuple(sorted(live, key=lambda c: (channels.index(c.channel), c.rank)))
