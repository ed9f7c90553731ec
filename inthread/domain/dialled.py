"""What the prefix of a telephone number says about where its owner may be.

A number can be carried along to another place; the prefix is then one suggestion among others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_NORTH_AMERICAN = re.compile(r"\+1([0-9]{3})[0-9]{7}")
_OF_NO_COUNTRY = ("001", "ZZ")


@dataclass(frozen=True)
class Dialled:
    """`country`: ISO 3166-1, None for satellites and the like. `national`: digits after the
    country's calling code, in North America those of the area code alone. `zones`: where the
    prefix is in use; empty when it is known for a country at most. `assigned`: people have such
    numbers, which nobody can say of 555, of toll-free or of malformed ones."""

    country: str | None
    national: str
    zones: tuple[str, ...]
    assigned: bool


def dialled(number: str) -> Dialled | None:
    """*number* in E.164. None: it is no telephone number."""
    found = _NORTH_AMERICAN.fullmatch(number)
    return _north_american(found.group(1)) if found else _elsewhere(number)


@lru_cache(maxsize=1024)
def _north_american(area: str) -> Dialled:
    """All zones of the area code: which exchange of it lies where changes faster than tables do,
    and what no table names would get the zone of the others."""
    from phonenumbers import PhoneNumber, region_code_for_country_code, region_code_for_number
    from phonenumbers.tzdata import TIMEZONE_DATA

    prefix = f"1{area}"
    zones = {z for row, known in TIMEZONE_DATA.items() if row.startswith(prefix) for z in known}
    sample = PhoneNumber(country_code=1, national_number=int(f"{area}2345678"))
    country = region_code_for_number(sample) or region_code_for_country_code(1)
    return Dialled(country, area, tuple(sorted(zones)), bool(zones))


@lru_cache(maxsize=65536)
def _elsewhere(number: str) -> Dialled | None:
    import phonenumbers
    from phonenumbers.phonenumberutil import is_number_type_geographical

    try:
        read = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    code, kind = read.country_code or 0, phonenumbers.number_type(read)
    country = phonenumbers.region_code_for_number(read) or (
        phonenumbers.region_code_for_country_code(code)
    )
    placed = is_number_type_geographical(kind, code)
    mobile = kind == phonenumbers.PhoneNumberType.MOBILE
    return Dialled(
        country=None if country in _OF_NO_COUNTRY else country,
        national=str(read.national_number),
        zones=_zones(f"{code}{read.national_number}", len(str(code))) if placed else (),
        assigned=placed or mobile,
    )


def _zones(digits: str, calling_code: int) -> tuple[str, ...]:
    """Those of the longest prefix in the table that says more than the country."""
    from phonenumbers.tzdata import TIMEZONE_DATA, TIMEZONE_LONGEST_PREFIX

    for length in range(TIMEZONE_LONGEST_PREFIX, calling_code, -1):
        if digits[:length] in TIMEZONE_DATA:
            return TIMEZONE_DATA[digits[:length]]
    return ()
