"""Looks for a point that none of some boxes holds. A box has one set of atoms for each axis, and
a set is a whole number with a bit for each atom.

The question is as hard as satisfiability, so there is a limit; but tables people write answer
quickly, because a box that leaves one axis open decides that axis without a choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import and_

Box = tuple[int, ...]


class TooComplex(Exception):
    """The limit was reached before there was an answer."""


class Search:
    """`find` looks within a box, between boxes of this collection, which are named by the bits of
    a whole number. `steps` counts what was done, over all of its calls."""

    def __init__(self, sizes: Sequence[int], boxes: Sequence[Box], limit: int) -> None:
        self.boxes = list(boxes)
        self.limit = limit
        self.steps = 0
        self._holds = [
            [_bits(n for n, box in enumerate(boxes) if box[axis] >> atom & 1)
             for atom in range(size)]
            for axis, size in enumerate(sizes)
        ]
        self._seen: list[dict[int, tuple[int, int]]] = [{} for _ in sizes]

    def add(self, box: Box) -> int:
        """One more box; its bit."""
        bit = 1 << len(self.boxes)
        self.boxes.append(box)
        for axis, atoms in enumerate(box):
            for atom in members(atoms):
                self._holds[axis][atom] |= bit
        self._seen = [{} for _ in self._seen]
        return bit

    def touching(self, within: Box, boxes: int) -> int:
        """Those of *boxes* that share a point with *within*."""
        for axis, atoms in enumerate(within):
            boxes &= self._touch(axis, atoms)[0]
        return boxes

    def find(self, within: Box, boxes: int) -> Box | None:
        """A box inside *within*, all of its points outside *boxes*; None when they cover it.
        Raises TooComplex."""
        waiting = [within] if all(within) else []
        while waiting:
            self.steps += 1
            if self.steps > self.limit:
                raise TooComplex
            at = waiting.pop()
            left, wholes = self._left(at, boxes)
            if not left:
                return at
            if reduce(and_, wholes, left) == 0:
                waiting.extend(self._narrower(at, left, wholes))
        return None

    def _left(self, at: Box, boxes: int) -> tuple[int, list[int]]:
        """The boxes that share a point with *at*; and for each axis those that hold all of it
        there."""
        wholes = []
        for axis, atoms in enumerate(at):
            some, whole = self._touch(axis, atoms)
            boxes &= some
            wholes.append(whole)
        return boxes, wholes

    def _narrower(self, at: Box, left: int, wholes: list[int]) -> Iterator[Box]:
        """Boxes that do not meet, and hold what the most telling of *left* does not."""
        box = self.boxes[_most_telling(left, wholes)]
        rest = list(at)
        for axis, atoms in enumerate(at):
            outside = atoms & ~box[axis]
            if outside:
                yield (*rest[:axis], outside, *at[axis + 1:])
                rest[axis] = atoms & box[axis]

    def _touch(self, axis: int, atoms: int) -> tuple[int, int]:
        """The boxes that hold some of these atoms, and those that hold all."""
        known = self._seen[axis].get(atoms)
        if known is None:
            some, whole = 0, -1
            for atom in members(atoms):
                some |= self._holds[axis][atom]
                whole &= self._holds[axis][atom]
            known = self._seen[axis][atoms] = (some, whole)
        return known


def meet(one: Box, other: Box) -> Box | None:
    """What two boxes share; None for nothing."""
    both = tuple([a & b for a, b in zip(one, other, strict=True)])
    return both if all(both) else None


def members(bits: int) -> Iterator[int]:
    """The places of the bits that are set, in order."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def _most_telling(left: int, wholes: list[int]) -> int:
    """The first box with the fewest open axes: with one, nothing has to be tried."""
    one = two = three = 0
    for whole in wholes:
        open_ = left & ~whole
        three |= two & open_
        two |= one & open_
        one |= open_
    pick = (one & ~two) or (two & ~three) or left
    return (pick & -pick).bit_length() - 1


def _bits(places: Iterator[int]) -> int:
    return sum(1 << place for place in places)
