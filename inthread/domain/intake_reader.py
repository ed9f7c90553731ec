"""Reads a trigger: each fault is a problem at its JSON pointer, and nothing is guessed.

    {"workflow": "overdue_invoice", "facts": {...}, "as_of": "2026-11-21T10:00:00Z",
     "person": {"reference": "CUST-1", ...}}                            see person_reader
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from inthread.domain.facts import Facts, read_facts
from inthread.domain.intake import Asked
from inthread.domain.person_reader import LONGEST_REFERENCE, PersonReader
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.stated import past, printable, unknown
from inthread.domain.workflow import Workflow

LONGEST_NATURAL_KEY = 300

_MEMBERS = frozenset({"workflow", "facts", "person", "as_of"})


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
        problems = unknown("", raw, _MEMBERS)
        workflow = self._workflow(raw.get("workflow"), problems)
        person = self._person.read(raw.get("person"), problems)
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
        problems += unknown("/facts", raw, frozenset(f.name for f in workflow.trigger.facts))
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
        return past(problems, "/as_of", raw, self.now, "say when the facts were read")

    @cached_property
    def _person(self) -> PersonReader:
        return PersonReader(self.channels, self.now, self.region)


def reference_of(workflow: Workflow, facts: Facts, key: str) -> str:
    """How people call the obligation: the first part of its natural key."""
    first = facts.get(workflow.trigger.natural_key[0])
    return (first if isinstance(first, str) else key)[:LONGEST_REFERENCE]
