"""What two documents of one workflow say differently: the rows of each decision table side by side,
cell by cell, and everything else place by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from inthread.domain.canonical import canonical_json
from inthread.domain.draft_edit import REFER, Document, Place, at, columns, has

RowState = Literal["same", "changed", "new", "gone"]
# A row is the same one, changed, when at least this share of what it says stayed.
_ALIKE = 0.34


@dataclass(frozen=True)
class CellDiff:
    """None: there was, or is, no such cell."""

    was: object
    now: object

    @property
    def same(self) -> bool:
        return self.was == self.now


@dataclass(frozen=True)
class RowDiff:
    """`was` and `now`: the row's number, from 0. `cells` by column, `then` by what it grants:
    `refuse`, `identity`, and `offer.TERM`."""

    state: RowState
    was: int | None
    now: int | None
    cells: Mapping[str, CellDiff]
    then: Mapping[str, CellDiff]


@dataclass(frozen=True)
class TableDiff:
    """`inputs`: the columns of both, those of the newer first."""

    table: Place
    inputs: tuple[str, ...]
    rows: tuple[RowDiff, ...]

    @property
    def changes(self) -> int:
        return sum(row.state != "same" for row in self.rows)


@dataclass(frozen=True)
class PlaceDiff:
    """One place outside the decision tables. None: it was not, or is no longer, there."""

    place: Place
    was: object
    now: object


def table_diffs(was: Document, now: Document) -> tuple[TableDiff, ...]:
    """Every decision table of either, in the newer's order of actions; also those that are alike.
    """
    tables = dict.fromkeys([*_tables(now), *_tables(was)])
    return tuple(_table_diff(table, was, now) for table in tables)


def place_diffs(was: Document, now: Document) -> tuple[PlaceDiff, ...]:
    """What differs outside the rows of the decision tables, by place. The version of the whole
    document is not counted: it always differs."""
    before, after = dict(_leaves(was, ())), dict(_leaves(now, ()))
    places = dict.fromkeys([*after, *before])
    return tuple(
        PlaceDiff(place, before.get(place), after.get(place))
        for place in places
        if before.get(place) != after.get(place) and place != ("version",)
    )


def part_diffs(was: object, now: object) -> tuple[PlaceDiff, ...]:
    """What differs between two of the same part, by place within it."""
    before, after = dict(_all_leaves(was, ())), dict(_all_leaves(now, ()))
    return tuple(
        PlaceDiff(place, before.get(place), after.get(place))
        for place in dict.fromkeys([*after, *before]) if before.get(place) != after.get(place)
    )


def count_changes(was: Document, now: Document) -> int:
    tables = sum(table.changes for table in table_diffs(was, now))
    return tables + len(place_diffs(was, now))


def _tables(document: Document) -> list[Place]:
    policy = document.get("policy")
    named = list(policy) if isinstance(policy, Mapping) else []
    found: list[Place] = [("policy", name) for name in named]
    order = {name: number for number, name in enumerate(_actions(document))}
    found.sort(key=lambda table: order.get(str(table[1]), len(order)))
    return [*found, REFER] if isinstance(document.get("refer"), Mapping) else found


def _actions(document: Document) -> list[str]:
    place: Place = ("resolution", "actions")
    actions = at(document, place) if has(document, place) else []
    named = actions if isinstance(actions, list) else []
    return [str(one.get("key")) for one in named if isinstance(one, Mapping)]


def _table_diff(table: Place, was: Document, now: Document) -> TableDiff:
    before, after = _rows(was, table), _rows(now, table)
    inputs = tuple(dict.fromkeys([*columns(now, table), *columns(was, table)]))
    rows = tuple(
        _row_diff(before, after, old, new) for old, new in _paired(before, after)
    )
    return TableDiff(table, inputs, rows)


@dataclass(frozen=True)
class _Row:
    when: Mapping[str, object]
    then: Mapping[str, object]

    @property
    def text(self) -> str:
        return canonical_json([dict(self.when), dict(self.then)])


def _rows(document: Document, table: Place) -> list[_Row]:
    place = (*table, "rows")
    rows = at(document, place) if has(document, place) else []
    names = columns(document, table)
    return [_row(names, row) for row in rows if isinstance(row, Mapping)] if isinstance(
        rows, list
    ) else []


def _row(names: Sequence[str], row: Mapping[str, object]) -> _Row:
    when, offer = row.get("when"), row.get("offer")
    tests = dict(zip(names, when, strict=False)) if isinstance(when, list) else {}
    then = {key: row[key] for key in ("refuse", "reason", "identity") if key in row}
    terms = {f"offer.{key}": value for key, value in offer.items()} if isinstance(
        offer, Mapping
    ) else {}
    return _Row(tests, {**then, **terms})


def _paired(
    before: Sequence[_Row], after: Sequence[_Row]
) -> list[tuple[int | None, int | None]]:
    """Rows that say the same are one; between them, those that say almost the same, in order."""
    matcher = SequenceMatcher(
        None, [row.text for row in before], [row.text for row in after], autojunk=False
    )
    pairs: list[tuple[int | None, int | None]] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            pairs += zip(range(a, b), range(c, d), strict=True)
        else:
            pairs += _likely(before, after, list(range(a, b)), list(range(c, d)))
    return pairs


def _likely(
    before: Sequence[_Row], after: Sequence[_Row], old: list[int], new: list[int]
) -> list[tuple[int | None, int | None]]:
    pairs: list[tuple[int | None, int | None]] = []
    for number in new:
        best = max(old, key=lambda one: _share(before[one], after[number]), default=None)
        if best is not None and _share(before[best], after[number]) >= _ALIKE:
            pairs += [(one, None) for one in old if one < best]
            old = [one for one in old if one > best]
            pairs.append((best, number))
        else:
            pairs.append((None, number))
    return [*pairs, *((one, None) for one in old)]


def _share(before: _Row, after: _Row) -> float:
    """The share of columns and terms that say the same in both."""
    was = {**{("when", k): v for k, v in before.when.items()}, **_keyed(before)}
    now = {**{("when", k): v for k, v in after.when.items()}, **_keyed(after)}
    keys = was.keys() | now.keys()
    return sum(was.get(key) == now.get(key) for key in keys) / len(keys) if keys else 1.0


def _keyed(row: _Row) -> dict[tuple[str, str], object]:
    return {("then", key): value for key, value in row.then.items()}


def _row_diff(
    before: Sequence[_Row], after: Sequence[_Row], old: int | None, new: int | None
) -> RowDiff:
    was = before[old] if old is not None else _Row({}, {})
    now = after[new] if new is not None else _Row({}, {})
    cells, then = _cells(was.when, now.when), _cells(was.then, now.then)
    state: RowState = "same"
    if old is None:
        state = "new"
    elif new is None:
        state = "gone"
    elif not all(cell.same for cell in (*cells.values(), *then.values())):
        state = "changed"
    return RowDiff(state, old, new, cells, then)


def _cells(was: Mapping[str, object], now: Mapping[str, object]) -> dict[str, CellDiff]:
    return {key: CellDiff(was.get(key), now.get(key)) for key in dict.fromkeys([*now, *was])}


def _leaves(part: object, place: Place) -> list[tuple[Place, object]]:
    """All but the rows of decision tables."""
    return [
        leaf for leaf in _all_leaves(part, place)
        if not (leaf[0][:1] == REFER and leaf[0][1:2] == ("rows",))
        and not (leaf[0][:1] == ("policy",) and leaf[0][2:3] == ("rows",))
    ]


def _all_leaves(part: object, place: Place) -> list[tuple[Place, object]]:
    """Every text and number with its place; a list of plain values is one."""
    if isinstance(part, Mapping):
        return [leaf for key in part for leaf in _all_leaves(part[key], (*place, str(key)))]
    if isinstance(part, list) and any(isinstance(one, Mapping | list) for one in part):
        return [leaf for n, one in enumerate(part) for leaf in _all_leaves(one, (*place, n))]
    return [(place, part)]
