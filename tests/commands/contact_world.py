"""Three people, five addresses, two workflows: the world in which the contact machine plays, and
what can be said and happen there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from functools import cache
from typing import Any

from inthread.domain.workflow import Workflow
from tests.commands.contact_truths import (
    CENTRAL,
    EASTERN,
    HAWAII,
    PACIFIC,
    PER_DAY,
    WINDOW,
)
from tests.runtimes import changed_workflows

CHANNELS = ("sms", "whatsapp", "voice", "email")
SHARED, CYS, NOBODYS = "+12125550100", "+15550100483", "+13125550199"
ANAS_MAIL, BENS_MAIL, CYS_MAIL = "ana@example.com", "ben@example.com", "cy@example.com"
PEOPLE: Mapping[str, Mapping[str, Any]] = {
    "ANA": {
        "zone": PACIFIC,
        "contacts": (("sms", SHARED), ("whatsapp", SHARED), ("email", ANAS_MAIL)),
    },
    "BEN": {
        "country": "US", "region": "KY", "prefers": {"not_before": "11:00"},
        "contacts": (("sms", SHARED), ("voice", SHARED), ("email", BENS_MAIL)),
    },
    "CY": {
        "contacts": (("whatsapp", CYS), ("voice", CYS), ("email", CYS_MAIL)),
    },
}
# Where documents may be asked about: each contact point carries its own consent.
SERVED = {
    ("ANA", "sms"), ("ANA", "whatsapp"), ("BEN", "sms"), ("BEN", "voice"), ("CY", "whatsapp"),
    ("CY", "voice"), ("CY", "email"),
}
CASES = {
    "INV-A": ("overdue_invoice", "ANA"), "INV-B": ("overdue_invoice", "BEN"),
    "INV-C": ("overdue_invoice", "CY"), "DOC-A": ("document_refresh", "ANA"),
    "DOC-B": ("document_refresh", "BEN"), "DOC-C": ("document_refresh", "CY"),
}
# Where replies come from, and in which words; what each of them is, nobody asks the product.
FROM = [
    ("sms", SHARED), ("whatsapp", SHARED), ("voice", SHARED), ("sms", CYS), ("whatsapp", CYS),
    ("email", ANAS_MAIL), ("email", CYS_MAIL), ("sms", NOBODYS),
]
STOPS = ["STOP", "please stop texting me", "no m\xe1s mensajes", "\uff33\uff34\uff2f\u200b\uff30"]
START, HELP, PAY, DOUBT = "START", "HELP", "PAY", "don't stop my plan"
WORDS = [
    *[(stop,) for stop in STOPS], *[(HELP,)] * 4, *[(PAY,)] * 8, *[(DOUBT,)] * 4, (START,),
    ("wrong number",), *[("I already paid",)] * 2, *[("hello, Ana?",)] * 4,
    # One after the other, before anybody has answered.
    (STOPS[0], START), (HELP, STOPS[0]), (PAY, STOPS[0]), (STOPS[0], START, STOPS[0]),
    (DOUBT, STOPS[0], START), (HELP, "wrong number"),
]
# Two nights on which the clocks change, the end of a year, and a plain Monday.
STARTS = [
    datetime(2026, 3, 6, 20, tzinfo=UTC), datetime(2026, 10, 30, 19, tzinfo=UTC),
    datetime(2026, 12, 30, 20, tzinfo=UTC), datetime(2026, 1, 5, 20, tzinfo=UTC),
]
SPANS = [20, 61, 61, 299, 301, 3600, 5 * 3600, 23 * 3600, 24 * 3600, 3 * 24 * 3600]
EDGES = [
    (EASTERN, time(19, 59, 59)), (EASTERN, time(20)), (EASTERN, time(20, 59, 59)),
    (EASTERN, time(21)), (PACIFIC, time(7, 59, 59)), (PACIFIC, time(8)), (PACIFIC, time(9)),
    (CENTRAL, time(10, 59, 59)), (CENTRAL, time(11)), (HAWAII, time(7, 59, 59)),
    (HAWAII, time(8)), (HAWAII, time(9)), *[(HAWAII, time(10))] * 8,
]
SENDS = [
    *["ok"] * 12, "busy", "busy", "refuse", "unreachable", "stopped", "timeout_before",
    "timeout_after", "die_before", "die_after",
]
MEANWHILE = [*["nothing"] * 12, "stop", "doubt", "wrong number", "delivered", "failed", "another"]


@cache
def two_workflows() -> Mapping[str, Workflow]:
    """The shipped two with other cadences: WhatsApp and calls, conditions, caps and hours."""
    both = {key: changed_workflows(key, change)[key] for key, change in _CHANGES.items()}
    for key, workflow in both.items():
        assert (workflow.cadence.opens, workflow.cadence.closes) == WINDOW[key]
        assert workflow.cadence.per_day == PER_DAY[key]
    return both


def _invoice(document: dict[str, Any]) -> None:
    document["cadence"] |= {"per_day": 2, "give_up_after": "10d", "steps": [
        {"after": "0m", "channel": "sms", "template": "ask"},
        {"after": "1d", "channel": "whatsapp", "template": "remind"},
        {"after": "1d", "channel": "voice", "template": "last", "when": {"visited": "false"}},
    ]}
    for n, locale in enumerate(document["locales"]):
        document["wording"]["messages"]["remind"][locale]["whatsapp"] = {
            "content_sid": f"HX{n:032x}", "variables": ["brand", "link"], "state": "approved",
        }


def _documents(document: dict[str, Any]) -> None:
    document["contact"]["consent"]["basis"] = "stated"
    document["cadence"] |= {
        "per_day": 1, "hours": ["09:00", "20:00"], "give_up_after": "8d", "steps": [
            {"after": "0m", "channel": "voice", "template": "ask"},
            {"after": "1d", "channel": "email", "template": "remind"},
            {"after": "1d", "channel": "voice", "template": "last"},
        ],
    }


_CHANGES = {"overdue_invoice": _invoice, "document_refresh": _documents}
