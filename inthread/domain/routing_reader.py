"""Reads `providers.toml` (docs/routing.md): everything wrong with it is found at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from inthread.domain.contact_point import known_region
from inthread.domain.document import DocumentProblem, Section
from inthread.domain.routing import Guards, ProviderTerms, Routing

MICRO = 1_000_000
_PRICE = re.compile(r"(0|[1-9][0-9]{0,8})(?:\.([0-9]{1,6}))?")
_CURRENCY = re.compile(r"[A-Z]{3}")


class RoutingErrors(ValueError):
    """Everything wrong with the document, one line each: file, place, remedy."""

    def __init__(self, problems: Sequence[DocumentProblem]) -> None:
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = tuple(problems)


def read_routing(
    document: Mapping[str, object], file: str, *, providers: Collection[str]
) -> Routing:
    """*providers*: the keys that there are. *file* is named in the problems only. Raises
    RoutingErrors."""
    problems: list[DocumentProblem] = []
    root = Section(document, "", file, problems)
    named = {}
    if root.has("providers"):
        for key, section in root.tables("providers", "a table for each").items():
            named[key] = _terms(section)
            if key not in providers:
                known = ", ".join(sorted(providers)) or "none"
                section.note("", f"is no provider of this installation ({known}): correct its "
                                 "name, install it, or take its table away")
    guards = Guards()
    if root.has("guards"):
        guards = _guards(root.section("guards", "what no provider may pass"))
    root.close()
    if problems:
        raise RoutingErrors(problems)
    return Routing(MappingProxyType(named), guards)


def _terms(section: Section) -> ProviderTerms:
    plain = ProviderTerms()
    weight, rate, slow = plain.weight, plain.per_second, plain.slow
    if section.has("weight"):
        weight = section.integer("weight", "its share; 0: it is not used", 0, 1000)
    if section.has("per_second"):
        rate = section.integer("per_second", "how many may go a second", 1, 10_000)
    burst = rate or 1
    if section.has("burst"):
        burst = section.integer("burst", "how many may go at once after a rest", 1, 100_000)
        if rate is None:
            section.note("burst", "says nothing without per_second: add that")
    if section.has("slow_answer"):
        slow = timedelta(seconds=section.integer("slow_answer", "whole seconds", 1, 60))
    price = _micro(section, "price", "of one part")
    daily = _micro(section, "daily_spend", "of one day (UTC)")
    if daily is not None and not price:
        section.note("daily_spend", "cannot be counted without a price: add that")
    section.close()
    return ProviderTerms(weight, rate, burst, price or 0, daily, slow)


def _guards(section: Section) -> Guards:
    countries: frozenset[str] = frozenset()
    most, currency = None, Guards().currency
    if section.has("countries"):
        countries = frozenset(section.texts("countries", 'two letters each, such as "US"'))
        for unknown in sorted(c for c in countries if not known_region(c)):
            section.note("countries", f"{unknown!r} is no country with telephone numbers: write "
                                      "two capital letters such as US")
    if section.has("per_prefix_hour"):
        most = section.integer("per_prefix_hour", "messages", 1, 1_000_000)
    if section.has("currency"):
        currency = section.text("currency", "the one of every price and daily_spend")
        if currency and not _CURRENCY.fullmatch(currency):
            section.note("currency", "is three capital letters such as USD")
    section.close()
    return Guards(countries, most, currency)


def _micro(section: Section, key: str, of: str) -> int | None:
    """An amount in millionths, never through a float."""
    if not section.has(key):
        return None
    value = section.raw(key)
    found = _PRICE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        section.note(key, f'is no amount: write it as text, the price {of}, such as "0.0083"')
        return None
    whole, part = found.group(1), found.group(2) or ""
    return int(whole) * MICRO + int(part.ljust(6, "0"))
