"""What two documents say differently, in the words of the pages: `<del>` and `<ins>`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inthread.domain.document_diff import CellDiff, PlaceDiff, RowDiff, place_diffs, table_diffs
from inthread.domain.draft_edit import REFER, Document, place_text
from inthread.domain.policy_words import input_names, spoken
from inthread.domain.sketch import Sketch, sketch
from inthread.domain.typed_row import term_text
from inthread.web.console.rules_view import cell_words

_PLAIN = {"refuse": "Do not offer", "reason": "To a person for"}


@dataclass(frozen=True)
class Change:
    """Empty: there was, or is, nothing."""

    was: str
    now: str

    @property
    def same(self) -> bool:
        return self.was == self.now


@dataclass(frozen=True)
class RowChange:
    state: str
    was: int | None
    now: int | None
    cells: tuple[Change, ...]
    does: Change
    identity: Change
    terms: tuple[tuple[str, Change], ...]


@dataclass(frozen=True)
class TableChange:
    key: str
    label: str
    columns: tuple[str, ...]
    rows: tuple[RowChange, ...]
    changes: int


@dataclass(frozen=True)
class PlaceChange:
    """`group`: the section of the document; `where`: the rest of the way, in words."""

    group: str
    where: str
    change: Change


@dataclass(frozen=True)
class Compared:
    tables: tuple[TableChange, ...]
    places: Mapping[str, tuple[PlaceChange, ...]]

    @property
    def count(self) -> int:
        rows = sum(table.changes for table in self.tables)
        return rows + sum(len(group) for group in self.places.values())


def compared(was: Document, now: Document) -> Compared:
    """Only the tables in which something changed."""
    old, new = sketch(was), sketch(now)
    names = {
        **input_names(old.inputs, old.trigger, old.locale),
        **input_names(new.inputs, new.trigger, new.locale),
    }
    tables = tuple(
        TableChange(
            str(one.table[-1]),
            "Straight to a person" if one.table == REFER else new.label(str(one.table[-1])),
            tuple(names.get(name, name) for name in one.inputs),
            tuple(_row(row, one.inputs, old, new) for row in one.rows),
            one.changes,
        )
        for one in table_diffs(was, now) if one.changes
    )
    places: dict[str, tuple[PlaceChange, ...]] = {}
    for one in place_diffs(was, now):
        group = spoken(str(one.place[0])).capitalize()
        places[group] = (*places.get(group, ()), place_change(one, group))
    return Compared(tables, places)


def place_change(one: PlaceDiff, group: str = "") -> PlaceChange:
    return PlaceChange(
        group, place_text(one.place), Change(term_text(one.was), term_text(one.now))
    )


def _row(row: RowDiff, inputs: tuple[str, ...], old: Sketch, new: Sketch) -> RowChange:
    then = dict(row.then)
    identity = then.pop("identity", CellDiff(None, None))
    return RowChange(
        row.state, row.was, row.now,
        tuple(
            Change(
                _cell(row.cells[name].was, name, old), _cell(row.cells[name].now, name, new)
            ) if name in row.cells else Change("", "")
            for name in inputs
        ),
        _does(row),
        Change(term_text(identity.was), term_text(identity.now)),
        tuple(
            (spoken(name.removeprefix("offer.")), Change(term_text(cell.was), term_text(cell.now)))
            for name, cell in then.items() if name.startswith("offer.")
        ),
    )


def _does(row: RowDiff) -> Change:
    """What the row does: offer, refuse for a reason, or send to a person."""
    return Change(_doing(row, row.was, "was"), _doing(row, row.now, "now"))


def _doing(row: RowDiff, number: int | None, side: str) -> str:
    if number is None:
        return ""
    for key, words in _PLAIN.items():
        said = getattr(row.then[key], side) if key in row.then else None
        if said is not None:
            return f"{words}: {spoken(str(said))}"
    return "Offer"


def _cell(written: object, name: str, seen: Sketch) -> str:
    if written is None:
        return ""
    text = str(written)
    return cell_words(text, seen.inputs.get(name), seen.currency) or text
