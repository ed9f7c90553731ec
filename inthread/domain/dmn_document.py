"""What of a document a DMN file is held against: inputs, actions, and rows as written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inthread.domain.contract import Input, inputs_of
from inthread.domain.dmn_write import row_id
from inthread.domain.dmn_xml import DmnError, DmnProblem
from inthread.domain.document import DocumentProblem, Section
from inthread.domain.trigger_reader import read_trigger
from inthread.domain.unary import Test
from inthread.domain.unary_parser import parse_test


@dataclass(frozen=True)
class Target:
    """`tables`: the policy as the document has it, by action."""

    currency: str
    actions: tuple[str, ...]
    inputs: Mapping[str, Input]
    tables: Mapping[str, object]

    def test(self, cell: object, name: str) -> Test:
        """Raises UnaryError."""
        known = self.inputs[name]
        text = cell if isinstance(cell, str) else ""
        return parse_test(text, known.kind, currency=self.currency, choices=known.choices)


def read_target(document: Mapping[str, object]) -> Target:
    """Raises DmnError when the document's own trigger or actions cannot be read."""
    problems: list[DocumentProblem] = []
    root = Section(document, "", "document", problems)
    locales = root.texts("locales", "name the languages", least=1)
    currency = root.text("currency", "the ISO 4217 code")
    sections = root.section("resolution", "name the actions").sections("actions", "name them")
    actions = tuple(part.name("key", "name the action") for part in sections)
    if not problems:
        trigger = read_trigger(root, locales, currency, actions)
    if problems:
        raise DmnError(*(DmnProblem(f"document, {p.place}", p.message) for p in problems))
    policy = root.values.get("policy")
    tables = policy if isinstance(policy, Mapping) else {}
    return Target(currency, actions, inputs_of(trigger, actions), tables)


@dataclass(frozen=True)
class Written:
    """One row as the document has it; empty where it has none."""

    when: Mapping[str, object]
    offer: Mapping[str, object]


class Before:
    """The rows the document has for an action, found again by their id or their place."""

    def __init__(self, target: Target, action: str) -> None:
        self.action = action
        table = target.tables.get(action)
        values: Mapping[str, object] = table if isinstance(table, Mapping) else {}
        self.inputs, self.rows = _list(values.get("inputs")), _list(values.get("rows"))

    def row(self, at: str, number: int) -> Written:
        ids = {row_id(self.action, n): n for n in range(len(self.rows))}
        place = ids.get(at, number)
        row = self.rows[place] if place < len(self.rows) else {}
        if not isinstance(row, Mapping):
            return Written({}, {})
        cells = _list(row.get("when"))
        when = {str(name): cell for name, cell in zip(self.inputs, cells, strict=False)}
        offer = row.get("offer")
        return Written(when, offer if isinstance(offer, Mapping) else {})


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()
