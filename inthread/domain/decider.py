"""Decides many kept snapshots by one workflow, and says whether each was kept as it comes out.

It says what `Workflow.decide_again` says, to the byte; a test holds the two together. It is faster
because tables see values by the spans they tell apart, because what a row says is spelled out once,
and because of a kept text only the snapshot is read where the rest is as it would be written.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from inthread.domain.canonical import exact_json
from inthread.domain.facts import Facts, FactValue, from_json, to_json
from inthread.domain.money import Money
from inthread.domain.policy import DecisionTable, Ref, Verdict, term_to_json
from inthread.domain.unary import Anything, Compare, Test, rank, span
from inthread.domain.workflow import Workflow

Cells = tuple[tuple[bool, ...], ...]
Looked = tuple[int | None, Cells]
Spell = Callable[[object], str]
Class = Callable[[FactValue | None], object]
_OTHER = object()
_decode = json.JSONDecoder().raw_decode


def as_written(value: object) -> str:
    """JSON as a column of text has it: in the order of writing."""
    return json.dumps(value)


def as_jsonb(value: object) -> str:
    """JSON as PostgreSQL's `jsonb` shows it: short names first, then by their bytes."""
    if isinstance(value, Mapping):
        names = sorted(value, key=lambda name: (len(name.encode()), name.encode()))
        return f"{{{', '.join(f'{as_jsonb(n)}: {as_jsonb(value[n])}' for n in names)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(as_jsonb(part) for part in value)}]"
    return json.dumps(value, ensure_ascii=False)


@dataclass
class ActionTable:
    """One action's table. `spell`: how the documents are kept."""

    action: str
    table: DecisionTable
    spell: Spell
    _looked: dict[tuple[object, ...], Looked] = field(default_factory=dict)
    _spelled: dict[Looked, tuple[str | Ref, ...]] = field(default_factory=dict)
    _verdicts: dict[int | None, Verdict] = field(default_factory=dict)

    @cached_property
    def _classes(self) -> tuple[tuple[str, Class], ...]:
        return tuple(
            (name, _classes([row.when[n] for row in self.table.rows]))
            for n, name in enumerate(self.table.inputs)
        )

    def look(self, inputs: Facts) -> Looked:
        """`DecisionTable.look`. Raises ValueError for a value that is not of its column's type."""
        key = tuple([which(inputs.get(name)) for name, which in self._classes])
        found = self._looked.get(key)
        if found is None:
            found = self._looked[key] = self.table.look(inputs)
        return found

    @cached_property
    def _refs(self) -> tuple[tuple[str, ...], ...]:
        """For each row, the inputs that its terms take their values from."""
        return tuple(
            tuple(term.input for term in row.terms.values() if isinstance(term, Ref))
            for row in self.table.rows
        )

    def fixed(self, number: int | None) -> bool:
        """Whether the row says the same to everybody."""
        return number is None or not self._refs[number]

    def offers(self, number: int | None, inputs: Facts) -> bool:
        """Whether the row offers the action."""
        if number is None or not self.table.rows[number].offered:
            return False
        return all(inputs.get(name) is not None for name in self._refs[number])

    def verdict(self, looked: Looked, inputs: Facts) -> Verdict:
        """What the row says; without the cells where it says the same to everybody."""
        number, cells = looked
        if not self.fixed(number):
            return self.table.verdict(number, cells, inputs)
        if number not in self._verdicts:
            self._verdicts[number] = self.table.verdict(number, (), inputs)
        return self._verdicts[number]

    def text(self, looked: Looked, inputs: Facts) -> str:
        """The verdict as it is kept."""
        parts = self._spelled.get(looked)
        if parts is None:
            parts = self._spelled[looked] = self._spell_out(looked, inputs)
        if len(parts) == 1:
            return str(parts[0])
        if not self.offers(looked[0], inputs):
            return self.spell(self.table.verdict(*looked, inputs).as_json())
        return "".join([
            self._value(inputs[part.input]) if isinstance(part, Ref) else part
            for part in parts
        ])

    def _value(self, value: FactValue | None) -> str:
        if isinstance(value, Money):  # every way to keep it has this order
            return f'{{"minor": {value.minor}, "currency": "{value.currency}"}}'
        return self.spell(to_json(value))

    def _spell_out(self, looked: Looked, inputs: Facts) -> tuple[str | Ref, ...]:
        """The text of the verdict, in pieces between the values that differ from case to case."""
        number, cells = looked
        if number is None or self.fixed(number):
            return (self.spell(self.table.verdict(number, cells, inputs).as_json()),)
        row = self.table.rows[number]
        bare = Verdict(self.action, True, {}, row.identity, None, number, cells).as_json()
        marks = {f"\x00{name}\x00": t for name, t in row.terms.items() if isinstance(t, Ref)}
        terms = {
            name: f"\x00{name}\x00" if isinstance(term, Ref) else term_to_json(term)
            for name, term in row.terms.items()
        }
        rest, parts = self.spell({**bare, "terms": terms}), list[str | Ref]()
        places = sorted((rest.index(self.spell(mark)), mark) for mark in marks)
        start = 0
        for place, mark in places:
            parts += [rest[start:place], marks[mark]]
            start = place + len(self.spell(mark))
        return (*parts, rest[start:])


class Decider:
    """*spell*: how the documents come that it is asked to compare with."""

    def __init__(self, workflow: Workflow, spell: Spell = as_written) -> None:
        self.workflow = workflow
        self.tables = [
            ActionTable(a.key, workflow.tables[a.key], spell) for a in workflow.actions
        ]
        self.reads = frozenset(workflow.reads)
        self._kinds = {name: workflow.inputs[name].kind for name in workflow.reads}
        mark = "\x00"
        frame = spell({
            "workflow": workflow.key, "version": workflow.version, "hash": workflow.hash,
            "inputs": f"{mark}1", "verdicts": f"{mark}2",
        })
        self._head, rest = frame.split(spell(f"{mark}1"))
        self._middle, self._tail = rest.split(spell(f"{mark}2"))

    def inputs(self, snapshot: object) -> dict[str, FactValue | None]:
        """The snapshot's values. Raises ValueError when they are not exactly what the tables
        read."""
        if not isinstance(snapshot, dict) or snapshot.keys() != self.reads:
            raise ValueError("the snapshot has not exactly the inputs that the tables read")
        kinds = self._kinds
        return {name: from_json(kinds[name], value) for name, value in snapshot.items()}

    def look(self, inputs: Facts) -> list[Looked]:
        """For each action, in order, the row that decides. Raises ValueError for a value that is
        not of its column's type."""
        return [each.look(inputs) for each in self.tables]

    def snapshot_of(self, text: str) -> tuple[dict[str, object], int]:
        """The snapshot in a kept text that begins as ours do, and where it ends; of any other, an
        empty one. Raises ValueError."""
        if not text.startswith(self._head):
            return {}, 0
        return _decode(text, len(self._head))

    def same(self, text: str, end: int, looked: list[Looked], inputs: Facts) -> bool:
        """Whether the kept text goes on after the snapshot exactly as this decision does. A value
        that `inputs` has read is written as it came."""
        verdicts = ", ".join([
            table.text(found, inputs) for table, found in zip(self.tables, looked, strict=True)
        ])
        return text[end:] == f"{self._middle}[{verdicts}]{self._tail}"

    def same_slowly(self, document: object, inputs: Facts) -> bool:
        """The same for a text that is spelled in another way: both are put into the canonical
        form."""
        again = self.workflow.decide_again({**dict(self._named()), "inputs": {
            name: to_json(value) for name, value in inputs.items()
        }})
        return again.canonical() == exact_json(document)

    def _named(self) -> Mapping[str, object]:
        flow = self.workflow
        return {"workflow": flow.key, "version": flow.version, "hash": flow.hash}


def _classes(tests: list[Test]) -> Class:
    """A function that gives equal answers for values that all these tests treat alike. Raises
    ValueError, as the tests do, for a value of another type."""
    parts = [part for test in tests if not isinstance(test, Anything) for part in test.tests]
    if not parts:
        return lambda value: None
    first = parts[0].value if isinstance(parts[0], Compare) else parts[0].low
    if isinstance(first, str | bool):
        wanted = frozenset(p.value for p in parts if isinstance(p, Compare))
        return _named_class(wanted, type(first))
    points = set()
    for part in parts:
        low, high = span(part)
        points |= {low} if low is not None else set()
        points |= {high + 1} if high is not None else set()
    currency = first.currency if isinstance(first, Money) else None
    return _ordered_class(sorted(points), type(first), currency)


def _named_class(wanted: frozenset[FactValue], kind: type) -> Class:
    def which(value: FactValue | None) -> object:
        if value is None:
            return None
        if type(value) is not kind:
            raise ValueError(f"not {kind.__name__}: {value!r}")
        return value if value in wanted else _OTHER

    return which


def _ordered_class(points: list[int], kind: type, currency: str | None) -> Class:
    def which(value: FactValue | None) -> object:
        if value is None:
            return None
        if type(value) is not kind or not isinstance(value, int | date | Money):
            raise ValueError(f"not {kind.__name__}: {value!r}")
        if isinstance(value, Money) and value.currency != currency:
            raise ValueError(f"not an amount in {currency}: {value!r}")
        return bisect_right(points, rank(value))

    return which
