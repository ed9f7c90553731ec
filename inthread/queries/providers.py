"""How the providers of the channels fare, as the database knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inthread.domain.routing import Routing
from inthread.domain.shares import HORIZON, WINDOW, Shares, Tally, advance, recent
from inthread.registry import Registry
from inthread.store import providers
from inthread.store.db import Database
from inthread.traffic import resting_weights

DAY = 1440


@dataclass(frozen=True)
class ProviderView:
    """`share`: percent of its channel, now and at rest. `recent`: its sends of the last 15 minutes,
    `today`: since midnight (UTC). Money in millionths; `daily_micro` None: no cap."""

    key: str
    channel: str
    share: int
    resting: int
    recent: Tally
    today: Tally
    spent_micro: int
    daily_micro: int | None


def provider_views(
    db: Database, registry: Registry, routing: Routing, now: datetime
) -> list[ProviderView]:
    """Every provider there is. Those alone and without limits are not written down: of them the
    counts are nothing."""
    minute, keys = providers.minute_of(now), sorted(registry.providers)
    with db.read() as tx:
        minutes = providers.minutes(tx, keys, minute - HORIZON - WINDOW)
        today = providers.totals(tx, keys, minute - minute % DAY)
        spent = providers.spent(tx, keys, now.date().isoformat())
    resting: dict[str, int] = {}
    share: dict[str, int] = {}
    for weights in resting_weights(registry, routing).values():
        start = Shares.resting(weights, minute - 1 - HORIZON)
        resting |= start.points
        share |= advance(start, weights, minutes, minute - 1).points
    return [
        ProviderView(
            key, registry.providers[key].channel, share.get(key, 0), resting.get(key, 0),
            recent(minutes, key, minute), today.get(key, Tally()), spent.get(key, 0),
            routing.terms(key).daily_micro,
        )
        for key in keys
    ]
