"""Phone numbers and e-mail addresses as people type them, in the one spelling they are kept in."""

from __future__ import annotations

from collections.abc import Collection

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

LONGEST_EMAIL = 254
LONGEST_PHONE = 40
# Numbers that no text message reaches, or that cost whoever writes to them.
_NO_PERSON = frozenset({
    PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.TOLL_FREE,
    PhoneNumberType.UAN, PhoneNumberType.PAGER, PhoneNumberType.VOICEMAIL,
})


class NotReachable(ValueError):
    """The text is the wording key of what is wrong."""


def read_phone(text: str, country: str, countries: Collection[str]) -> str:
    """E.164. *country*: where a number without `+` is dialled. Raises NotReachable: only numbers of
    *countries* are taken, as elsewhere nobody has agreed to pay for messages."""
    if len(text) > LONGEST_PHONE:
        raise NotReachable("wrong_phone")
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        raise NotReachable("wrong_phone") from None
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != ValidationResult.IS_POSSIBLE or number.extension:
        raise NotReachable("wrong_phone")
    if number.country_code not in {phonenumbers.country_code_for_region(c) for c in countries}:
        raise NotReachable("phone_country")
    if phonenumbers.number_type(number) in _NO_PERSON:
        raise NotReachable("phone_kind")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def on_file_phone(text: str, country: str) -> str:
    """A number as a source states it, in E.164 if it can be; else as it is."""
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return text
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def on_file_email(text: str) -> str:
    """The same of an e-mail address."""
    try:
        return read_email(text)
    except NotReachable:
        return text


def spoken_phone(number: str) -> str:
    """An E.164 number with the spaces it is read with."""
    return phonenumbers.format_number(
        phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL
    )


def phone_example(country: str) -> str:
    """A number of this country, as it is dialled there."""
    number = phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE)
    if number is None:
        return "+15550100482"
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def read_email(text: str) -> str:
    """The address with its host in small letters, and in ASCII. Nobody is asked whether it exists.
    Raises NotReachable."""
    if len(text) > LONGEST_EMAIL:
        raise NotReachable("wrong_email")
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise NotReachable("wrong_email") from None
    return found.ascii_email or found.normalized
