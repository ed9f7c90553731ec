"""The providers' numbers, read from the database when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from inthread.queries.providers import ProviderView, provider_views
from inthread.web.responding import runtime


class _Providers(Collector):
    def collect(self) -> Iterator[Metric]:
        rt = runtime()
        views = provider_views(rt.db, rt.registry, rt.routing, rt.now())
        seen = rt.traffic.seen
        sends = CounterMetricFamily(
            "inthread_provider_sends",
            "Sends by what became of them; from midnight (UTC), all processes together. Of a "
            "provider that is alone and has no limit: this process's own.",
            labels=("provider", "result"),
        )
        for view in views:
            tally = seen.get(view.key, view.today)
            for result in ("accepted", "failed", "slow"):
                sends.add_metric((view.key, result), getattr(tally, result))
        yield sends
        yield _gauge(
            "inthread_provider_share", "Percent of its channel's messages.",
            {view.key: view.share for view in views},
        )
        yield _gauge(
            "inthread_provider_spend_ratio", "Of a day's money, what is spent.",
            {view.key: _ratio(view) for view in views if view.daily_micro},
        )


def install(numbers: CollectorRegistry) -> None:
    numbers.register(_Providers())


def _gauge(name: str, says: str, values: dict[str, float]) -> Metric:
    gauge = GaugeMetricFamily(name, says, labels=("provider",))
    for provider, value in values.items():
        gauge.add_metric((provider,), value)
    return gauge


def _ratio(view: ProviderView) -> float:
    return view.spent_micro / (view.daily_micro or 1)
