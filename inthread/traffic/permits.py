"""Which provider carries a message, and whether it may go now: shares, rates, spend and guards.

One `Traffic` per process, asked outside every transaction. A channel with one provider that nothing
limits costs no statement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from inthread.domain.contact_point import PHONE_CHANNELS
from inthread.domain.routing import Routing
from inthread.domain.shares import Tally
from inthread.registry import Registry
from inthread.store import providers
from inthread.store.db import Database
from inthread.traffic.health import Health
from inthread.traffic.tokens import Tokens

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Who was refused for its money is asked again after this: some of it may have been given back.
CAPPED_FOR = timedelta(seconds=60)

log = structlog.get_logger()


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


class _Held(Exception):
    """Undoes what was booked; the permit says why the message waits."""

    def __init__(self, permit: Permit) -> None:
        super().__init__(permit.reasons)
        self.permit = permit


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
        self._channels = weights.keys()
        self._capped: dict[str, datetime] = {}

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
        guards, prefix = self._routing.guards, ""
        if channel in PHONE_CHANNELS:
            if not guards.admit(address):
                return NOT_THERE
            prefix = address[:-4] if guards.per_prefix_hour else ""
        held = []
        for provider in self._health.order(channel, self._draw):
            permit = self._of(provider, prefix, parts, urgent)
            if permit.provider or "prefix_velocity" in permit.reasons:
                return permit
            held.append(permit)
        soonest = min(held, key=lambda each: each.wait or DAY)
        return replace(soonest, reasons=tuple(dict.fromkeys(r for p in held for r in p.reasons)))

    def give_back(self, permit: Permit) -> None:
        """The message did not go after all, and the provider was not asked; outside a transaction.
        """
        if permit.provider in self._tokens:
            self._tokens[permit.provider].put_back()
        booked = permit.booked
        if booked is None or permit.provider is None:
            return
        with self._db.begin() as tx:
            if booked.prefix:
                providers.uncount_prefix(tx, booked.prefix, booked.hour)
            if booked.micro:
                providers.take_back_spend(tx, permit.provider, booked.day, booked.micro)

    def record(self, provider: str, ok: bool, took: timedelta) -> None:
        """What became of a send; asked outside a transaction. *ok*: the provider did its work, also
        when it refused this one message; not: it was busy, unheard or broken."""
        slow = took > self._routing.terms(provider).slow
        became = _FAILED if not ok else _SLOW if slow else _ACCEPTED
        self._health.note(provider, became)

    def flush(self) -> None:
        """Write down what was counted and is not yet; before a process ends, and now and then."""
        self._health.flush()

    @property
    def seen(self) -> Mapping[str, Tally]:
        """What became of the sends of this process's own that are not written down: those of
        providers that are alone and without limits."""
        return self._health.seen

    def _guarded(self, channel: str) -> bool:
        guards = self._routing.guards
        return channel in PHONE_CHANNELS and bool(guards.countries or guards.per_prefix_hour)

    def _of(self, provider: str, prefix: str, parts: int, urgent: bool) -> Permit:
        """The permit that this provider gives."""
        capped = self._capped.get(provider)
        if capped is not None and self._now() < capped:
            return self._no_money()
        tokens = self._tokens.get(provider)
        wait = tokens.take(urgent=urgent) if tokens else None
        if wait is not None:
            return Permit(None, wait, ("rate",))
        try:
            return Permit(provider, booked=self._book(provider, prefix, parts))
        except _Held as held:
            if tokens:
                tokens.put_back()
            return held.permit

    def _book(self, provider: str, prefix: str, parts: int) -> Booked | None:
        """Count the message where it is limited. Raises _Held, and nothing is counted."""
        terms, guards = self._routing.terms(provider), self._routing.guards
        micro = terms.price_micro * parts if terms.daily_micro is not None else 0
        if not micro and not prefix:
            return None
        now = self._now()
        booked = Booked(micro, now.date().isoformat(), prefix, providers.minute_of(now) // 60)
        try:
            with self._db.begin() as tx:
                if prefix and not providers.count_prefix(
                    tx, prefix, booked.hour, guards.per_prefix_hour or 0
                ):
                    raise _Held(Permit(None, _left(now, HOUR), ("prefix_velocity",)))
                if micro and not providers.add_spend(
                    tx, provider, booked.day, micro, terms.daily_micro or 0
                ):
                    raise _Held(self._no_money())
        except _Held as held:
            if "spend_cap" in held.permit.reasons:
                self._alarm(provider, booked.day, now)
            raise
        return booked

    def _no_money(self) -> Permit:
        return Permit(None, _left(self._now(), DAY), ("spend_cap",))

    def _alarm(self, provider: str, day: str, now: datetime) -> None:
        """Once a day, whichever process comes first."""
        self._capped[provider] = min(now + CAPPED_FOR, now + _left(now, DAY))
        with self._db.begin() as tx:
            first = providers.alarm(tx, provider, day, now)
        if first:
            terms, currency = self._routing.terms(provider), self._routing.guards.currency
            cap = f"{(terms.daily_micro or 0) / 1_000_000:.2f} {currency}"
            log.error("provider.spend_cap", provider=provider, day=day, cap=cap)


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
