"""Facts that nobody has, made from a workflow's catalogue: to show its wording filled in."""

from __future__ import annotations

from datetime import date, timedelta

from inthread.domain.contract import Trigger
from inthread.domain.facts import Fact, FactKind, FactValue
from inthread.domain.money import Money, exponent

_TEXT = "A-20417"
_MINOR = 184
_DAYS_AGO = 12


def made_up(trigger: Trigger, currency: str, today: date) -> dict[str, FactValue]:
    """A value for every fact, of its kind; and `remaining`, for what is owed."""
    facts = {fact.name: _value(fact, currency, today) for fact in trigger.facts}
    if trigger.owed in facts:
        facts["remaining"] = facts[trigger.owed]
    for derived in trigger.derived:
        facts[derived.name] = derived.value(facts, today) or 0
    return facts


def _value(fact: Fact, currency: str, today: date) -> FactValue:
    if fact.default is not None:
        return fact.default
    values: dict[FactKind, FactValue] = {
        FactKind.TEXT: _TEXT[: fact.max_length],
        FactKind.CHOICE: fact.choices[0] if fact.choices else "",
        FactKind.INTEGER: 3,
        FactKind.BOOLEAN: True,
        FactKind.DATE: today - timedelta(days=_DAYS_AGO),
        FactKind.MONEY: Money(_MINOR * 10 ** exponent(currency), currency),
    }
    return values[fact.kind]
