"""Reads the section [contact]: why people are written to, how much it matters, whose rules hold,
and what they agreed to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from inthread.domain.contract import (
    CONSENT_BASES,
    CONSENT_PURPOSES,
    ConsentRule,
    ContactRules,
)
from inthread.domain.document import Section

_COUNTRY = re.compile(r"[A-Z]{2}")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")
LEAST_PRIORITY = 9


def read_contact(root: Section, locales: Sequence[str]) -> ContactRules:
    section = root.section("contact", "say why people are written to, and what they agreed to")
    rules = ContactRules(
        purpose=section.one_of("purpose", CONSENT_PURPOSES, "say what people are written to for"),
        priority=section.integer("priority", "1 goes first", 1, LEAST_PRIORITY),
        country=_country(section),
        consent=_consent(section, locales),
    )
    section.close()
    return rules


def _country(section: Section) -> str:
    advice = 'whose rules hold for people who are not known to be anywhere, e.g. "US"'
    country = section.text("country", advice)
    if country == "UK":
        section.note("country", "'UK' is not in ISO 3166-1: write GB")
    elif country and not _COUNTRY.fullmatch(country):
        section.note("country", f"{country!r} is not an ISO 3166-1 code such as US")
    return country


def _consent(section: Section, locales: Sequence[str]) -> ConsentRule:
    inner = section.section("consent", "say what people agreed to, and who says that they did")
    version = inner.text("version", 'another wording is another version, e.g. "2026-01"')
    if version and not _VERSION.fullmatch(version):
        inner.note("version", "has to be letters, digits and . _ -, at most 40")
    rule = ConsentRule(
        basis=inner.one_of("basis", CONSENT_BASES, "say who vouches for the consent"),
        version=version,
        wording={
            locale: inner.text(locale, "the exact words that people agreed to")
            for locale in locales
        },
    )
    inner.close()
    return rule
