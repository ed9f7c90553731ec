"""Which provider carries a message, and whether it may go now: shares, rates, spend and guards.

One `Traffic` per process, asked outside every transaction. A channel with one provider that nothing
limits costs no statement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inthread.domain.contact_point import PHONE_CHANNELS
from inthread.domain.routing import Routing
from inthread.domain.shares import Tally
from inthread.registry import Registry
from inthread.store import providers
from inthread.store.db import Database
from inthread.traffic.health import Health
from inthread.traffic.money import Money
from inthread.traffic.prefixes import Prefixes
from inthread.traffic.tokens import Tokens

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Booked:
    """What was counted for a message: money in millionths on a day (`2026-01-05`), and its prefix
    in an hour since 1970. Empty: not counted."""

    micro: int = 0
    day: str = ""
    prefix: str = ""
    hour: int = 0


@dataclass(frozen=True)
class Permit:
    """`provider`: it carries the message, now. Else the message waits for `wait`, or, without one,
    never goes; `reasons` say why: `country_not_allowed`, `no_provider`; `rate`, `prefix_velocity`,
    `spend_cap`."""

    provider: str | None
    wait: timedelta | None = None
    reasons: tuple[str, ...] = ()
    booked: Booked | None = None


NO_PROVIDER = Permit(None, reasons=("no_provider",))
NOT_THERE = Permit(None, reasons=("country_not_allowed",))


class Traffic:
    """Safe to share between threads. *draw*: a number from 0 to one less than it is given."""

    def __init__(
        self, db: Database, registry: Registry, routing: Routing, *,
        now: Callable[[], datetime], draw: Callable[[int], int],
    ) -> None:
        self._db = db
        self._routing = routing
        self._now = now
        self._draw = draw
        weights = resting_weights(registry, routing)
        self._plain = {
            channel: Permit(next(iter(shares))) for channel, shares in weights.items()
            if not shares.keys() & routing.named.keys() and len(shares) == 1
            and not self._guarded(channel)
        }
        watched = {p for c, shares in weights.items() if c not in self._plain for p in shares}
        self._health = Health(db, weights, frozenset(watched), now)
        self._tokens = {
            p: Tokens(db, p, terms.per_second, terms.burst, now)
            for p, terms in routing.named.items() if terms.per_second is not None
        }
        self._money = {
            p: Money(db, p, terms.daily_micro, routing.guards.currency, now)
            for p, terms in routing.named.items() if terms.daily_micro is not None
        }
        most = routing.guards.per_prefix_hour
        self._prefixes = Prefixes(db, most) if most else None
        self._channels = weights.keys()

    def permit(
        self, channel: str, address: str, parts: int = 1, *, urgent: bool = False
    ) -> Permit:
        """Who carries *parts* messages to *address* now; asked outside a transaction. *urgent*:
        somebody waits for it, so where it has to wait for a token it goes before the others."""
        plain = self._plain.get(channel)
        if plain is not None:
            return plain
        if channel not in self._channels:
            return NO_PROVIDER
        phone = channel in PHONE_CHANNELS
        if phone and not self._routing.guards.admit(address):
            return NOT_THERE
        permit = self._from_one(channel, parts, urgent)
        if phone and self._prefixes and permit.provider:
            return self._counted(permit, address[:-4], self._prefixes)
        return permit

    def give_back(self, permit: Permit) -> None:
        """The message did not go after all, and the provider was not asked; outside a transaction.
        """
        provider, booked = permit.provider, permit.booked
        if provider in self._tokens:
            self._tokens[provider].put_back()
        if provider in self._money and booked:
            self._money[provider].give_back(booked.micro, booked.day)
        if self._prefixes and booked and booked.prefix:
            self._prefixes.uncount(booked.prefix, booked.hour)

    def record(self, provider: str, ok: bool, took: timedelta) -> None:
        """What became of a send; asked outside a transaction. *ok*: the provider did its work, also
        when it refused this one message; not: it was busy, unheard or broken."""
        slow = took > self._routing.terms(provider).slow
        became = _FAILED if not ok else _SLOW if slow else _ACCEPTED
        self._health.note(provider, became)

    def flush(self) -> None:
        """Write down what was counted and is not yet, and give back what was counted and not used;
        before a process ends, and now and then."""
        self._health.flush()
        for money in self._money.values():
            money.release()

    @property
    def seen(self) -> Mapping[str, Tally]:
        """What became of the sends of this process's own that are not written down: those of
        providers that are alone and without limits."""
        return self._health.seen

    def _guarded(self, channel: str) -> bool:
        guards = self._routing.guards
        return channel in PHONE_CHANNELS and bool(guards.countries or guards.per_prefix_hour)

    def _from_one(self, channel: str, parts: int, urgent: bool) -> Permit:
        """The permit of the first provider that gives one; else the shortest wait."""
        held = []
        for provider in self._health.order(channel, self._draw):
            permit = self._of(provider, parts, urgent)
            if permit.provider:
                return permit
            held.append(permit)
        soonest = min(held, key=lambda each: each.wait or DAY)
        return replace(soonest, reasons=tuple(dict.fromkeys(r for p in held for r in p.reasons)))

    def _of(self, provider: str, parts: int, urgent: bool) -> Permit:
        tokens, money = self._tokens.get(provider), self._money.get(provider)
        wait = tokens.take(urgent=urgent) if tokens else None
        if wait is not None:
            return Permit(None, wait, ("rate",))
        if money is None:
            return Permit(provider)
        micro = self._routing.terms(provider).price_micro * parts
        day = money.spend(micro)
        if day is not None:
            return Permit(provider, booked=Booked(micro, day))
        if tokens:
            tokens.put_back()
        return Permit(None, _left(self._now(), DAY), ("spend_cap",))

    def _counted(self, permit: Permit, prefix: str, prefixes: Prefixes) -> Permit:
        """The same permit, unless too many went to this prefix within the hour."""
        now = self._now()
        hour = providers.minute_of(now) // 60
        if prefixes.count(prefix, hour):
            booked = replace(permit.booked or Booked(), prefix=prefix, hour=hour)
            return replace(permit, booked=booked)
        self.give_back(permit)
        return Permit(None, _left(now, HOUR), ("prefix_velocity",))


def resting_weights(registry: Registry, routing: Routing) -> Mapping[str, Mapping[str, int]]:
    """Channel -> its providers that are used, with their resting weights."""
    found = {}
    for channel, candidates in registry.channels.items():
        weights = {p.key: routing.terms(p.key).weight for p in candidates}
        used = {key: weight for key, weight in weights.items() if weight}
        if used:
            found[channel] = used
    return found


def _left(now: datetime, of: timedelta) -> timedelta:
    """Until the hour or the day (UTC) is over."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return of - (now - midnight) % of


_ACCEPTED, _FAILED, _SLOW = Tally(accepted=1), Tally(failed=1), Tally(slow=1)
