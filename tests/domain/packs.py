"""The packs that ship, and people at the places that the tables of hours are about."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from inthread.domain.jurisdiction_reader import read_packs
from inthread.domain.places import Place, places_of

FOLDER = Path(__file__).parents[2] / "jurisdictions"
PACKS = read_packs(
    (tomllib.loads(path.read_text(encoding="utf-8")), path.name)
    for path in sorted(FOLDER.glob("*.toml"))
)

FICTIONAL = "+15550100482"
MANHATTAN, MIAMI, TALLAHASSEE, ORLANDO = (
    "+12125550100", "+13055550100", "+18505550100", "+16895550100",
)
OKLAHOMA_CITY, BALTIMORE, JACKSON_MS, NEWARK, HARTFORD, PROVIDENCE = (
    "+14055550100", "+14105550100", "+16015550100", "+19735550100", "+18605550100",
    "+14015550100",
)
HOUSTON, EL_PASO, WESTERN_KENTUCKY, SOUTHERN_INDIANA = (
    "+17135550100", "+19155550100", "+12705550100", "+18125550100",
)
SAN_JUAN, TOLL_FREE, TORONTO = "+17875550100", "+18005550100", "+14165550100"
LONDON, BRITISH_MOBILE, BRITISH_FICTION = "+442079460000", "+447400123456", "+447700900123"
ADELAIDE, AUSTRALIAN_MOBILE, MUMBAI, AUCKLAND = (
    "+61882123456", "+61412345678", "+912222345678", "+6493001234",
)


def who(
    *phones: str, country: str | None = None, region: str | None = None, zone: str | None = None,
    default: str = "US",
) -> tuple[Place, ...]:
    return places_of(
        PACKS, country=country, region=region, zone=zone, phones=phones, default_country=default
    )


def seen(places: Sequence[Place]) -> list[tuple[str, str, str | None, str]]:
    return [(place.zone, place.pack, place.region, place.why) for place in places]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
