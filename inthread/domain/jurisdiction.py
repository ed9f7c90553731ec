"""Pack: the rules of one jurisdiction about when and how often people may be written to.

A pack is data (docs/jurisdictions.md): its version and sources go into each decision it took part
in. Hours are local to the person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property


@dataclass(frozen=True)
class Window:
    """Open while `opens <= local time < closes` (12 CFR 1006.6(b)(1)(i))."""

    opens: time
    closes: time

    @property
    def empty(self) -> bool:
        return self.opens >= self.closes


ALL_DAY = Window(time.min, time.max)


@dataclass(frozen=True)
class Hours:
    """`days`: one for each weekday, Monday first; None is closed."""

    days: tuple[Window | None, ...]


@dataclass(frozen=True)
class Region:
    """Part of a country. `hours` None: those of the pack. `area_codes`: digits that follow the
    country's calling code in numbers of this region."""

    code: str
    hours: Hours | None
    zones: tuple[str, ...]
    area_codes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Pack:
    """`countries`: ISO 3166-1, the first is the one that `zones` covers; each other is a region
    of the same code. The pack without countries stands in for every country that has none.
    `holidays`: days on which nothing that we start is sent. `per_day`: messages to one person.
    `fresh_days`: purpose -> days for which a number is taken to be the person's without a fresh
    sign. `opt_out_in`: purposes whose every message says how to stop. `number_zones`: area code
    -> its zones, where telephone tables are wrong or silent. Two packs are never equal."""

    key: str
    version: str
    sources: tuple[str, ...]
    countries: tuple[str, ...]
    zones: tuple[str, ...]
    hours: Hours
    regions: Mapping[str, Region]
    holidays: Mapping[date, str]
    per_day: int
    calls_per_week: int | None
    fresh_days: Mapping[str, int]
    opt_out_in: frozenset[str]
    number_zones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def closed_days(self) -> frozenset[date]:
        return frozenset(self.holidays)

    @cached_property
    def _area_regions(self) -> dict[str, Region]:
        return {code: region for region in self.regions.values() for code in region.area_codes}

    def region(self, code: str | None) -> Region | None:
        """*code* as in `FL` or `us-fl`; None for what this pack does not know."""
        if code is None:
            return None
        plain = code.strip().upper()
        return self.regions.get(plain) or self.regions.get(plain.partition("-")[2])

    def territory(self, country: str) -> Region | None:
        """The region that one of the further countries is."""
        return self.regions.get(country) if country in self.countries[1:] else None

    def region_of_number(self, national: str) -> Region | None:
        """Of the longest area code that *national* begins with."""
        for length in range(min(len(national), 5), 0, -1):
            region = self._area_regions.get(national[:length])
            if region is not None:
                return region
        return None

    def zones_of_number(self, national: str) -> tuple[str, ...]:
        for length in range(min(len(national), 5), 0, -1):
            if national[:length] in self.number_zones:
                return self.number_zones[national[:length]]
        return ()


def pack_of(packs: Mapping[str, Pack], country: str | None) -> Pack:
    """The pack of a country, else the one that stands in. Raises LookupError when there is none."""
    fallback = None
    for pack in packs.values():
        if country in pack.countries:
            return pack
        if not pack.countries:
            fallback = pack
    if fallback is None:
        raise LookupError("no pack stands in for countries that have none")
    return fallback
