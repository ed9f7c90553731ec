"""Time zones by name and by country, from the IANA tables that the tzdata package carries.

Read once a process: like the zones themselves they are part of the program, not of its input.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo


@lru_cache(maxsize=2048)
def zone_named(name: str) -> ZoneInfo | None:
    """None: there is no such zone."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None


@lru_cache(maxsize=512)
def zones_of_country(country: str) -> tuple[str, ...]:
    """Every zone of an ISO 3166-1 country: by IANA's own table; without it, those that telephone
    numbers of the country can be in. Empty for what is no country."""
    listed = _by_country().get(country) or _by_calling_code(country)
    return tuple(zone for zone in listed if zone_named(zone) is not None)


@lru_cache(maxsize=2048)
def is_somewhere(zone: str) -> bool:
    """Whether people live by this zone: `UTC`, `Etc/GMT+5` and the like name a clock, no place."""
    return zone_named(zone) is not None and one_name(zone) in _inhabited()


@lru_cache(maxsize=2048)
def one_name(zone: str) -> str:
    """The same for every name of one clock: `US/Eastern` is `America/New_York`."""
    return _links().get(zone, zone)


@lru_cache(maxsize=1)
def _inhabited() -> frozenset[str]:
    return frozenset(one_name(zone) for zones in _by_country().values() for zone in zones)


@lru_cache(maxsize=1)
def _by_country() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in _table("zone.tab").splitlines():
        if line and not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            found[country] = (*found.get(country, ()), zone)
    return found


@lru_cache(maxsize=1)
def _links() -> Mapping[str, str]:
    lines = (line.split() for line in _table("tzdata.zi").splitlines() if line.startswith("L "))
    return {alias: zone for _, zone, alias in lines}


def _table(name: str) -> str:
    """Its text; empty when this installation has it not (zones then come from the system)."""
    try:
        return resources.files("tzdata.zoneinfo").joinpath(name).read_text(encoding="utf-8")
    except (ModuleNotFoundError, OSError):
        return ""


def _by_calling_code(country: str) -> tuple[str, ...]:
    import phonenumbers
    from phonenumbers.tzdata import TIMEZONE_DATA

    code = phonenumbers.country_code_for_region(country)
    return TIMEZONE_DATA.get(str(code), ())
