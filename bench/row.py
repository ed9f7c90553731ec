"""One line of the table, and how its two figures are taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Literal

from bench.machine import Reading, quietly


@dataclass(frozen=True)
class Row:
    """`goal` bounds ours/floor from the side that is worse. `pairs` are the ratios of the single
    rounds; `others` is the largest share of the machine that something else took."""

    name: str
    unit: str
    ours: float
    floor: float
    better: Literal["low", "high"]
    goal: float
    pairs: tuple[float, ...] = ()
    others: float = 0.0
    against: str = "floor"

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    @property
    def met(self) -> bool:
        return self.ratio <= self.goal if self.better == "low" else self.ratio >= self.goal


@dataclass(frozen=True)
class Count:
    """A figure that is exact: the bench fails when it is not what was promised."""

    name: str
    seen: int
    promised: int

    @property
    def right(self) -> bool:
        return self.seen == self.promised


@dataclass(frozen=True)
class Measure:
    """What one side of a row gives in one round: figures by name."""

    figures: dict[str, float]
    reading: Reading


Side = Callable[[], Measure]


@dataclass(frozen=True)
class Pairs:
    """Rounds of ours and the floor, taken in turn."""

    rounds: tuple[tuple[Measure, Measure], ...]

    def row(
        self, name: str, figure: str, unit: str, better: Literal["low", "high"], goal: float,
        against: str = "floor",
    ) -> Row:
        ours = [a.figures[figure] for a, _ in self.rounds]
        floor = [b.figures[figure] for _, b in self.rounds]
        return Row(
            name, unit, median(ours), median(floor), better, goal,
            tuple(a / b for a, b in zip(ours, floor, strict=True)),
            max(max(a.reading.others, b.reading.others) for a, b in self.rounds), against,
        )


def side_by_side(ours: Side, floor: Side, rounds: int = 3, tries: int = 3) -> Pairs:
    """A B A B ...; a side beside busy neighbours is taken again, up to *tries* times, and the
    quietest counts."""
    return Pairs(tuple((quietly(ours, tries), quietly(floor, tries)) for _ in range(rounds)))
