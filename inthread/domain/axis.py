"""Axis: all that one input can be, in as few parts as some tests can tell apart.

The parts are called atoms. A set of atoms is a whole number with a bit for each; the last atom is
the missing value, where the input may be missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from inthread.domain.box_search import members
from inthread.domain.card_numbers import mask_cards
from inthread.domain.contract import Input
from inthread.domain.facts import LARGEST_INTEGER, FactKind, FactValue
from inthread.domain.money import LARGEST_MINOR, Money
from inthread.domain.unary import (
    Anything,
    Compare,
    Interval,
    NoneOf,
    OneOf,
    Ordered,
    Positive,
    Test,
    print_test,
    rank,
    span,
)
from inthread.domain.workflow import Workflow

_ORDERED = (FactKind.INTEGER, FactKind.MONEY, FactKind.DATE)
_MOST_DAYS = date.max.toordinal()


@dataclass(frozen=True)
class Axis:
    """`spans`: the atoms of an ordered kind, as first and last rank, ascending. `values`: the atoms
    of the other kinds; None stands for every text that no test names."""

    name: str
    kind: FactKind
    currency: str
    spans: tuple[tuple[int, int], ...]
    values: tuple[str | bool | None, ...]
    named: frozenset[int]
    optional: bool
    longest: int

    @property
    def size(self) -> int:
        return len(self.spans) + len(self.values) + self.optional

    @property
    def full(self) -> int:
        return (1 << self.size) - 1

    @property
    def missing(self) -> int:
        """The bit of the missing value; 0 where there is none."""
        return 1 << self.size - 1 if self.optional else 0

    @property
    def given(self) -> int:
        return self.full & ~self.missing

    def atoms(self, test: Test) -> int:
        """The atoms *test* matches. It has to be one of those the axis was made for."""
        if isinstance(test, Anything):
            return self.full
        found = 0
        for part in test.tests:
            found |= self._of(part)
        return self.given & ~found if isinstance(test, NoneOf) else found

    def sample(self, atoms: int) -> FactValue | None:
        """One value of these atoms, given rather than missing, and one people would try."""
        given = list(members(atoms & self.given))
        if not given:
            return None
        if self.values:
            return self._plain(self.values[given[0]])
        low = [self._near(*self.spans[atom]) for atom in given]
        return self.value(min(low, key=lambda at: (at < 1, abs(at))))

    def value(self, at: int) -> Ordered:
        """The value of this rank."""
        if self.kind is FactKind.MONEY:
            return Money(at, self.currency)
        return date.fromordinal(at) if self.kind is FactKind.DATE else at

    def says(self, atoms: int) -> str:
        """These atoms as a cell would have them: `remaining > 5000.00`, `segment missing`."""
        missing = bool(atoms & self.missing)
        given = atoms & self.given
        if not given:
            return f"{self.name} missing"
        if given == self.given:
            return self.name if missing or not self.optional else f"{self.name} not missing"
        cell = print_test(self._test(given))
        return f"{self.name} {cell}{' or missing' if missing else ''}"

    def _of(self, part: Positive) -> int:
        if self.kind in _ORDERED:
            low, high = span(part)
            return sum(
                1 << n for n, (first, last) in enumerate(self.spans)
                if (low is None or low <= first) and (high is None or last <= high)
            )
        value = part.value if isinstance(part, Compare) else None
        return sum(1 << n for n, known in enumerate(self.values) if known == value)

    def _test(self, given: int) -> Test:
        if not self.values:
            return OneOf(tuple(self._part(*run) for run in self._runs(given)))
        named = [(n, v) for n, v in enumerate(self.values) if v is not None]
        if None in self.values and given >> self.values.index(None) & 1:
            return NoneOf(tuple(Compare("=", v) for n, v in named if not given >> n & 1))
        return OneOf(tuple(Compare("=", v) for n, v in named if given >> n & 1))

    def _runs(self, given: int) -> Iterable[tuple[int, int]]:
        """The spans of these atoms, neighbours joined."""
        found: list[tuple[int, int]] = []
        for atom in members(given):
            first, last = self.spans[atom]
            if found and found[-1][1] + 1 == first:
                found[-1] = (found[-1][0], last)
            else:
                found.append((first, last))
        return found

    def _part(self, first: int, last: int) -> Positive:
        """The span in the values the tests were written with, as far as they have them."""
        low_open = first not in self.named and first - 1 in self.named
        high_open = last not in self.named and last + 1 in self.named
        low, high = self.value(first - low_open), self.value(last + high_open)
        if first == last:
            return Compare("=", self.value(first))
        if first == self.spans[0][0]:
            return Compare("<" if high_open else "<=", high)
        if last == self.spans[-1][1]:
            return Compare(">" if low_open else ">=", low)
        return Interval(low, high, low_open, high_open)

    def _near(self, first: int, last: int) -> int:
        """The rank in this span that lies next to what a test names; else an everyday one."""
        if first > self.spans[0][0]:
            return first
        if last < self.spans[-1][1]:
            return last
        everyday = {
            FactKind.DATE: date(2026, 1, 1).toordinal(),
            FactKind.MONEY: Money.parse("100", self.currency).minor,
        }.get(self.kind, 0)
        return min(max(everyday, first), last)

    def _plain(self, value: str | bool | None) -> FactValue:
        """A text that no test names is made up."""
        if value is not None:
            return value
        made_up = ("other"[:self.longest], *"xyz", *map(str, range(10)))
        return next((t for t in made_up if t not in self.values), "\N{WHITE SQUARE}")


def make_axis(workflow: Workflow, name: str, tests: Iterable[Test]) -> Axis:
    """The axis of this input, cut where *tests* tell values apart. Two inputs never limit each
    other here: a date says nothing of the days since it."""
    known = workflow.inputs[name]
    parts = [p for test in tests if not isinstance(test, Anything) for p in test.tests]
    fact = next((f for f in workflow.trigger.facts if f.name == name), None)
    longest = fact.max_length if fact else 0
    spans: tuple[tuple[int, int], ...] = ()
    values: tuple[str | bool | None, ...] = ()
    if known.kind in _ORDERED:
        spans = _cut(_bounds(workflow, known), parts)
    else:
        values = _values(known, parts, longest)
    named = frozenset(rank(v) for v in _literals(parts) if not isinstance(v, str))
    return Axis(
        name, known.kind, workflow.currency, spans, values, named, not known.always, longest
    )


def _bounds(workflow: Workflow, known: Input) -> tuple[int, int]:
    """The least and the greatest rank that a case can have."""
    if known.kind is FactKind.DATE:
        return 1, _MOST_DAYS
    if known.kind is FactKind.MONEY:
        least = {"remaining": -LARGEST_MINOR, workflow.trigger.owed: 1}.get(known.name, 0)
        return least, LARGEST_MINOR
    if known.name == "attempts":
        return 0, LARGEST_INTEGER
    derived = known.name in {one.name for one in workflow.trigger.derived}
    return (-_MOST_DAYS, _MOST_DAYS) if derived else (-LARGEST_INTEGER, LARGEST_INTEGER)


def _cut(bounds: tuple[int, int], parts: Iterable[Positive]) -> tuple[tuple[int, int], ...]:
    least, most = bounds
    cuts = {least, most + 1}
    for part in parts:
        low, high = span(part)
        cuts |= {low} if low is not None else set()
        cuts |= {high + 1} if high is not None else set()
    kept = sorted(cut for cut in cuts if least <= cut <= most + 1)
    return tuple((first, after - 1) for first, after in pairwise(kept))


def _values(
    known: Input, parts: Iterable[Positive], longest: int
) -> tuple[str | bool | None, ...]:
    if known.kind is FactKind.BOOLEAN:
        return (False, True)
    if known.kind is FactKind.CHOICE:
        return known.choices
    named: Mapping[str, None] = {
        v: None for v in _literals(parts)
        if isinstance(v, str) and len(v) <= longest and mask_cards(v) == v
    }
    return (*named, None)


def _literals(parts: Iterable[Positive]) -> Iterable[FactValue]:
    for part in parts:
        if isinstance(part, Interval):
            yield part.low
            yield part.high
        else:
            yield part.value
