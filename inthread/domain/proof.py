"""What is written to a system of record after an action, and what must be seen there to believe it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from inthread.domain.facts import Facts, to_json


class SourceKind(StrEnum):
    FACT = "fact"
    OUTCOME = "outcome"
    CASE = "case"
    PERSON = "person"
    LITERAL = "literal"


@dataclass(frozen=True)
class Source:
    """Where one field's value comes from: `fact.x`, `outcome.x`, `case.reference`,
    `person.reference`, or a literal (text, whole number or boolean in `value`)."""

    kind: SourceKind
    name: str = ""
    value: object = None


@dataclass(frozen=True)
class Proof:
    """For one action: write `fields` by `operation`, read it back, compare `must_equal`, and treat
    it as late after `within`."""

    action: str
    connector: str
    operation: str
    fields: Mapping[str, Source]
    must_equal: tuple[str, ...]
    within: timedelta

    def values(
        self,
        *,
        facts: Facts,
        outcome: Mapping[str, object],
        case_reference: str,
        person_reference: str,
    ) -> dict[str, object]:
        """The fields of the writeback, as JSON. *outcome*: the JSON values the mini-app settled.

        A fact the case does not have is sent as null. Raises ValueError when the outcome lacks a
        field: an outcome that cannot be proved must not be recorded.
        """
        found: dict[str, object] = {}
        for field, source in self.fields.items():
            match source.kind:
                case SourceKind.FACT:
                    found[field] = to_json(facts.get(source.name))
                case SourceKind.OUTCOME:
                    if source.name not in outcome:
                        raise ValueError(f"the outcome of {self.action} has no {source.name!r}")
                    found[field] = outcome[source.name]
                case SourceKind.CASE:
                    found[field] = case_reference
                case SourceKind.PERSON:
                    found[field] = person_reference
                case SourceKind.LITERAL:
                    found[field] = source.value
        return found
