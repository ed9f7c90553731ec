"""Reads the trigger of a workflow: its facts, what is derived from them, and the natural key."""

from __future__ import annotations

import re
from collections.abc import Sequence

from inthread.domain.contract import VISITED, Derived, DerivedRule, Trigger, done_name
from inthread.domain.document import Section
from inthread.domain.facts import LONGEST_TEXT, Fact, FactKind, read_facts

_CALL = re.compile(r"([a-z_]+)\(([a-z][a-z0-9_]*)\)")
RESERVED = ("remaining", "attempts", "today", VISITED)


def read_trigger(
    root: Section, locales: Sequence[str], currency: str, actions: Sequence[str]
) -> Trigger:
    section = root.section("trigger", "say which event opens a case and with which facts")
    declared = section.tables("facts", "declare each fact as [trigger.facts.NAME]")
    facts = tuple(_fact(part, name, locales, currency) for name, part in declared.items())
    taken = {*RESERVED, *(done_name(action) for action in actions)}
    for fact in facts:
        if fact.name in taken:
            section.note(f"facts.{fact.name}", "is a name the product gives itself: choose another")
    trigger = Trigger(
        event=section.text("event", 'name the event, e.g. "invoice.overdue"'),
        facts=facts,
        derived=_derived(section, facts, taken),
        natural_key=_natural_key(section, facts),
        expires_after=section.duration("expires_after", "say when an open case ends by itself"),
        owed=_owed(section, facts),
    )
    section.close()
    return trigger


def _fact(section: Section, name: str, locales: Sequence[str], currency: str) -> Fact:
    kind = section.one_of("kind", list(FactKind), "say what kind of value it is") or "text"
    known = section.boolean("known_fact", False)
    is_text, is_choice = kind == FactKind.TEXT, kind == FactKind.CHOICE
    choices = section.texts("choices", "name what it can be", least=2) if is_choice else ()
    most = 200
    if is_text and section.has("max_length"):
        most = section.integer("max_length", "the most characters", 1, LONGEST_TEXT)
    fact = Fact(
        name=name,
        kind=FactKind(kind),
        label=section.locales("label", locales, "what the customer's page calls it"),
        required=section.boolean("required", True),
        sensitive=section.boolean("sensitive", False) or known,
        known_fact=known,
        max_length=most,
        choices=choices,
    )
    if known and not is_text:
        section.note("known_fact", "has to be a fact of kind text")
    if section.has("default"):
        fact = _with_default(section, fact, currency)
    section.close()
    return fact


def _with_default(section: Section, fact: Fact, currency: str) -> Fact:
    raw = section.raw("default")
    if fact.required:
        section.note("default", "is for a fact that may be missing: add required = false")
    if fact.known_fact:
        section.note("default", "cannot stand for what only the customer knows: remove it")
    reading = read_facts([fact], {fact.name: raw}, currency)
    for problem in reading.problems:
        section.note("default", problem.message)
    return Fact(
        fact.name, fact.kind, fact.label, fact.required, fact.sensitive, fact.known_fact,
        fact.max_length, fact.choices, reading.facts.get(fact.name),
    )


def _derived(
    section: Section, facts: Sequence[Fact], taken: set[str]
) -> tuple[Derived, ...]:
    if not section.has("derived"):
        return ()
    inner = section.section("derived", 'e.g. days_late = "days_since(due_date)"')
    dates = [fact.name for fact in facts if fact.kind is FactKind.DATE]
    names = {fact.name for fact in facts}
    found = []
    for name in inner.values:
        text = inner.text(name, 'write "days_since(FACT)" or "days_until(FACT)"')
        call = _CALL.fullmatch(text)
        if call is None or call.group(1) not in list(DerivedRule):
            inner.note(name, 'has to be "days_since(FACT)" or "days_until(FACT)"')
        elif call.group(2) not in dates:
            inner.note(name, f"{call.group(2)!r} is no date fact of this trigger")
        elif name in taken or name in names:
            inner.note(name, "is already the name of something else: choose another")
        else:
            found.append(Derived(name, DerivedRule(call.group(1)), call.group(2)))
    return tuple(found)


def _natural_key(section: Section, facts: Sequence[Fact]) -> tuple[str, ...]:
    names = section.texts("natural_key", "name the facts that say: the same obligation", least=1)
    by_name = {fact.name: fact for fact in facts}
    for number, name in enumerate(names):
        place = f"natural_key[{number}]"
        fact = by_name.get(name)
        if fact is None:
            section.note(place, f"there is no fact {name!r} in this trigger")
        elif not fact.required:
            section.note(place, f"{name!r} may be missing: make it required")
        elif fact.known_fact:
            section.note(place, f"{name!r} is a known fact: take one that is not secret")
    return names


def _owed(section: Section, facts: Sequence[Fact]) -> str | None:
    if not section.has("owed"):
        return None
    name = section.text("owed", "name the fact that says what is owed")
    fact = next((fact for fact in facts if fact.name == name), None)
    if fact is None or fact.kind is not FactKind.MONEY or not fact.required:
        section.note("owed", f"{name!r} is not a required money fact of this trigger")
        return None
    if fact.sensitive:
        section.note("owed", f"{name!r} is sensitive, but the customer has to see what is owed")
    return name
