"""What the rows of one table say of each other: never reached, one winning over another, nothing
said at all, and less identity asked for more money."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice

from inthread.domain.box_search import Box, meet, members
from inthread.domain.facts import FactKind
from inthread.domain.finding import Finding
from inthread.domain.policy import DecisionTable, Row
from inthread.domain.space import Space, needs_of
from inthread.domain.unary import Test
from inthread.domain.workflow import Workflow

MOST_GAPS = 5


class Rows:
    """The rows of one table, and of each the first input found that it decides."""

    def __init__(
        self, workflow: Workflow, action: str, inputs: Sequence[str],
        whens: Sequence[Sequence[Test]],
    ) -> None:
        self.action = action
        self.space = Space(workflow, [needs_of(inputs, when) for when in whens])
        self.all = (1 << len(whens)) - 1

    @cached_property
    def decided(self) -> tuple[Box | None, ...]:
        """For each row a box of inputs it decides; None when there is none. Raises TooComplex."""
        return tuple(
            self.space.find(box, above(number)) for number, box in enumerate(self.space.boxes)
        )

    def unreachable(self) -> Iterator[Finding]:
        for number, box in enumerate(self.decided):
            if box is None:
                yield self._never(number)

    def gaps(self, most: int = MOST_GAPS) -> Iterator[Finding]:
        """Inputs that no row matches, at most this many boxes of them, each as wide as it goes;
        they may meet."""
        taken = self.all
        for _ in range(most):
            found = self.space.find(self.space.full, taken)
            if found is None:
                return
            gap = self.space.wider(found, self.all)
            taken |= self.space.search.add(gap)
            where = self.space.says(gap) or "anything"
            yield Finding(
                "warning", "gap", self.action, (),
                f"No row matches {where}: refused as no_rule.", self.space.example(found),
            )

    def _never(self, number: int) -> Finding:
        own = self.space.boxes[number]
        taking = self.space.search.touching(own, above(number))
        if self.space.find(own, 0) is None:
            return self._unreachable(number, (), "its cells leave nothing that could match.")
        for row in members(taking):
            if self.space.find(own, taking & ~(1 << row)) is None:
                taking &= ~(1 << row)
        rows = tuple(members(taking))
        takes = "takes" if len(rows) == 1 else "take"
        why = f"{row_names(rows).lower()} above {takes} all it could."
        return self._unreachable(number, rows, why)

    def _unreachable(self, number: int, rows: tuple[int, ...], why: str) -> Finding:
        says = f"Row {number + 1} can never match: {why}"
        return Finding("error", "unreachable", self.action, (number, *rows), says)


class TableRows(Rows):
    """The rows of an action's table, with what each of them gives."""

    def __init__(self, workflow: Workflow, table: DecisionTable) -> None:
        super().__init__(workflow, table.action, table.inputs, [row.when for row in table.rows])
        self.table = table

    def overlaps(self) -> Iterator[Finding]:
        """One for each row that keeps cases from rows below it which would say something else."""
        for winner, sample in enumerate(self.decided):
            if sample is None:
                continue
            lost = [(row, box) for row in range(winner + 1, len(self.decided))
                    if (box := self._lost(winner, row, sample)) is not None]
            if lost:
                yield self._overlap(winner, tuple(row for row, _ in lost), lost[0][1])

    def weaker(self) -> Iterator[Finding]:
        """For each amount the first row that asks for less identity than another one does for a
        smaller amount, all else alike."""
        for place, axis in enumerate(self.space.axes):
            if axis.kind is FactKind.MONEY:
                beside = self.space.ignoring(place)
                pairs = ((lax, strict) for lax in self._offered for strict in self._offered)
                found = (self._weaker(place, beside, *pair) for pair in pairs)
                yield from islice(filter(None, found), 1)

    @property
    def _offered(self) -> list[int]:
        return [
            number for number, row in enumerate(self.table.rows)
            if row.offered and self.decided[number] is not None
        ]

    def _lost(self, winner: int, row: int, sample: Box) -> Box | None:
        """Inputs that *row* matches and *winner* decides; None when there are none, or when it
        makes no difference."""
        if self.decided[row] is None or same(self.table.rows[winner], self.table.rows[row]):
            return None
        boxes = self.space.boxes
        known = meet(sample, boxes[row])
        if known is not None:
            return known
        both = meet(boxes[winner], boxes[row])
        return None if both is None else self.space.find(both, above(winner))

    def _overlap(self, winner: int, lost: tuple[int, ...], box: Box) -> Finding:
        says = (
            f"Row {winner + 1} wins over {row_names(lost).lower()}, "
            f"which would say something else of the same case."
        )
        example = self.space.example(box)
        return Finding("note", "overlap", self.action, (winner, *lost), says, example)

    def _weaker(self, place: int, beside: Space, lax: int, strict: int) -> Finding | None:
        lower, higher = self.table.rows[lax].identity, self.table.rows[strict].identity
        if lower >= higher:
            return None
        found = self._more_for_less(place, beside, lax, strict)
        if found is None:
            return None
        says = (
            f"Row {lax + 1} asks for {lower} where row {strict + 1} asks for {higher}, "
            f"though {self.space.axes[place].name} is higher."
        )
        example = self.space.example(found)
        return Finding("warning", "identity", self.action, (lax, strict), says, example)

    def _more_for_less(self, place: int, beside: Space, lax: int, strict: int) -> Box | None:
        """Inputs that *lax* decides, when *strict* decides the same with a smaller amount.
        *beside*: the space in which this amount does not count."""
        given, boxes = self.space.axes[place].given, self.space.boxes
        both = meet(beside.boxes[lax], beside.boxes[strict])
        if both is None:
            return None
        for less in members(boxes[strict][place] & given):
            for more in members(boxes[lax][place] & given & ~((2 << less) - 1)):
                taking = self._taking(place, strict, less) | self._taking(place, lax, more)
                found = beside.find(both, taking)
                if found is not None:
                    return (*found[:place], 1 << more, *found[place + 1:])
        return None

    def _taking(self, place: int, row: int, atom: int) -> int:
        """The rows above that look at this amount too."""
        return sum(1 << n for n in range(row) if self.space.boxes[n][place] >> atom & 1)


def above(row: int) -> int:
    """The rows above this one."""
    return (1 << row) - 1


def same(one: Row, other: Row) -> bool:
    """Whether it makes no difference which of them decides."""
    if not one.offered or not other.offered:
        return one.offered == other.offered and one.reason == other.reason
    return one.terms == other.terms and one.identity == other.identity


def row_names(rows: Sequence[int]) -> str:
    """`Row 2`, `Rows 2 and 4`, `Rows 2, 3 and 4`; counted from 1."""
    names = [str(row + 1) for row in rows]
    if len(names) == 1:
        return f"Row {names[0]}"
    return f"Rows {', '.join(names[:-1])} and {names[-1]}"
