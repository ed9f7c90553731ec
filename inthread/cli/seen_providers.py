"""What `inthread doctor` says of each provider of a channel."""

from __future__ import annotations

from inthread.cli.parts import Parts
from inthread.cli.seen import Seen
from inthread.domain.routing import Routing
from inthread.queries.providers import ProviderView, provider_views
from inthread.runtime import utc_now
from inthread.settings import Settings
from inthread.store.db import Database


def see_providers(parts: Parts, settings: Settings, db: Database) -> list[Seen]:
    try:
        registry = parts.make_registry(settings)
    except ValueError:
        return []  # said of the plugins already
    try:
        routing = parts.read_routing(settings, registry)
    except ValueError as wrong:
        return [Seen("provider", "wrong", line) for line in str(wrong).splitlines()]
    return [_seen(view, routing) for view in provider_views(db, registry, routing, utc_now())]


def _seen(view: ProviderView, routing: Routing) -> Seen:
    terms, bad = routing.terms(view.key), view.recent.failed + view.recent.slow
    said = [f"{view.key}: {view.share} % of {view.channel}"]
    if view.share != view.resting:
        said.append(f"{view.resting} % at rest")
    if view.recent.sends:
        said.append(f"{bad} of {view.recent.sends} failed or slow in 15 min")
    if view.daily_micro is not None:
        spent, cap = view.spent_micro / 1_000_000, view.daily_micro / 1_000_000
        said.append(f"{spent:.2f} of {cap:.2f} {routing.guards.currency} spent today")
    return Seen("provider", _state(view, terms.price_micro), ", ".join(said))


def _state(view: ProviderView, price_micro: int) -> str:
    """Wrong: today's money is spent. A note: it carries less than it should."""
    if view.daily_micro is not None and view.spent_micro + price_micro > view.daily_micro:
        return "wrong"
    return "note" if view.recent.unwell or view.share < view.resting else "ok"
