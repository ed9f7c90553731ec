"""What another version's tables look at, for a decision that was taken before them.

A snapshot keeps what its own version's tables read, and nothing else. An input beyond that is taken
from the case where that is true of the moment of the decision; otherwise it is unknown:

    a fact          the case's own, when the case knows nothing newer than the decision
    a derived day   from such a date, when the snapshot's own days say which day it was
    remaining       what is owed, while nothing was ever settled
    attempts        none, while there was none
    ..._done        no, while it is not done
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from inthread.domain.contract import Derived, DerivedRule, done_name
from inthread.domain.facts import FactKind, Facts, FactValue, from_json
from inthread.domain.money import Money
from inthread.domain.workflow import Workflow


class KeptRow(NamedTuple):
    """A decision as it was kept, and its case as it is now. `document`, `facts` and `done` are
    JSON. `current`: the case's facts are from no later than the decision."""

    id: str
    case_id: str
    version: int
    hash: str
    document: str
    facts: str
    current: bool
    owed_minor: int | None
    settled_minor: int | None
    currency: str | None
    attempt: int
    done: str


class Unknown(Exception):
    """It was not kept, and the case does not say it truthfully either."""


@dataclass(frozen=True)
class KeptInputs:
    """From the snapshots of version `own` to what `target` looks at."""

    own: Workflow
    target: Workflow

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The inputs that the snapshot does not have, or has in another meaning."""
        mine = set(self.own.reads)
        return tuple(
            name for name in self.target.reads
            if name not in mine or meaning(self.own, name) != meaning(self.target, name)
        )

    def fill(self, row: KeptRow, kept: Facts) -> tuple[Facts, frozenset[str]]:
        """The inputs, and the names of those that are unknown."""
        if not self.missing:
            return kept, frozenset()
        facts = json.loads(row.facts)
        inputs, unknown = dict(kept), set()
        for name in self.missing:
            inputs.pop(name, None)
            try:
                inputs[name] = self._one(name, row, facts, kept)
            except Unknown:
                unknown.add(name)
        return inputs, frozenset(unknown)

    def _one(
        self, name: str, row: KeptRow, facts: Mapping[str, object], kept: Facts
    ) -> FactValue | None:
        trigger = self.target.trigger
        if name in {fact.name for fact in trigger.facts}:
            return self._fact(name, self.target.inputs[name].kind, row, facts, kept)
        for derived in trigger.derived:
            if derived.name == name:
                return self._derived(derived, row, facts, kept)
        if name == "remaining":
            return _remaining(row)
        if name == "attempts":
            return _so(0, row.attempt == 0)
        done = json.loads(row.done)
        return _so(False, name not in {done_name(action) for action in done})

    def _fact(
        self, name: str, kind: FactKind, row: KeptRow, facts: Mapping[str, object], kept: Facts
    ) -> FactValue | None:
        if name in self.own.reads and meaning(self.own, name) == ("fact", kind):
            return kept[name]
        if not row.current or name not in facts:
            raise Unknown(name)
        if name == self.target.trigger.owed and row.owed_minor is not None and row.currency:
            return Money(row.owed_minor, row.currency)
        try:
            return from_json(kind, facts[name])
        except ValueError as other:
            raise Unknown(name) from other

    def _derived(
        self, derived: Derived, row: KeptRow, facts: Mapping[str, object], kept: Facts
    ) -> int | None:
        day = self._fact(derived.fact, FactKind.DATE, row, facts, kept)
        if day is None:
            return None
        return derived.value({derived.fact: day}, self._today(row, facts, kept))

    def _today(self, row: KeptRow, facts: Mapping[str, object], kept: Facts) -> date:
        """The customer's date at the decision, from the days that the snapshot counted."""
        for derived in self.own.trigger.derived:
            days = kept.get(derived.name)
            if not isinstance(days, int):
                continue
            day = self._fact(derived.fact, FactKind.DATE, row, facts, kept)
            if isinstance(day, date):
                past = derived.rule is DerivedRule.DAYS_SINCE
                return day + timedelta(days=days if past else -days)
        raise Unknown("today")


def meaning(workflow: Workflow, name: str) -> tuple[object, ...]:
    """What an input is: two versions mean the same by a name when this is the same."""
    for fact in workflow.trigger.facts:
        if fact.name == name:
            return "fact", fact.kind
    for derived in workflow.trigger.derived:
        if derived.name == name:
            return "derived", derived.rule, derived.fact
    return ("remaining", workflow.trigger.owed) if name == "remaining" else ("own", name)


def _remaining(row: KeptRow) -> Money:
    if not row.current or row.settled_minor != 0 or row.owed_minor is None or not row.currency:
        raise Unknown("remaining")
    return Money(row.owed_minor, row.currency)


def _so(value: int, known: bool) -> int:
    if not known:
        raise Unknown
    return value
