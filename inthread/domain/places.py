"""Every place that the data about a person suggests they may be in.

A message is lawful when it is open in all of them: 12 CFR 1006, Supplement I, comment 6(b)(1)(i)-2
asks for times that are convenient wherever conflicting data places the person (R4.2). So nothing
that suggests a place is left out because something else suggests another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from inthread.domain.dialled import Dialled, dialled
from inthread.domain.jurisdiction import Hours, Pack, pack_of
from inthread.domain.zones import is_somewhere, one_name, zones_of_country

STATED_ZONE, STATED_REGION, STATED_COUNTRY = "stated_zone", "stated_region", "stated_country"
NUMBER, NUMBER_COUNTRY, DEFAULT_COUNTRY = "number", "number_country", "default_country"


@dataclass(frozen=True)
class Place:
    """One clock and the hours that count on it. `country`: whose rules these are. `why`: what
    suggested it, one of the names above; no personal data, so that a decision may keep it."""

    zone: str
    country: str
    pack: str
    region: str | None
    hours: Hours
    why: str
    holidays: frozenset[date] = field(default=frozenset(), repr=False)


def places_of(
    packs: Mapping[str, Pack], *, country: str | None, region: str | None, zone: str | None,
    phones: Sequence[str], default_country: str,
) -> tuple[Place, ...]:
    """Where the person may be: never empty unless *default_country* is none.

    *country* (ISO 3166-1), *region* (`FL`) and *zone* (IANA) as stated by a source; *phones*: all
    their numbers, in E.164. What cannot be read suggests nothing. A country that is stated, or
    that people have such numbers of, counts with all its zones unless something places the person
    within it; any other only when nothing else says anything.
    """
    numbers = [number for number in map(dialled, phones) if number is not None]
    countries, why = _told(country, numbers, default_country)
    found = [
        *_stated(packs, countries, region, zone),
        *(place for number in numbers for place in _by_number(packs, number)),
    ]
    placed = {place.country for place in found if _within(packs, place)}
    for where, sign in _unmistakable(country, numbers):
        if where not in placed:
            found += _whole(pack_of(packs, where), where, sign)
    if not found:
        found = [p for where in countries for p in _whole(pack_of(packs, where), where, why)]
    if not found:
        found = [*_whole(pack_of(packs, default_country), default_country, DEFAULT_COUNTRY)]
    return _once(found)


def _once(found: Iterable[Place]) -> tuple[Place, ...]:
    """Each clock under each set of hours once, with what suggested it first."""
    once: dict[tuple[str, str, str | None], Place] = {}
    for place in found:
        once.setdefault((place.zone, place.pack, place.region), place)
    return tuple(once.values())


def _told(
    country: str | None, numbers: Iterable[Dialled], default: str
) -> tuple[tuple[str, ...], str]:
    """Whose rules go with what says nothing of a country itself, and how we know."""
    if country:
        return (country.upper(),), STATED_COUNTRY
    of_numbers = tuple(dict.fromkeys(n.country for n in numbers if n.country))
    return (of_numbers, NUMBER_COUNTRY) if of_numbers else ((default,), DEFAULT_COUNTRY)


def _unmistakable(country: str | None, numbers: Iterable[Dialled]) -> Iterator[tuple[str, str]]:
    if country:
        yield country.upper(), STATED_COUNTRY
    for where in dict.fromkeys(n.country for n in numbers if n.country and n.assigned):
        yield where, NUMBER_COUNTRY


def _stated(
    packs: Mapping[str, Pack], countries: Iterable[str], region: str | None, zone: str | None
) -> Iterator[Place]:
    for country in countries:
        pack = pack_of(packs, country)
        part = pack.region(region)
        for listed in part.zones if part is not None else ():
            yield _place(pack, country, part and part.code, listed, STATED_REGION)
        if zone and is_somewhere(zone):
            part = part or pack.territory(country)
            yield _place(pack, country, part and part.code, zone, STATED_ZONE)


def _by_number(packs: Mapping[str, Pack], number: Dialled) -> Iterator[Place]:
    if number.country is None:
        return
    pack = pack_of(packs, number.country)
    part = pack.region_of_number(number.national) or pack.territory(number.country)
    zones = pack.zones_of_number(number.national) or number.zones
    for zone in zones or (part.zones if part is not None else ()):
        yield _place(pack, number.country, part and part.code, zone, NUMBER)


def _within(packs: Mapping[str, Pack], place: Place) -> bool:
    """Whether the place lies in its country: a stated zone may not."""
    if place.why != STATED_ZONE:
        return True
    return one_name(place.zone) in _clocks(pack_of(packs, place.country), place.country)


@lru_cache(maxsize=512)
def _clocks(pack: Pack, country: str) -> frozenset[str]:
    zones = {*zones_of_country(country), *(place.zone for place in _whole(pack, country, ""))}
    if country in pack.countries[:1]:
        zones.update(zone for region in pack.regions.values() for zone in region.zones)
    return frozenset(map(one_name, zones))


@lru_cache(maxsize=512)
def _whole(pack: Pack, country: str, why: str) -> tuple[Place, ...]:
    """All zones of the country, by the hours of the whole country."""
    part = pack.territory(country)
    if part is not None:
        return tuple(_place(pack, country, part.code, zone, why) for zone in part.zones)
    zones = pack.zones if country in pack.countries else zones_of_country(country)
    return tuple(_place(pack, country, None, zone, why) for zone in zones)


@lru_cache(maxsize=16384)
def _place(pack: Pack, country: str, region: str | None, zone: str, why: str) -> Place:
    part = pack.region(region)
    hours = part.hours if part is not None and part.hours is not None else pack.hours
    return Place(zone, country, pack.key, region, hours, why, pack.closed_days)
