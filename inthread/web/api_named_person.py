"""How the API's document describes the person of a trigger."""

from __future__ import annotations

from inthread.domain.contact_point import LONGEST_ADDRESS
from inthread.domain.contract import CONSENT_PURPOSES
from inthread.domain.person_reader import (
    CLOCK,
    COUNTRY,
    DAYS,
    LOCALE,
    LONGEST_CONSENT,
    LONGEST_NAME,
    LONGEST_REFERENCE,
    LONGEST_SOURCE,
    MOST_CONTACTS,
    REGION,
    VERSION,
)
from inthread.web.api_sent import AT
from inthread.web.schemas import Schema, a_text, an_object, of_shape


def named_person(channels: list[str]) -> Schema:
    """*channels*: those that contacts may name."""
    return an_object("Whose obligation it is.", {
        "reference": a_text("Your own name for the person; always the same.", "CUST-1",
                            LONGEST_REFERENCE),
        "name": a_text("As they are to be addressed.", "Maya Okafor", LONGEST_NAME, null=True),
        "locale": of_shape("The language they wish.", "es-MX", LOCALE),
        "zone": {"type": ["string", "null"], "examples": ["America/New_York"],
                 "description": "Where they are (IANA name): nothing is sent at night there."},
        "country": of_shape("Where they live (ISO 3166-1): its rules on contact hold.", "US",
                            COUNTRY),
        "region": of_shape("The part of it, as its post writes it: some have rules and hours of "
                           "their own.", "KY", REGION),
        "prefers": _prefers(),
        "contacts": {
            "type": ["array", "null"], "maxItems": MOST_CONTACTS, "items": _contact(channels),
            "description": "The preferred first. One that is new for a person who is known already "
            "gets no codes for seven days.",
        },
    }, ["reference"])


def _prefers() -> Schema:
    clock = "By their own clock, HH:MM."
    return {
        **an_object("When they do not want to be written to; empty when there is nothing.", {
            "not_before": of_shape(f"Nothing before this. {clock}", "11:00", CLOCK),
            "not_after": of_shape(f"Nothing from this on. {clock}", "18:00", CLOCK),
            "not_on": {"type": ["array", "null"], "items": {"enum": list(DAYS)},
                       "maxItems": len(DAYS) - 1, "examples": [["sunday"]],
                       "description": "Days on which nothing is sent."},
        }, []),
        "type": ["object", "null"], "examples": [{"not_before": "11:00", "not_on": ["sunday"]}],
    }


def _contact(channels: list[str]) -> Schema:
    return an_object("One way to reach the person.", {
        "channel": {"enum": channels, "examples": ["sms"], "description": "How it reaches them."},
        "address": {"type": "string", "minLength": 3, "maxLength": LONGEST_ADDRESS,
                    "examples": ["+15550100482"],
                    "description": "A phone number with its country code, or an e-mail address."},
        "consent": {"anyOf": [_consent(), {"type": "null"}], "description": "What they agreed to "
                    "there, when it is not the workflow's own wording that your system vouches "
                    "for."},
    }, ["channel", "address"])


def _consent() -> Schema:
    return an_object("What was agreed to, in full.", {
        "purposes": {"type": "array", "items": {"enum": list(CONSENT_PURPOSES)}, "minItems": 1,
                     "examples": [["collections"]], "description": "What for."},
        "wording": a_text("The exact words.", "You may text me about my account.",
                          LONGEST_CONSENT),
        "version": of_shape("Which version of them.", "2026-01", VERSION, null=False),
        "at": {"type": "string", "format": "date-time", "examples": [AT],
               "description": "When they agreed."},
        "source": a_text("Where they did.", "order form", LONGEST_SOURCE),
    }, ["purposes", "wording", "version", "at", "source"])
