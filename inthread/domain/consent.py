"""Consent: one line of the ledger. The newest line about a contact point and a purpose stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Consent:
    """Who agreed to, or took back, messages of a purpose at a contact point: in which exact words
    and which version of them, where (`source`: trigger, reply, page, mail, call, staff) and when,
    with what shows it (R4.11, 47 CFR 64.1200(a)(10))."""

    person_id: str
    contact_id: str
    purpose: str
    given: bool
    source: str
    wording: str
    version: str
    at: datetime
    evidence: Mapping[str, object] | None = None
