"""Space: every input that can come before some rows, and the questions asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from itertools import product

from inthread.domain.axis import Axis, make_axis
from inthread.domain.box_search import Box, Search, meet, members
from inthread.domain.facts import FactValue
from inthread.domain.unary import Anything, Test
from inthread.domain.workflow import Workflow

# A cell of an input that a row does not look at.
_ANY = Anything()
# Steps of the search, over all the questions about one space.
LIMIT = 200_000


class Space:
    """*rows*: what each row asks of each input; an input it does not name may be anything.

    Rows are told apart by the bit of their place. Inputs are independent of each other but for
    one thing: a number of days is missing exactly where its date is.
    """

    def __init__(self, workflow: Workflow, rows: Sequence[Mapping[str, Test]]) -> None:
        names = tuple(dict.fromkeys(name for row in rows for name in row))
        self.axes: tuple[Axis, ...] = tuple(
            make_axis(workflow, name, [row[name] for row in rows if name in row])
            for name in names
        )
        self.boxes: tuple[Box, ...] = tuple(
            tuple(axis.atoms(row.get(axis.name, _ANY)) for axis in self.axes) for row in rows
        )
        self.search = Search([axis.size for axis in self.axes], self.boxes, LIMIT)
        self.full: Box = tuple(axis.full for axis in self.axes)
        self._possible = self._together(workflow)

    def place(self, name: str) -> int | None:
        """Which axis is this input's; None where no row looks at it."""
        return next((n for n, axis in enumerate(self.axes) if axis.name == name), None)

    def ignoring(self, place: int) -> Space:
        """The same, but that every row takes anything on this axis."""
        other = copy(self)
        full = self.axes[place].full
        other.boxes = tuple((*b[:place], full, *b[place + 1:]) for b in self.boxes)
        other.search = Search([axis.size for axis in self.axes], other.boxes, LIMIT)
        return other

    def find(self, within: Box, rows: int) -> Box | None:
        """A box of possible inputs inside *within* that none of these rows matches. Inputs that
        are there come before missing ones. Raises TooComplex."""
        given = tuple(a & x.given for a, x in zip(within, self.axes, strict=True))
        for part in (given, within) if given != within else (within,):
            for possible in self._possible:
                inside = meet(part, possible)
                found = inside and self.search.find(inside, rows)
                if found:
                    return found
        return None

    def wider(self, found: Box, rows: int) -> Box:
        """The box with each input let run as far as still none of *rows* matches."""
        for axis in range(len(found)):
            for atom in members(self.axes[axis].full & ~found[axis]):
                more = (*found[:axis], 1 << atom, *found[axis + 1:])
                if self._is_possible(more) and not self.search.touching(more, rows):
                    found = (*found[:axis], found[axis] | 1 << atom, *found[axis + 1:])
        return found

    def example(self, box: Box) -> Mapping[str, FactValue]:
        """One input of this box, which may not be empty; what is missing is left out."""
        picked = {axis.name: axis.sample(atoms) for axis, atoms in zip(self.axes, box, strict=True)}
        return {name: value for name, value in picked.items() if value is not None}

    def says(self, box: Box) -> str:
        """The box in words: `remaining > 5000.00, disputed missing`; empty for everything."""
        pairs = zip(self.axes, box, strict=True)
        return ", ".join(axis.says(atoms) for axis, atoms in pairs if atoms != axis.full)

    def _is_possible(self, box: Box) -> bool:
        return any(meet(box, possible) == box for possible in self._possible)

    def _together(self, workflow: Workflow) -> tuple[Box, ...]:
        """Boxes that hold all that is possible: days and their date are missing together."""
        sources = {one.name: one.fact for one in workflow.trigger.derived}
        groups: dict[str, list[int]] = {}
        for place, axis in enumerate(self.axes):
            if axis.optional:
                groups.setdefault(sources.get(axis.name, axis.name), []).append(place)
        linked = [places for places in groups.values() if len(places) > 1]
        choices = product((True, False), repeat=len(linked))
        return tuple(self._linked(linked, kept) for kept in choices)

    def _linked(self, groups: Iterable[Sequence[int]], kept: Iterable[bool]) -> Box:
        box = list(self.full)
        for places, there in zip(groups, kept, strict=True):
            for place in places:
                box[place] = self.axes[place].given if there else self.axes[place].missing
        return tuple(box)


def needs_of(inputs: Sequence[str], tests: Sequence[Test]) -> dict[str, Test]:
    return dict(zip(inputs, tests, strict=True))


