"""What is known of the providers and what guards them, as `providers.toml` says (docs/routing.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from inthread.domain.dialled import dialled

RESTING_WEIGHT = 100


@dataclass(frozen=True)
class ProviderTerms:
    """`weight`: the resting share among the providers of its channel; 0: it is not used.
    `per_second`: None for no limit; `burst`: how many may go at once after a rest. Money in
    millionths of the guards' currency; `daily_micro`: None for no cap. `slow`: an answer that
    takes longer counts against it."""

    weight: int = RESTING_WEIGHT
    per_second: int | None = None
    burst: int = 1
    price_micro: int = 0
    daily_micro: int | None = None
    slow: timedelta = timedelta(seconds=5)


@dataclass(frozen=True)
class Guards:
    """Against numbers that somebody earns on (security §6). `countries`: ISO 3166-1; none named:
    all. `per_prefix_hour`: the most to numbers that differ in their last four digits only."""

    countries: frozenset[str] = frozenset()
    per_prefix_hour: int | None = None
    currency: str = "USD"

    def admit(self, number: str) -> bool:
        """Whether this number (E.164) lies in a country that is written to. One of no country (a
        satellite's) does not, once any is named."""
        if not self.countries:
            return True
        known = dialled(number)
        return known is not None and known.country in self.countries


@dataclass(frozen=True)
class Routing:
    """`named`: the providers that the document names; any other has no limit."""

    named: Mapping[str, ProviderTerms] = field(default_factory=lambda: MappingProxyType({}))
    guards: Guards = Guards()

    def terms(self, provider: str) -> ProviderTerms:
        return self.named.get(provider, _PLAIN)


_PLAIN = ProviderTerms()
