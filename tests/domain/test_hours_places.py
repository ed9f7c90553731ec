"""Every place that the data suggests, and only those (R4.2)."""

from __future__ import annotations

import pytest

from inthread.domain.dialled import dialled
from inthread.domain.jurisdiction import pack_of
from inthread.domain.places import places_of
from inthread.domain.zones import _by_calling_code, is_somewhere, one_name, zones_of_country
from tests.domain import packs
from tests.domain.packs import PACKS, seen, who

WHOLE_US = PACKS["us"].zones
EAST, CENTRAL, MOUNTAIN, PACIFIC = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
)


@pytest.mark.parametrize(("places", "expected"), [
    (who(zone=EAST), [(EAST, "us", None, "stated_zone")]),
    (who(country="US", zone=EAST), [(EAST, "us", None, "stated_zone")]),
    # Another name of a zone of that country is no conflict.
    (who(country="us", zone="US/Eastern"), [("US/Eastern", "us", None, "stated_zone")]),
    (who(packs.MANHATTAN), [(EAST, "us", None, "number")]),
    (who(packs.MANHATTAN, country="US"), [(EAST, "us", None, "number")]),
    (who(packs.FICTIONAL, zone=EAST), [(EAST, "us", None, "stated_zone")]),
    (who(packs.FICTIONAL, packs.TOLL_FREE, packs.MANHATTAN), [(EAST, "us", None, "number")]),
    (who(packs.FICTIONAL, zone="Asia/Kolkata"), [("Asia/Kolkata", "us", None, "stated_zone")]),
    (who(zone=EAST, default="GB"), [(EAST, "uk", None, "stated_zone")]),
    (who(country="US", region="TX"),
     [(CENTRAL, "us", "TX", "stated_region"), (MOUNTAIN, "us", "TX", "stated_region")]),
    (who(country="US", region=" us-tx", zone=MOUNTAIN),
     [(CENTRAL, "us", "TX", "stated_region"), (MOUNTAIN, "us", "TX", "stated_region")]),
    # The state's hours go with a zone stated beside it, wherever that is.
    (who(country="US", region="RI", zone=PACIFIC),
     [(EAST, "us", "RI", "stated_region"), (PACIFIC, "us", "RI", "stated_zone")]),
    # No state is guessed from a zone, and one that nobody knows says nothing.
    (who(country="US", region="Florida", zone=EAST), [(EAST, "us", None, "stated_zone")]),
    (who(country="US", region="", zone=EAST), [(EAST, "us", None, "stated_zone")]),
    (who(packs.EL_PASO, packs.HOUSTON),
     [(MOUNTAIN, "us", "TX", "number"), (CENTRAL, "us", "TX", "number")]),
    (who(packs.MIAMI, packs.MANHATTAN, zone=EAST),
     [(EAST, "us", None, "stated_zone"), (EAST, "us", "FL", "number")]),
    (who(packs.ORLANDO), [(EAST, "us", "FL", "number")]),
    (who(packs.TALLAHASSEE), [(CENTRAL, "us", "FL", "number"), (EAST, "us", "FL", "number")]),
    # A state's new area code that telephone tables do not place yet.
    (who("+16215550100"), [(CENTRAL, "us", "TX", "number"), (MOUNTAIN, "us", "TX", "number")]),
    (who(packs.SAN_JUAN), [("America/Puerto_Rico", "us", "PR", "number")]),
    (who(country="PR"), [("America/Puerto_Rico", "us", "PR", "stated_country")]),
    (who(country="PR", zone="America/Puerto_Rico"),
     [("America/Puerto_Rico", "us", "PR", "stated_zone")]),
    (who(country="US", zone="America/Puerto_Rico"),
     [("America/Puerto_Rico", "us", None, "stated_zone")]),
    (who(packs.TORONTO), [("America/Toronto", "neutral", None, "number")]),
    (who(packs.LONDON), [("Europe/London", "uk", None, "number")]),
    (who(packs.BRITISH_MOBILE), [("Europe/London", "uk", None, "number_country")]),
    (who(packs.BRITISH_FICTION), [("Europe/London", "uk", None, "number_country")]),
    (who(packs.MUMBAI), [("Asia/Kolkata", "neutral", None, "number_country")]),
    (who(packs.MANHATTAN, packs.LONDON),
     [(EAST, "us", None, "number"), ("Europe/London", "uk", None, "number")]),
    # They have a British number, wherever else they are.
    (who(packs.BRITISH_MOBILE, country="US", zone=EAST),
     [(EAST, "us", None, "stated_zone"), ("Europe/London", "uk", None, "number_country")]),
    (who(packs.BRITISH_FICTION, country="US", zone=EAST), [(EAST, "us", None, "stated_zone")]),
    (who(country="GB", zone="Europe/Belfast"), [("Europe/Belfast", "uk", None, "stated_zone")]),
    (who(country="JP"), [("Asia/Tokyo", "neutral", None, "stated_country")]),
    (who(default="JP"), [("Asia/Tokyo", "neutral", None, "default_country")]),
    (who("+881612345678", default="JP"), [("Asia/Tokyo", "neutral", None, "default_country")]),
    (who("not a number", "", "maya@example.com", zone="Mars/Olympus", default="JP"),
     [("Asia/Tokyo", "neutral", None, "default_country")]),
    (who(country="XX", default="JP"), [("Asia/Tokyo", "neutral", None, "default_country")]),
    (who(default="XX"), []),
])
def test_r4_2_which_places_the_data_suggests(places, expected) -> None:
    assert seen(places) == expected


@pytest.mark.parametrize(("places", "why"), [
    (who(), "default_country"),
    (who(packs.FICTIONAL), "number_country"),
    (who(packs.TOLL_FREE), "number_country"),
    (who(country="US"), "stated_country"),
    # No such zone; a clock at no place; the names of neither folder nor file.
    (who(zone="Mars/Olympus"), "default_country"),
    (who(zone="UTC"), "default_country"),
    (who(zone="Etc/GMT+5"), "default_country"),
    (who(zone="America"), "default_country"),
    (who(zone="../etc/passwd"), "default_country"),
    (who(zone="/etc/localtime"), "default_country"),
])
def test_r4_2_unknown_is_every_zone_of_the_country(places, why) -> None:
    assert seen(places) == [(zone, "us", None, why) for zone in WHOLE_US]


def test_r4_2_a_country_stated_counts_whole_where_nothing_places_the_person_in_it() -> None:
    abroad = who(country="US", zone="Asia/Kolkata")
    assert seen(abroad)[0] == ("Asia/Kolkata", "us", None, "stated_zone")
    assert [place.zone for place in abroad[1:]] == list(WHOLE_US)
    assert {place.zone for place in who(packs.AUSTRALIAN_MOBILE, zone=EAST)} == {
        EAST, *zones_of_country("AU"),
    }


def test_a_place_carries_what_its_pack_says() -> None:
    texas, british = who(packs.HOUSTON)[0], who(packs.LONDON)[0]
    assert texas.hours == PACKS["us"].regions["TX"].hours
    assert (texas.country, texas.holidays) == ("US", frozenset())
    assert british.hours == PACKS["uk"].hours
    assert british.holidays == frozenset(PACKS["uk"].holidays)


def test_the_order_of_numbers_changes_nothing_but_the_order() -> None:
    numbers = (packs.MIAMI, packs.LONDON, packs.FICTIONAL, packs.AUSTRALIAN_MOBILE, packs.MUMBAI)
    there, back = who(*numbers), who(*reversed(numbers))
    assert sorted(seen(there), key=str) == sorted(seen(back), key=str)


def test_without_a_pack_that_stands_in_a_country_has_none() -> None:
    with pytest.raises(LookupError):
        pack_of({"uk": PACKS["uk"]}, "JP")
    with pytest.raises(LookupError):
        places_of(
            {"uk": PACKS["uk"]}, country="JP", region=None, zone=None, phones=(),
            default_country="GB",
        )


@pytest.mark.parametrize(("country", "zones"), [
    ("GB", ("Europe/London",)),
    ("DE", ("Europe/Berlin", "Europe/Busingen")),
    ("NZ", ("Pacific/Auckland", "Pacific/Chatham")),
    ("", ()), ("XX", ()), ("us", ()),
])
def test_zones_of_a_country(country: str, zones: tuple[str, ...]) -> None:
    assert zones_of_country(country) == zones


def test_zones_of_a_country_by_its_telephone_numbers() -> None:
    assert _by_calling_code("IN") == ("Asia/Calcutta",)
    assert set(_by_calling_code("GB")) >= {"Europe/London"}
    assert _by_calling_code("XX") == ()


def test_names_of_one_clock() -> None:
    assert one_name("US/Eastern") == one_name(EAST) == EAST
    assert [is_somewhere(zone) for zone in (EAST, "Asia/Calcutta", "UTC", "Factory", "no")] == [
        True, True, False, False, False,
    ]


def test_a_prefix_says_as_much_as_tables_know() -> None:
    manhattan, fictional = dialled(packs.MANHATTAN), dialled(packs.FICTIONAL)
    assert manhattan is not None
    assert fictional is not None
    assert (manhattan.country, manhattan.zones, manhattan.assigned) == ("US", (EAST,), True)
    assert (fictional.country, fictional.zones, fictional.assigned) == ("US", (), False)
    assert dialled("2125550100") is None
    assert dialled("") is None
