"""Reads what happens around the customer: proof, the queues of work for people, and the cadence."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from inthread.domain.contract import (
    WORK_REASONS,
    Action,
    Cadence,
    CadenceStep,
    Input,
    Queue,
    Trigger,
)
from inthread.domain.document import LONGEST_DURATION, Section
from inthread.domain.policy_reader import read_column, read_test
from inthread.domain.proof import Proof, Source, SourceKind
from inthread.domain.unary import Test

# 12 CFR 1006.6(b)(1)(i), 47 CFR 64.1200(c)(1): a workflow may narrow this window, never widen it.
OPENS, CLOSES = time(8), time(21)
MOST_PER_DAY = 3
_HOUR = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_FIELD = re.compile(r"[a-z][a-z0-9_]*")
_SOURCES = "fact.NAME, outcome.NAME, case.reference, person.reference, or { literal = ... }"


def read_proofs(
    root: Section, actions: Sequence[Action], trigger: Trigger, connectors: Collection[str]
) -> dict[str, Proof]:
    outer = root.section("proof", "say for each action how its outcome is written and proved")
    for name in outer.values:
        if name not in {action.key for action in actions}:
            outer.note(name, "proves no action: remove it, or correct its name")
    proofs = {}
    for action in actions:
        section = outer.section(action.key, "say where its outcome is written and read back")
        fields = _fields(section, trigger)
        proofs[action.key] = Proof(
            action=action.key,
            connector=section.one_of("connector", connectors, "name a configured connector"),
            operation=section.name("operation", "name what the system of record calls it"),
            fields=fields,
            must_equal=_must_equal(section, fields, trigger),
            within=section.duration("within", "say when a missing proof is late"),
        )
        section.close()
    return proofs


def read_queues(root: Section, known: Collection[str] = ()) -> dict[str, Queue]:
    """*known*: the queues that somebody works; without any, every name will do."""
    advice = 'give it an owner: { queue = "name", due = "2d" }'
    outer = root.section("exceptions", "give every reason a queue and a time")
    queues = {}
    for reason in (*WORK_REASONS, *(name for name in outer.values if name not in WORK_REASONS)):
        section = outer.section(reason, advice)
        name = section.name("queue", "name who owns it")
        if name and known and name not in known:
            section.note("queue", f"{name!r} is none of {', '.join(sorted(known))}: name one of "
                         "those, or add it to the file of the queues")
        queues[reason] = Queue(reason, name, _target(section))
        section.close()
    return queues


def _target(section: Section) -> timedelta:
    """Days are the queue's working days, which a week or 48 hours would hide."""
    target = section.duration("due", "by when")
    stated = section.values.get("due")
    unit = stated[-1:] if isinstance(stated, str) and target < LONGEST_DURATION else ""
    if unit == "w" or (unit in ("s", "m", "h") and target >= timedelta(days=1)):
        section.note("due", "count it in working days: write 5d for a week of five")
    return target


def read_cadence(
    root: Section,
    channels: Collection[str],
    trigger: Trigger,
    inputs: Mapping[str, Input],
    currency: str,
) -> Cadence:
    """*inputs*: what a step may look at (`contract.step_inputs_of`)."""
    section = root.section("cadence", "say when, how often and on which channels it is asked")
    opens, closes = _hours(section)
    cadence = Cadence(
        steps=tuple(
            _step(part, channels, _when(part, inputs, currency), first=number == 0)
            for number, part in enumerate(
                section.sections("steps", "write at least one [[cadence.steps]]")
            )
        ),
        opens=opens,
        closes=closes,
        zone=_zone(section),
        per_day=section.integer("per_day", "the most messages a day", 1, MOST_PER_DAY),
        give_up_after=section.duration("give_up_after", "say when a person takes over"),
    )
    if section.values.get("steps") == []:
        section.note("steps", "is empty: nobody would be asked")
    asked = sum((step.after for step in cadence.steps), timedelta(0))
    if cadence.give_up_after <= asked < LONGEST_DURATION:
        section.note("give_up_after", "is before the last step: make it longer")
    if trigger.expires_after < cadence.give_up_after < LONGEST_DURATION:
        section.note("give_up_after", "is after trigger.expires_after: make it shorter")
    section.close()
    return cadence


def _fields(section: Section, trigger: Trigger) -> dict[str, Source]:
    inner = section.section("fields", "say which fields are written, and from what")
    fields = {}
    for name in inner.values:
        if not _FIELD.fullmatch(name) or name == "id":
            inner.note(name, "is not a field name: small letters, digits and _, and not id")
            continue
        try:
            fields[name] = _source(inner.raw(name), trigger)
        except ValueError as problem:
            inner.note(name, str(problem))
    if section.values.get("fields") == {}:
        section.note("fields", "is empty: nothing would be written")
    return fields


def _source(raw: object, trigger: Trigger) -> Source:
    if not isinstance(raw, str):
        return _literal(raw)
    kind, _, name = raw.partition(".")
    if raw in ("case.reference", "person.reference"):
        return Source(SourceKind(kind), name)
    if kind == "outcome" and _FIELD.fullmatch(name):
        return Source(SourceKind.OUTCOME, name)
    if kind != "fact":
        raise ValueError(f"{raw!r} is no source: write {_SOURCES}")
    fact = next((fact for fact in trigger.facts if fact.name == name), None)
    if fact is None:
        raise ValueError(f"there is no fact {name!r} in this trigger")
    if fact.known_fact:
        raise ValueError(f"{name!r} is a known fact and is not passed on")
    return Source(SourceKind.FACT, name)


def _literal(raw: object) -> Source:
    value = raw.get("literal") if isinstance(raw, Mapping) and len(raw) == 1 else None
    if not isinstance(value, str | int):
        raise ValueError(f"has to be {_SOURCES}")
    return Source(SourceKind.LITERAL, value=value)


def _must_equal(
    section: Section, fields: dict[str, Source], trigger: Trigger
) -> tuple[str, ...]:
    names = section.texts("must_equal", "name the fields the read-back has to show", least=1)
    written = section.values.get("fields", {})
    for number, name in enumerate(names):
        source = fields.get(name)
        if isinstance(written, Mapping) and name not in written:
            section.note(f"must_equal[{number}]", f"{name!r} is none of the fields")
        elif source is None:
            continue
        elif source.kind is SourceKind.FACT and not trigger.fact(source.name).always:
            section.note(
                f"must_equal[{number}]",
                f"{name!r} may be missing, and nothing would be proved: make the fact required",
            )
    kinds = {fields[name].kind for name in names if name in fields}
    if kinds and SourceKind.OUTCOME not in kinds:
        section.note("must_equal", "compares nothing of the outcome: add a field from outcome.NAME")
    return names


def _when(
    section: Section, inputs: Mapping[str, Input], currency: str
) -> dict[str, Test]:
    if not section.has("when"):
        return {}
    inner = section.section("when", 'name inputs and tests, e.g. { remaining = ">= 50.00" }')
    if section.values["when"] == {}:
        section.note("when", "is empty: leave it out, and the step is always taken")
    return {
        name: read_test(
            inner, name, inner.raw(name), read_column(inner, name, name, inputs), currency
        )
        for name in inner.values
    }


def _step(
    section: Section, channels: Collection[str], when: Mapping[str, Test], *, first: bool
) -> CadenceStep:
    step = CadenceStep(
        after=section.duration("after", "how long after the step before", zero=first),
        channel=section.one_of("channel", channels, "name a configured channel"),
        template=section.name("template", "name one of [wording.messages]"),
        when=when,
    )
    section.close()
    return step


def _hours(section: Section) -> tuple[time, time]:
    if not section.has("hours"):
        return OPENS, CLOSES
    advice = 'the local hours in which it may be sent: ["08:00", "21:00"]'
    texts = section.texts("hours", advice)
    if not texts:
        return OPENS, CLOSES
    found = [_HOUR.fullmatch(text) for text in texts]
    if len(found) != 2 or not found[0] or not found[1]:
        section.note("hours", f"has to be two times: {advice}")
        return OPENS, CLOSES
    opens, closes = (time(int(at.group(1)), int(at.group(2))) for at in found if at)
    if opens < OPENS or closes > CLOSES or opens >= closes:
        section.note("hours", "has to lie within 08:00 and 21:00, and begin before it ends")
    return opens, closes


def _zone(section: Section) -> str:
    name = section.text("zone", 'for a person whose zone is not known, e.g. "America/New_York"')
    try:
        ZoneInfo(name or "UTC")
    except (ValueError, OSError, LookupError):
        section.note("zone", f"{name!r} is no time zone")
    return name
