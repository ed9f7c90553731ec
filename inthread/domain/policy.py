"""Policy: one decision table per action (DMN, hit policy First), and the Decision they give.

A table is read from the top; the first row whose cells all match decides. No row, or a missing
fact a term needs, means no: refused with the reason `no_rule` (fail closed). A missing fact matches
only `-`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from inthread.domain.assurance import Assurance, Identity
from inthread.domain.canonical import canonical_json
from inthread.domain.facts import Facts, FactValue, to_json
from inthread.domain.money import Money
from inthread.domain.unary import Match, Test, compile_test, print_test

NO_RULE = "no_rule"
# What a refused verdict asks for: nobody acts on one, and code that forgets to look fails closed.
HIGHEST = Identity(Assurance.STRONG, fact=True)

TermValue = str | int | bool | date | Money | tuple[str, ...]


@dataclass(frozen=True)
class Ref:
    """A term that takes its value from an input, e.g. the most to pay is what remains."""

    input: str


@dataclass(frozen=True)
class Row:
    """`when` has one test per input. An offered row has its terms and the identity it asks for; a
    refused one has the reason code."""

    when: tuple[Test, ...]
    offered: bool
    terms: Mapping[str, TermValue | Ref] = field(default_factory=dict)
    identity: Identity = HIGHEST
    reason: str | None = None


@dataclass(frozen=True)
class Cell:
    """What one cell saw: for people, so the test is in its written form. Rows count from 0."""

    row: int
    input: str
    test: str
    saw: FactValue | None
    matched: bool


@dataclass(frozen=True)
class Verdict:
    """What policy says of one action. `cells`: for each row looked at, down to the deciding one,
    whether each of its cells matched (`DecisionTable.explain` puts them into words)."""

    action: str
    offered: bool
    terms: Mapping[str, TermValue]
    identity: Identity
    reason: str | None
    row: int | None
    cells: tuple[tuple[bool, ...], ...]

    def as_json(self) -> dict[str, object]:
        return {
            "action": self.action,
            "offered": self.offered,
            "terms": {name: term_to_json(value) for name, value in self.terms.items()},
            "identity": str(self.identity) if self.offered else None,
            "reason": self.reason,
            "row": self.row,
            "cells": ["".join("+" if hit else "." for hit in row) for row in self.cells],
        }


@dataclass(frozen=True)
class Grid:
    """Inputs and the tests of each row over them: finds the first row that matches."""

    inputs: tuple[str, ...]
    rows: tuple[tuple[Test, ...], ...]
    _compiled: tuple[tuple[Match, ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if any(len(row) != len(self.inputs) for row in self.rows):
            raise ValueError("a row needs one test for each input")
        compiled = tuple(tuple(compile_test(test) for test in row) for row in self.rows)
        object.__setattr__(self, "_compiled", compiled)

    def first(self, inputs: Facts) -> tuple[int | None, tuple[tuple[bool, ...], ...]]:
        """The number of the first row that matches, and the cells of every row looked at."""
        saw = [inputs.get(name) for name in self.inputs]
        looked = []
        for number, row in enumerate(self._compiled):
            cells = tuple([match(value) for match, value in zip(row, saw, strict=True)])
            looked.append(cells)
            if all(cells):
                return number, tuple(looked)
        return None, tuple(looked)

    def explain(self, looked: Sequence[Sequence[bool]], inputs: Facts) -> tuple[Cell, ...]:
        return tuple(
            Cell(number, name, print_test(test), inputs.get(name), matched)
            for number, cells in enumerate(looked)
            for name, test, matched in zip(self.inputs, self.rows[number], cells, strict=True)
        )


@dataclass(frozen=True)
class DecisionTable:
    """Who may take one action, and on which terms."""

    action: str
    inputs: tuple[str, ...]
    rows: tuple[Row, ...]
    _grid: Grid = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_grid", Grid(self.inputs, tuple(r.when for r in self.rows)))

    @property
    def reads(self) -> tuple[str, ...]:
        """Every input a verdict depends on: the columns, and what terms refer to."""
        refs = [t.input for r in self.rows for t in r.terms.values() if isinstance(t, Ref)]
        return tuple(dict.fromkeys((*self.inputs, *refs)))

    def evaluate(self, inputs: Facts) -> Verdict:
        return self.verdict(*self.look(inputs), inputs)

    def look(self, inputs: Facts) -> tuple[int | None, tuple[tuple[bool, ...], ...]]:
        """The number of the row that decides, and the cells of every row looked at."""
        return self._grid.first(inputs)

    def verdict(
        self, number: int | None, cells: tuple[tuple[bool, ...], ...], inputs: Facts
    ) -> Verdict:
        """What the row that `look` found says."""
        if number is None:
            return self._refused(NO_RULE, None, cells)
        row = self.rows[number]
        if not row.offered:
            return self._refused(row.reason or NO_RULE, number, cells)
        terms: dict[str, TermValue] = {}
        for name, term in row.terms.items():
            value = inputs.get(term.input) if isinstance(term, Ref) else term
            if value is None:
                return self._refused(NO_RULE, number, cells)
            terms[name] = value
        return Verdict(self.action, True, terms, row.identity, None, number, cells)

    def explain(self, verdict: Verdict, inputs: Facts) -> tuple[Cell, ...]:
        """Cell by cell, in reading order, how this verdict came about."""
        return self._grid.explain(verdict.cells, inputs)

    def _refused(
        self, reason: str, row: int | None, cells: tuple[tuple[bool, ...], ...]
    ) -> Verdict:
        return Verdict(self.action, False, {}, HIGHEST, reason, row, cells)


@dataclass(frozen=True)
class Referral:
    """When a fresh case goes straight to a person: the first row that matches names the reason of
    the WorkItem; no row means that the case takes its normal way."""

    inputs: tuple[str, ...]
    rows: tuple[tuple[Test, ...], ...]
    reasons: tuple[str, ...]
    _grid: Grid = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.reasons) != len(self.rows):
            raise ValueError("a row needs a reason")
        object.__setattr__(self, "_grid", Grid(self.inputs, self.rows))

    def evaluate(self, inputs: Facts) -> str | None:
        number, _ = self._grid.first(inputs)
        return None if number is None else self.reasons[number]


@dataclass(frozen=True)
class Decision:
    """What was decided, from what, by which version of which workflow.

    `inputs` is the snapshot: all that the tables read and nothing else. `as_json` is what is kept;
    deciding again from it gives the same bytes (`Workflow.decide_again`).
    """

    workflow: str
    version: int
    hash: str
    inputs: Facts
    verdicts: tuple[Verdict, ...]

    def verdict(self, action: str) -> Verdict:
        """Raises KeyError for an action the workflow does not have."""
        for verdict in self.verdicts:
            if verdict.action == action:
                return verdict
        raise KeyError(action)

    @property
    def offered(self) -> tuple[Verdict, ...]:
        return tuple(v for v in self.verdicts if v.offered)

    def as_json(self) -> dict[str, object]:
        return {
            "workflow": self.workflow,
            "version": self.version,
            "hash": self.hash,
            "inputs": {name: to_json(value) for name, value in self.inputs.items()},
            "verdicts": [verdict.as_json() for verdict in self.verdicts],
        }

    def canonical(self) -> str:
        """`as_json` with one way to write it: equal decisions are equal bytes."""
        return canonical_json(self.as_json())


def term_to_json(value: TermValue) -> object:
    return list(value) if isinstance(value, tuple) else to_json(value)
