"""Phone numbers and e-mail addresses, in the spelling they are kept in."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.contact_point import email, kept_address, phone


@pytest.mark.parametrize(("given_number", "region", "kept"), [
    ("+15550100482", None, "+15550100482"),
    ("+44 20 7946 0018", None, "+442079460018"),
    ("+44 (0)20 7946 0018", None, "+442079460018"),
    ("020 7946 0018", "GB", "+442079460018"),
    ("(202) 555-0123", "US", "+12025550123"),
    ("tel:+1-202-555-0123", None, "+12025550123"),
    ("+39 02 3661 8300", None, "+390236618300"),
])
def test_a_number_is_kept_in_one_spelling(
    given_number: str, region: str | None, kept: str
) -> None:
    assert phone(given_number, region) == kept


@pytest.mark.parametrize("number", [
    "", "x", "5550100482", "+999123456789", "+1555010048", "+155501004820", "+1 202 555 0123 ext 4",
])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match=r"^(is not a phone number|has an extension)"):
        phone(number)


_CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)


@given(st.sampled_from(_CODES), st.from_regex(r"[0-9]{4,12}", fullmatch=True))
def test_the_short_way_says_what_the_library_says(code: int, national: str) -> None:
    """The table of lengths is only a faster way to the same answer."""
    number = f"+{code}{national}"
    try:
        read = phonenumbers.parse(number)
        ok = phonenumbers.is_possible_number_with_reason(read) == (
            phonenumbers.ValidationResult.IS_POSSIBLE
        )
    except phonenumbers.NumberParseException:
        ok = False
    if not ok:
        with pytest.raises(ValueError, match="is not a phone number"):
            phone(number)
    else:
        assert phone(number) == phonenumbers.format_number(
            read, phonenumbers.PhoneNumberFormat.E164
        )


def test_an_address_keeps_its_name_and_a_small_host() -> None:
    assert email(" Maya.O+bills@Example.COM ") == "Maya.O+bills@example.com"


@pytest.mark.parametrize("address", [
    "maya", "maya@", "@example.com", "maya@example", "ma ya@example.com", "maya@-x.com",
    "a..b@example.com", ".a@example.com", "maya@example.com\n.evil.test", "a@b@example.com",
    f"{'a' * 65}@example.com", "maya@exämple.com",
])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="is not an e-mail address"):
        email(address)


def test_a_channel_of_a_plugin_has_addresses_of_its_own() -> None:
    assert kept_address("push", " device-7 ") == "device-7"
    for bad in ("", " ", "a\x00b"):
        with pytest.raises(ValueError, match="is not text"):
            kept_address("push", bad)
    with pytest.raises(ValueError, match="has 255 characters"):
        kept_address("push", "a" * 255)
