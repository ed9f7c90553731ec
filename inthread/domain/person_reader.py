"""Reads the person of a trigger: who they are, where they are, when they may be written to, and
what they agreed to at each contact point.

    {"reference": "CUST-1", "name": "Maya Okafor", "locale": "en", "zone": "America/New_York",
     "country": "US", "region": "KY",
     "prefers": {"not_before": "11:00", "not_after": "18:00", "not_on": ["sunday"]},
     "contacts": [{"channel": "sms", "address": "+1...", "consent": {"purposes": ["collections"],
                   "wording": "...", "version": "2026-01", "at": "2026-01-05T10:00:00Z",
                   "source": "order form"}}]}
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

from inthread.domain.card_numbers import mask_cards
from inthread.domain.contact_point import kept_address
from inthread.domain.contract import CONSENT_PURPOSES
from inthread.domain.intake import NamedContact, NamedPerson, StatedConsent
from inthread.domain.refusals import Problem
from inthread.domain.stated import past, shaped, text, unknown

LONGEST_REFERENCE = 120
LONGEST_NAME = 200
LONGEST_CONSENT = 2000
LONGEST_SOURCE = 120
MOST_CONTACTS = 10
LOCALE = "^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})?$"
COUNTRY = "^[A-Z]{2}$"
REGION = "^[A-Z0-9-]{1,10}$"
VERSION = "^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$"
CLOCK = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_PERSON = frozenset({
    "reference", "name", "locale", "zone", "country", "region", "prefers", "contacts",
})
_CONTACT = frozenset({"channel", "address", "consent"})
_CONSENT = frozenset({"purposes", "wording", "version", "at", "source"})
_PREFERS = frozenset({"not_before", "not_after", "not_on"})
_LOCALE, _COUNTRY, _REGION = re.compile(LOCALE), re.compile(COUNTRY), re.compile(REGION)
_VERSION, _CLOCK = re.compile(VERSION), re.compile(CLOCK)


@dataclass(frozen=True)
class PersonReader:
    """`channels`: those that contacts may name. `dialled_in`: where a phone number without `+` is
    dialled."""

    channels: Collection[str]
    now: datetime
    dialled_in: str | None = None

    def read(self, raw: object, problems: list[Problem]) -> NamedPerson | None:
        """The person, or None with all that is wrong noted. Never raises on what was sent."""
        if not isinstance(raw, dict):
            problems.append(Problem("/person", "is not an object with a reference"))
            return None
        found = unknown("/person", raw, _PERSON)
        reference = text(found, "/person/reference", raw.get("reference"), LONGEST_REFERENCE)
        if reference is None and not found:
            found.append(Problem("/person/reference", "is missing and is required"))
        if reference is not None and mask_cards(reference) != reference:
            found.append(Problem("/person/reference", "looks like a card number: never send one"))
        name = text(found, "/person/name", raw.get("name"), LONGEST_NAME)
        person = NamedPerson(
            reference or "", mask_cards(name) if name else name,
            shaped(found, "/person/locale", raw.get("locale"), _LOCALE,
                   "is not a language such as en or es-MX"),
            _zone(found, raw.get("zone")), self._contacts(raw.get("contacts"), found),
            _country(found, raw.get("country")),
            shaped(found, "/person/region", raw.get("region"), _REGION,
                   "is not a part of a country such as KY"),
            _prefers(found, raw.get("prefers")),
        )
        problems.extend(found)
        return None if found else person

    def _contacts(self, raw: object, problems: list[Problem]) -> tuple[NamedContact, ...]:
        if raw is None:
            return ()
        if not isinstance(raw, list | tuple):
            problems.append(Problem("/person/contacts", "is not a list of contacts"))
            return ()
        if len(raw) > MOST_CONTACTS:
            problems.append(Problem("/person/contacts", f"has more than {MOST_CONTACTS}"))
            return ()
        found: dict[tuple[str, str], NamedContact] = {}
        for n, each in enumerate(raw):
            read = self._contact(f"/person/contacts/{n}", each, problems)
            if read is not None:
                before = found.setdefault(read[:2], read)
                if before.consent is None:
                    found[read[:2]] = read
        return tuple(found.values())

    def _contact(self, at: str, raw: object, problems: list[Problem]) -> NamedContact | None:
        if not isinstance(raw, dict):
            problems.append(Problem(at, "is not an object with a channel and an address"))
            return None
        problems.extend(unknown(at, raw, _CONTACT))
        channel, address = raw.get("channel"), raw.get("address")
        if not isinstance(channel, str) or channel not in self.channels:
            known = ", ".join(sorted(self.channels))
            problems.append(Problem(f"{at}/channel", f"is not a channel here: use one of {known}"))
            return None
        if not isinstance(address, str):
            problems.append(Problem(f"{at}/address", "is not text"))
            return None
        if "@" in address and mask_cards(address) != address:
            problems.append(Problem(f"{at}/address", "has a card number: never send one"))
            return None
        consent = None
        if raw.get("consent") is not None:
            consent = _consent(f"{at}/consent", raw["consent"], problems, self.now)
        try:
            return NamedContact(channel, kept_address(channel, address, self.dialled_in), consent)
        except ValueError as problem:
            problems.append(Problem(f"{at}/address", str(problem)))
            return None


def _consent(
    at: str, raw: object, problems: list[Problem], now: datetime
) -> StatedConsent | None:
    """What was agreed to, in full: a consent that lacks its words or its time shows nothing."""
    if not isinstance(raw, dict):
        problems.append(Problem(at, "is not an object with " + ", ".join(sorted(_CONSENT))))
        return None
    found = unknown(at, raw, _CONSENT)
    missing = sorted(name for name in _CONSENT if raw.get(name) is None)
    found += [Problem(f"{at}/{name}", "is missing and is required") for name in missing]
    if not found:
        consent = StatedConsent(
            _purposes(f"{at}/purposes", raw["purposes"], found),
            mask_cards(text(found, f"{at}/wording", raw["wording"], LONGEST_CONSENT) or ""),
            shaped(found, f"{at}/version", raw["version"], _VERSION,
                   "has to be letters, digits and . _ -, at most 40") or "",
            past(found, f"{at}/at", raw["at"], now, "say when they agreed"),
            mask_cards(text(found, f"{at}/source", raw["source"], LONGEST_SOURCE) or ""),
        )
    problems.extend(found)
    return None if found else consent


def _purposes(at: str, raw: object, problems: list[Problem]) -> tuple[str, ...]:
    if not isinstance(raw, list) or not raw or any(p not in CONSENT_PURPOSES for p in raw):
        known = ", ".join(CONSENT_PURPOSES)
        problems.append(Problem(at, f"is not a list of purposes: use {known}"))
        return ()
    return tuple(dict.fromkeys(raw))


def _country(problems: list[Problem], raw: object) -> str | None:
    if raw == "UK":
        problems.append(Problem("/person/country", "is not in ISO 3166-1: write GB"))
        return None
    return shaped(problems, "/person/country", raw, _COUNTRY,
                  "is not an ISO 3166-1 code such as US")


def _zone(problems: list[Problem], raw: object) -> str | None:
    if raw is None or (isinstance(raw, str) and raw in _zones()):
        return raw
    problems.append(Problem("/person/zone", "is not a time zone such as America/New_York"))
    return None


def _prefers(problems: list[Problem], raw: object) -> Mapping[str, object] | None:
    """When they do not want to be written to, by their own clock (15 USC 1692c(a)(1)); only what
    is stated is in it."""
    if raw is None:
        return None
    at = "/person/prefers"
    if not isinstance(raw, dict):
        problems.append(Problem(at, "is not an object with not_before, not_after or not_on"))
        return None
    problems.extend(unknown(at, raw, _PREFERS))
    clock = "is not a time of the day such as 11:00"
    first = shaped(problems, f"{at}/not_before", raw.get("not_before"), _CLOCK, clock)
    last = shaped(problems, f"{at}/not_after", raw.get("not_after"), _CLOCK, clock)
    if first is not None and last is not None and first >= last:
        problems.append(Problem(f"{at}/not_after", "is not after not_before: no hour is left"))
    days = _days(f"{at}/not_on", raw.get("not_on"), problems)
    stated = {"not_before": first, "not_after": last, "not_on": days or None}
    return {name: value for name, value in stated.items() if value is not None}


def _days(at: str, raw: object, problems: list[Problem]) -> list[str]:
    if raw is None:
        return []
    if not isinstance(raw, list) or any(day not in DAYS for day in raw):
        problems.append(Problem(at, "is not a list of days such as sunday"))
        return []
    if set(raw) == set(DAYS):
        problems.append(Problem(at, "names every day: no day is left"))
    return sorted(set(raw), key=DAYS.index)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
