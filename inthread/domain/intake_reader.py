"""Reads a trigger: each fault is a problem at its JSON pointer, and nothing is guessed.

    {"workflow": "overdue_invoice", "facts": {...}, "as_of": "2026-11-21T10:00:00Z",
     "person": {"reference": "CUST-1", "name": "Maya Okafor", "locale": "en",
                "zone": "America/New_York", "contacts": [{"channel": "sms", "address": "+1..."}]}}
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

from inthread.domain.card_numbers import mask_cards
from inthread.domain.contact_point import kept_address
from inthread.domain.facts import Facts, clean_text, read_facts
from inthread.domain.intake import Asked, NamedPerson
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.workflow import Workflow

LONGEST_REFERENCE = 120
LONGEST_NATURAL_KEY = 300
LONGEST_NAME = 200
MOST_CONTACTS = 10
# How far a source's clock may be ahead of ours.
CLOCKS_DIFFER = timedelta(minutes=5)

_MEMBERS = frozenset({"workflow", "facts", "person", "as_of"})
_PERSON = frozenset({"reference", "name", "locale", "zone", "contacts"})
_CONTACT = frozenset({"channel", "address"})
LOCALE = "^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})?$"
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_SHOWN = 60


@dataclass(frozen=True)
class TriggerReader:
    """`channels`: those that contacts may name. `text`: facts are cells of a text file, and an
    empty one is a missing value. `region`: where a phone number without `+` is dialled. A trigger
    that does not say when it was true is true `now`."""

    workflows: Mapping[str, Workflow]
    channels: Collection[str]
    now: datetime
    text: bool = False
    region: str | None = None

    def read(self, raw: object) -> Asked | tuple[Problem, ...]:
        """The trigger, or all that is wrong with it. Never raises on what was sent."""
        if not isinstance(raw, dict):
            return (Problem("", "is not an object with workflow, facts and person"),)
        problems = _unknown("", raw, _MEMBERS)
        workflow = self._workflow(raw.get("workflow"), problems)
        person = self._person(raw.get("person"), problems)
        as_of = self._as_of(raw.get("as_of"), problems)
        facts = self._facts(workflow, raw.get("facts"), problems)
        if problems or workflow is None or person is None:
            return tuple(problems)
        key = workflow.natural_key(facts)
        if len(key) > LONGEST_NATURAL_KEY:
            name = workflow.trigger.natural_key[0]
            return (Problem(f"/facts/{name}", "is too long to tell one obligation from another"),)
        return Asked(
            workflow, facts, key, reference_of(workflow, facts, key), workflow.owed(facts), person,
            as_of,
        )

    def read_key(self, key: object, raw: object) -> tuple[Workflow, str, str]:
        """Which obligation is meant by a workflow and its facts, of which only the natural key's
        are read: the workflow, the natural key and the reference. Raises BadInput."""
        problems: list[Problem] = []
        workflow = self._workflow(key, problems)
        if not isinstance(raw, dict):
            problems.append(Problem("/facts", "is not an object of facts"))
        if workflow is None or not isinstance(raw, dict):
            raise BadInput(problems)
        named = workflow.trigger.natural_key
        problems += _unknown("/facts", raw, frozenset(f.name for f in workflow.trigger.facts))
        reading = read_facts(
            [workflow.trigger.fact(name) for name in named],
            {name: value for name, value in raw.items() if name in named}, workflow.currency,
            text=self.text,
        )
        problems += reading.problems
        if problems:
            raise BadInput(problems)
        natural_key = workflow.natural_key(reading.facts)
        return workflow, natural_key, reference_of(workflow, reading.facts, natural_key)

    def _workflow(self, key: object, problems: list[Problem]) -> Workflow | None:
        found = self.workflows.get(key) if isinstance(key, str) else None
        if found is None:
            known = ", ".join(sorted(self.workflows))
            said = "is missing" if key is None else "is not a workflow here"
            problems.append(Problem("/workflow", f"{said}: use one of {known}"))
        return found

    def _facts(
        self, workflow: Workflow | None, raw: object, problems: list[Problem]
    ) -> Facts:
        if not isinstance(raw, dict):
            problems.append(Problem("/facts", "is not an object of facts"))
            return {}
        if workflow is None:
            return {}
        reading = workflow.read_facts(raw, text=self.text)
        problems.extend(Problem(printable(p.path), p.message) for p in reading.problems)
        return reading.facts

    def _as_of(self, raw: object, problems: list[Problem]) -> datetime:
        if raw is None:
            return self.now
        if isinstance(raw, datetime):
            return raw
        try:
            at = instant(raw)
        except ValueError as problem:
            problems.append(Problem("/as_of", str(problem)))
            return self.now
        if at > self.now + CLOCKS_DIFFER:
            problems.append(Problem("/as_of", "lies in the future: say when the facts were read"))
        return min(at, self.now)

    def _person(self, raw: object, problems: list[Problem]) -> NamedPerson | None:
        if not isinstance(raw, dict):
            problems.append(Problem("/person", "is not an object with a reference"))
            return None
        found = _unknown("/person", raw, _PERSON)
        reference = _text(found, "/person/reference", raw.get("reference"), LONGEST_REFERENCE)
        if reference is None and not found:
            found.append(Problem("/person/reference", "is missing and is required"))
        if reference is not None and mask_cards(reference) != reference:
            found.append(Problem("/person/reference", "looks like a card number: never send one"))
        name = _text(found, "/person/name", raw.get("name"), LONGEST_NAME)
        person = NamedPerson(
            reference or "", mask_cards(name) if name else name,
            _locale(found, raw.get("locale")), _zone(found, raw.get("zone")),
            self._contacts(raw.get("contacts"), found),
        )
        problems.extend(found)
        return None if found else person

    def _contacts(self, raw: object, problems: list[Problem]) -> tuple[tuple[str, str], ...]:
        if raw is None:
            return ()
        if not isinstance(raw, list | tuple):
            problems.append(Problem("/person/contacts", "is not a list of contacts"))
            return ()
        if len(raw) > MOST_CONTACTS:
            problems.append(Problem("/person/contacts", f"has more than {MOST_CONTACTS}"))
            return ()
        read = [self._contact(f"/person/contacts/{n}", c, problems) for n, c in enumerate(raw)]
        return tuple(dict.fromkeys(c for c in read if c is not None))

    def _contact(
        self, at: str, raw: object, problems: list[Problem]
    ) -> tuple[str, str] | None:
        if not isinstance(raw, dict):
            problems.append(Problem(at, "is not an object with a channel and an address"))
            return None
        problems.extend(_unknown(at, raw, _CONTACT))
        channel, address = raw.get("channel"), raw.get("address")
        if not isinstance(channel, str) or channel not in self.channels:
            known = ", ".join(sorted(self.channels))
            problems.append(Problem(f"{at}/channel", f"is not a channel here: use one of {known}"))
            return None
        if not isinstance(address, str):
            problems.append(Problem(f"{at}/address", "is not text"))
            return None
        try:
            return channel, kept_address(channel, address, self.region)
        except ValueError as problem:
            problems.append(Problem(f"{at}/address", str(problem)))
            return None


def instant(raw: object) -> datetime:
    """Read an RFC 3339 time with its zone. Raises ValueError with a plain sentence."""
    if not isinstance(raw, str) or not _INSTANT.fullmatch(raw):
        raise ValueError("is not a time with its zone such as 2026-11-21T10:00:00Z")
    try:
        at = datetime.fromisoformat(raw.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is a time that does not exist") from None
    if at.year < 1970:
        raise ValueError("lies before 1970")
    return at


def printable(text: str) -> str:
    """The text with everything that is not shown spelled out, so that it can be kept and logged."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def reference_of(workflow: Workflow, facts: Facts, key: str) -> str:
    """How people call the obligation: the first part of its natural key."""
    first = facts.get(workflow.trigger.natural_key[0])
    return (first if isinstance(first, str) else key)[:LONGEST_REFERENCE]


def _unknown(at: str, raw: Mapping[str, object], known: frozenset[str]) -> list[Problem]:
    if raw.keys() <= known:
        return []
    return [
        Problem(f"{at}/{_pointer(str(name))}", "is not known here: leave it out, or correct it")
        for name in raw
        if name not in known
    ]


def _pointer(name: str) -> str:
    return printable(name[:_SHOWN]).replace("~", "~0").replace("/", "~1")


def _text(problems: list[Problem], at: str, raw: object, most: int) -> str | None:
    if raw is None:
        return None
    if not isinstance(raw, str):
        problems.append(Problem(at, "is not text: put it in quotation marks"))
        return None
    try:
        text = clean_text(raw)
    except ValueError as problem:
        problems.append(Problem(at, str(problem)))
        return None
    if not text:
        problems.append(Problem(at, "is empty: leave it out, or fill it"))
    elif len(text) > most:
        problems.append(Problem(at, f"has {len(text)} characters; the most is {most}"))
    return text


def _locale(problems: list[Problem], raw: object) -> str | None:
    if raw is None or (isinstance(raw, str) and re.fullmatch(LOCALE, raw)):
        return raw
    problems.append(Problem("/person/locale", "is not a language such as en or es-MX"))
    return None


def _zone(problems: list[Problem], raw: object) -> str | None:
    if raw is None or (isinstance(raw, str) and raw in _zones()):
        return raw
    problems.append(Problem("/person/zone", "is not a time zone such as America/New_York"))
    return None


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
