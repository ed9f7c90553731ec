"""The groups in which an impact is shown: by what the workflow's facts tell apart, and by money."""

from __future__ import annotations

from collections.abc import Mapping

from inthread.domain.facts import Fact, FactKind
from inthread.domain.impact import Groups
from inthread.domain.money import Money, exponent
from inthread.domain.workflow import Workflow

REMAINING = "remaining"
MISSING = "not stated"
# Where one band of what remains ends and the next begins, in major units.
EDGES = (10, 50, 200, 1000, 5000, 20_000)
_LONGEST_TEXT = 40
_KINDS = (FactKind.TEXT, FactKind.CHOICE, FactKind.BOOLEAN)


def segments_of(workflow: Workflow) -> tuple[Fact, ...]:
    """The facts that put cases into groups: choices, yes or no, and short texts. Nothing sensitive,
    and no part of what names the one obligation."""
    trigger = workflow.trigger
    return tuple(
        fact for fact in trigger.facts
        if fact.kind in _KINDS and not fact.sensitive and not fact.known_fact
        and fact.name not in trigger.natural_key
        and (fact.kind is not FactKind.TEXT or fact.max_length <= _LONGEST_TEXT)
    )


def band(remaining: Money) -> str:
    """`200-1000`: from 200.00 to below 1,000.00 in major units; `20000-` is open, `0` is nothing
    left."""
    if remaining.minor <= 0:
        return "0"
    unit, low = int(10 ** exponent(remaining.currency)), 0
    for edge in EDGES:
        if remaining.minor < edge * unit:
            return f"{low}-{edge}"
        low = edge
    return f"{low}-"


def band_order(name: str) -> int:
    """To put bands into order."""
    return int(name.partition("-")[0]) if name != "0" else -1


def group_value(value: object) -> str:
    """A fact's kept value as the name of its group."""
    if value is None:
        return MISSING
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def as_lines(groups: Groups) -> str:
    """The groups as they are kept with a change: see `line`."""
    return "\n" + "".join(f"{fact}={value}\n" for fact, value in groups)


def line(fact: str, value: str) -> str:
    """What `as_lines` contains when it is in this group, and only then: a fact's text has no line
    break."""
    return f"\n{fact}={value}\n"


def groups_of(
    segments: tuple[Fact, ...], snapshot: Mapping[str, object], facts: Mapping[str, object],
    remaining: Money | None,
) -> Groups:
    """*snapshot*: kept values, which come before the case's *facts* of today."""
    found = [(REMAINING, band(remaining))] if remaining is not None else []
    for fact in segments:
        value = snapshot[fact.name] if fact.name in snapshot else facts.get(fact.name)
        found.append((fact.name, group_value(value)))
    return tuple(found)
