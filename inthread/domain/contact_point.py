"""Phone numbers and e-mail addresses, in the one spelling they are kept in.

A phone number is E.164 (`+15550100482`); a national one is read with the region it is dialled in.
It has to be possible (a known country code and a length that country has); whether it is in use,
nobody can tell before sending.
"""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, ValidationResult
from phonenumbers.phonenumberutil import region_code_for_country_code

PHONE_CHANNELS = ("sms", "whatsapp", "voice")
CHANNELS = (*PHONE_CHANNELS, "email")
LONGEST_ADDRESS = 254

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# HTML's own pattern for e-mail fields, with a dot asked of the host and a limit to the name.
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+", re.I)


def kept_address(channel: str, address: str, region: str | None = None) -> str:
    """The address as it is kept. *region*: where a number without `+` is dialled (`US`).
    Raises ValueError with a plain sentence."""
    if len(address) > LONGEST_ADDRESS:
        raise ValueError(f"has {len(address)} characters; the most is {LONGEST_ADDRESS}")
    if channel in PHONE_CHANNELS:
        return phone(address, region)
    if channel == "email":
        return email(address)
    if not address.isprintable() or not address.strip():
        raise ValueError("is not text")
    return address.strip()


def phone(number: str, region: str | None = None) -> str:
    """The number in E.164. Raises ValueError."""
    if _E164.fullmatch(number) and _plain(number):
        return number
    return _read_phone(number, region)


def email(address: str) -> str:
    """The address with its host in small letters. Raises ValueError."""
    address = address.strip()
    if not _EMAIL.fullmatch(address) or ".." in address or address.startswith("."):
        raise ValueError("is not an e-mail address such as maya@example.com")
    name, _, host = address.rpartition("@")
    return f"{name}@{host.lower()}"


def _plain(number: str) -> bool:
    """Whether the number is E.164 already, by the table of lengths alone: the long way round takes
    twenty times as long and says the same (a test compares them)."""
    for digits in (1, 2, 3):
        lengths, trunk = _country(number[1 : 1 + digits])
        if lengths:
            national = number[1 + digits :]
            return len(national) in lengths and not national.startswith(trunk)
    return False


@lru_cache(maxsize=1024)
def _country(code: str) -> tuple[frozenset[int], str]:
    """The lengths of national numbers and the trunk prefix; no lengths when there is no such code,
    or when its numbers may carry more than a plain trunk prefix."""
    if int(code) not in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        return frozenset(), ""
    region = region_code_for_country_code(int(code))
    rules = PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
    if rules is None or rules.general_desc is None:
        return frozenset(), ""
    trunk = rules.national_prefix_for_parsing or ""
    if trunk and not trunk.isdigit():
        return frozenset(), ""
    # No number begins with a space: nothing to look for where there is no trunk prefix.
    return frozenset(rules.general_desc.possible_length), trunk or " "


def _read_phone(number: str, region: str | None) -> str:
    try:
        read = phonenumbers.parse(number, region)
    except NumberParseException:
        advice = "+15550100482" if region is None else f"+15550100482, or as dialled in {region}"
        raise ValueError(f"is not a phone number such as {advice}") from None
    if phonenumbers.is_possible_number_with_reason(read) != ValidationResult.IS_POSSIBLE:
        raise ValueError("is not a phone number: its length is not one that country uses")
    if read.extension:
        raise ValueError("has an extension: a message cannot be sent to one")
    return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)


def known_region(region: str) -> bool:
    """Whether phone numbers are dialled in a region of this name (ISO 3166-1, two letters)."""
    return region in phonenumbers.SUPPORTED_REGIONS
