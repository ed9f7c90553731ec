"""Details: what is asked, what is taken, and what it comes to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.spi import Choice, Form, Invalid, Line, NewContact, Offer, Settled
from miniapps.details import WORDING, Details
from miniapps.details.masks import masked
from miniapps.details.reach import NotReachable, read_email, read_phone
from tests.miniapps.build import again, an_offer, problems

DETAILS = Details()
ALL = ("address", "phone", "email")
ON_FILE = {
    "address": "14 Mill Lane, Easton, PA 18042", "phone": "+15550100482",
    "email": "maya@example.com", "country": "US",
}
KEPT = {"address_is": "same", "phone_is": "same", "email_is": "same"}
ELM = {
    "address_is": "new", "country": "US", "fields_for": "US", "street": "1 Elm St",
    "street2": "Apt 4", "city": "Easton", "area": "pa", "postal": "18042",
}


def offer(
    *fields: str, on_file: dict[str, str] = ON_FILE,
    countries: tuple[str, ...] = ("US", "GB", "DE", "JP"), locale: str = "en",
) -> Offer:
    terms = {"fields": fields or ALL, "countries": countries}
    return replace(an_offer(terms, locale=locale), facts=on_file)


def settled(form: dict[str, str], *fields: str, **how: object) -> Settled:
    asked = offer(*fields, **how)  # type: ignore[arg-type]
    choice = DETAILS.read(asked, Form(form))
    assert again(DETAILS, asked, choice) == choice
    return DETAILS.settle(asked, choice)


def test_the_page_shows_a_part_of_what_is_on_file() -> None:
    page = DETAILS.page(offer())
    assert page["asked"] == [
        ("address", "••• M••• L•••, E•••, ••• 1•••"), ("phone", "••• 482"),
        ("email", "m•••@e•••"),
    ]
    assert page["countries"] == [
        ("DE", "Germany"), ("JP", "Japan"), ("GB", "United Kingdom"), ("US", "United States"),
    ]
    assert page["country"] == "US"


def test_only_the_fields_of_the_row_are_asked() -> None:
    assert [name for name, _ in DETAILS.page(offer("phone"))["asked"]] == ["phone"]  # type: ignore[attr-defined]
    assert settled({"phone_is": "same"}, "phone").values["address"] == ""


def test_the_first_country_is_asked_first_unless_one_is_on_file() -> None:
    assert DETAILS.page(offer(on_file={**ON_FILE, "country": "GB"}))["country"] == "GB"
    assert DETAILS.page(offer(on_file={**ON_FILE, "country": "FR"}))["country"] == "US"


def test_an_address_is_normalised() -> None:
    found = settled({**KEPT, **ELM})
    assert found.kind == "details_changed"
    assert found.values["address"] == "1 Elm St, Apt 4, EASTON, PA 18042, UNITED STATES"
    assert found.values["address_before"] == ON_FILE["address"]
    assert found.values["changed"] == ["address"]
    assert found.values["address_parts"] == {
        "country": "US", "street": "1 Elm St", "street2": "Apt 4", "suburb": "", "city": "EASTON",
        "area": "PA", "postal": "18042", "sorting": "",
    }
    assert (found.contacts, found.guarded) == ((), True)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"street": " "}, {"street": ("enter_street", {})}),
        ({"city": "", "area": ""}, {"city": ("enter_city", {}), "area": ("enter_area", {})}),
        ({"area": "Bavaria"}, {"area": ("enter_area", {})}),
        ({"postal": "ABC"}, {"postal": ("wrong_postal", {"example": "95014"})}),
        ({"street": "x" * 101}, {"street": ("too_long", {"most": 100})}),
        ({"country": "FR"}, {"country": ("choose_country", {})}),
        ({"country": "../etc"}, {"country": ("choose_country", {})}),
        ({"address_is": ""}, {"address_is": ("say_address", {})}),
    ],
)
def test_what_is_wrong_with_an_address(
    change: dict[str, str], wrong: dict[str, object]
) -> None:
    assert problems(DETAILS, offer("address"), **{**ELM, **change}) == wrong


def test_another_country_asks_again_with_its_own_fields_and_says_nothing_is_wrong() -> None:
    with pytest.raises(Invalid) as asks:
        DETAILS.read(offer(), Form({**KEPT, **ELM, "country": "DE", "step": "country"}))
    assert asks.value.problems == {}


def test_the_same_address_again_is_no_change() -> None:
    line = "1 Elm St, Apt 4, EASTON, PA 18042, UNITED STATES"
    found = settled(ELM, "address", on_file={**ON_FILE, "address": line})
    assert (found.kind, found.values["changed"], found.guarded) == ("details_confirmed", [], False)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("(555) 010-0777", "+15550100777"), ("+1 555 010 0777", "+15550100777"),
        ("+44 7700 900123", "+447700900123"), ("+49 1511 2345678", "+4915112345678"),
    ],
)
def test_a_number_is_kept_in_e164(typed: str, kept: str) -> None:
    assert read_phone(typed, "US", ("US", "GB", "DE")) == kept


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("12", "wrong_phone"), ("call me", "wrong_phone"), ("+15550100777 ext 5", "wrong_phone"),
        ("+33 6 12 34 56 78", "phone_country"), ("+881 612 345 678", "phone_country"),
        ("1-900-555-0100", "phone_kind"), ("1-800-555-0100", "phone_kind"),
        ("+1" + "5" * 40, "wrong_phone"), ("4111 1111 1111 1111", "wrong_phone"),
    ],
)
def test_a_number_that_is_not_taken(typed: str, wrong: str) -> None:
    with pytest.raises(NotReachable) as refused:
        read_phone(typed, "US", ("US", "GB"))
    assert str(refused.value) == wrong


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Maya.O@EXAMPLE.org", "Maya.O@example.org"),
        ("a@münchen.de", "a@xn--mnchen-3ya.de"),
    ],
)
def test_a_mail_address_is_normalised(typed: str, kept: str) -> None:
    assert read_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["maya", "maya@localhost", "a@b@c.org", "ü@example.org", "a@x.test", "a" * 250 + "@x.org"],
)
def test_a_mail_address_that_is_not_taken(typed: str) -> None:
    assert problems(DETAILS, offer("email"), email_is="new", email=typed) == {
        "email": ("wrong_email", {})
    }


def test_what_a_change_comes_to() -> None:
    found = settled({
        **KEPT, "phone_is": "new", "phone": "(555) 010-0777", "email_is": "new",
        "email": "m@example.org",
    })
    assert found.contacts == (
        NewContact("sms", "+15550100777", "+15550100482"),
        NewContact("email", "m@example.org", "maya@example.com"),
    )
    assert found.values["changed"] == ["phone", "email"]
    assert (found.kind, found.guarded) == ("details_changed", True)


def test_all_of_it_confirmed() -> None:
    assert settled(KEPT) == Settled("details_confirmed", {
        "changed": [], "address_parts": {},
        "address": ON_FILE["address"], "address_before": ON_FILE["address"],
        "phone": "+15550100482", "phone_before": "+15550100482",
        "email": "maya@example.com", "email_before": "maya@example.com",
    })


def test_a_number_that_the_source_spells_in_its_own_way_is_the_same_number() -> None:
    spelled = {**ON_FILE, "phone": "(555) 010-0482", "email": "maya@EXAMPLE.com"}
    form = {"phone_is": "new", "phone": "+15550100482", "email_is": "new",
            "email": "maya@example.com"}
    found = settled(form, "phone", "email", on_file=spelled)
    assert (found.kind, found.contacts) == ("details_confirmed", ())


def test_what_nobody_has_on_file_has_to_be_given() -> None:
    nothing = offer("phone", on_file={})
    assert problems(DETAILS, nothing, phone_is="same") == {"phone": ("enter_phone", {})}
    choice = DETAILS.read(nothing, Form({"phone": "+15550100777"}))
    assert choice.lines == (Line("phone_new", "+1 555-010-0777"),)
    assert DETAILS.settle(nothing, choice).contacts == (NewContact("sms", "+15550100777", ""),)


def test_the_lines_say_what_was_and_what_will_be() -> None:
    choice = DETAILS.read(offer(), Form({**KEPT, "phone_is": "new", "phone": "+15550100777"}))
    assert choice == Choice(
        {"address_is": "same", "phone_is": "new", "phone": "+15550100777", "email_is": "same"},
        (Line("address_kept", "••• M••• L•••, E•••, ••• 1•••"), Line("phone_left", "••• 482"),
         Line("phone_new", "+1 555-010-0777"), Line("email_kept", "m•••@e•••")),
    )


def test_every_problem_is_told_at_once() -> None:
    found = problems(DETAILS, offer(), address_is="new", country="US", fields_for="US")
    assert sorted(found) == ["area", "city", "email_is", "phone_is", "postal", "street"]


@pytest.mark.parametrize("terms", [{"fields": ("iban",)}, {"countries": ("UK",)}])
def test_terms_that_it_does_not_know_are_a_fault(terms: dict[str, tuple[str, ...]]) -> None:
    asked = an_offer({"fields": ALL, "countries": ("US",), **terms})
    with pytest.raises(ValueError, match=r"details has no field|is no country"):
        DETAILS.page(asked)


@given(st.text(max_size=60))
def test_a_mask_shows_at_most_one_letter_of_a_word(text: str) -> None:
    for word in masked("address", text).split("•••"):
        assert sum(c.isalnum() or c == "_" for c in word) <= 1


@given(st.dictionaries(st.sampled_from([*ELM, "phone", "email", *KEPT]), st.text(max_size=40)))
def test_any_form_is_taken_or_refused_in_words(typed: dict[str, str]) -> None:
    assert [key for key, _ in problems(DETAILS, offer(), **typed).values() if key not in WORDING] \
        == []
