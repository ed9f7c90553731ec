"""Which provider carries a message, and whether it may go now: shares, rates, spend and guards.

One `Traffic` per process, asked outside every transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from inthread.domain.routing import Routing
from inthread.registry import Registry
from inthread.store.db import Database


@dataclass(frozen=True)
class Permit:
    """`provider`: it carries the message, now. Else the message waits for `wait`, or, without one,
    never goes; `reasons` say why: `country_not_allowed`, `no_provider`; `rate`, `prefix_velocity`,
    `spend_cap`."""

    provider: str | None
    wait: timedelta | None = None
    reasons: tuple[str, ...] = ()


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
        self._providers = {
            channel: tuple(p.key for p in providers if routing.terms(p.key).weight)
            for channel, providers in registry.channels.items()
        }

    def permit(
        self, channel: str, address: str, parts: int = 1, *, urgent: bool = False
    ) -> Permit:
        """Who carries *parts* messages to *address* now; asked outside a transaction. *urgent*:
        somebody waits for it, so where it has to wait it goes before the others."""
        candidates = self._providers.get(channel, ())
        if not candidates:
            return Permit(None, reasons=("no_provider",))
        return Permit(candidates[self._draw(len(candidates)) if len(candidates) > 1 else 0])

    def give_back(self, permit: Permit) -> None:
        """The message did not go after all, and nothing was said to the provider."""

    def record(self, provider: str, ok: bool, took: timedelta, parts: int = 1) -> None:
        """What became of a send; asked outside a transaction. *ok*: the provider did its work, also
        when it refused this one message; not: it was busy, unheard or broken."""
