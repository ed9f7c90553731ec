"""The map of a text file: which of its columns are which facts of a trigger (docs/import.md).

What the map does not name is not read. `file_map_reader` reads one from its document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from operator import itemgetter

from inthread.domain.column import CellValue, Column, plain_text
from inthread.domain.facts import FactValue
from inthread.domain.refusals import Problem
from inthread.domain.unary import Match


@dataclass(frozen=True)
class Skip:
    """Rows that are none of our business: every column named matches its test."""

    why: str
    tests: tuple[tuple[Column, Match], ...]


@dataclass(frozen=True)
class Field:
    """Where a value comes from: a column, or the same for every row."""

    column: Column | None
    constant: str = ""


@dataclass(frozen=True)
class FileMap:
    """`facts` and `person`: name -> where it comes from. `contacts`: (channel, its address).
    `as_of`: the column that says when a row was true; None: when the file was last changed."""

    workflow: str
    delimiter: str
    encoding: str
    region: str | None
    facts: Mapping[str, Field]
    person: Mapping[str, Field]
    contacts: tuple[tuple[str, Field], ...]
    as_of: Column | None
    skips: tuple[Skip, ...]

    @property
    def columns(self) -> Mapping[str, Column]:
        """Every column of the file that is read, by its name."""
        fields = [*self.facts.values(), *self.person.values(), *(f for _, f in self.contacts)]
        named = [f.column for f in fields if f.column is not None]
        named += [column for skip in self.skips for column, _ in skip.tests]
        named += [self.as_of] if self.as_of else []
        return {column.name: column for column in named}


@dataclass(frozen=True, slots=True)
class Skipped:
    why: str


class RowReader:
    """Reads the rows of one file by its map. *places*: where each column stands in a row. *as_of*:
    when a row was true that does not say it itself."""

    def __init__(self, map: FileMap, places: Mapping[str, int], as_of: datetime) -> None:
        self._workflow = map.workflow
        self._as_of = as_of
        self._when = self._value(map.as_of, places) if map.as_of else None
        self._skips = [
            (Skipped(skip.why), [(self._value(c, places), match) for c, match in skip.tests])
            for skip in map.skips
        ]
        self._facts = [(name, self._text(f, places)) for name, f in map.facts.items()]
        self._person = [(name, self._text(f, places)) for name, f in map.person.items()]
        self._contacts = [(channel, self._text(f, places)) for channel, f in map.contacts]
        self._all = [(n, self._value(column, places)) for n, column in map.columns.items()]

    def read(self, cells: Sequence[str]) -> dict[str, object] | Skipped | tuple[Problem, ...]:
        """The trigger a row asks for, ready for `TriggerReader(text=True)`; or why there is none.
        Problems name the column: `/columns/DueDate`."""
        try:
            return self._read(cells)
        except ValueError:
            return tuple(self._problems(cells))

    def _read(self, cells: Sequence[str]) -> dict[str, object] | Skipped:
        for skipped, tests in self._skips:
            if all(match(_fact_value(value(cells))) for value, match in tests):
                return skipped
        person: dict[str, object] = {
            name: text for name, get in self._person if (text := get(cells).strip())
        }
        person["contacts"] = [
            {"channel": channel, "address": text}
            for channel, get in self._contacts if (text := get(cells).strip())
        ]
        return {
            "workflow": self._workflow, "facts": {name: get(cells) for name, get in self._facts},
            "person": person,
            "as_of": _instant(self._when(cells), self._as_of) if self._when else self._as_of,
        }

    def _problems(self, cells: Sequence[str]) -> Iterator[Problem]:
        for name, value in self._all:
            try:
                value(cells)
            except ValueError as problem:
                yield Problem(f"/columns/{name}", str(problem))

    def _value(
        self, column: Column, places: Mapping[str, int]
    ) -> Callable[[Sequence[str]], CellValue | None]:
        read, place = column.read, places[column.name]
        return lambda cells: read(cells[place])

    def _text(self, field: Field, places: Mapping[str, int]) -> Callable[[Sequence[str]], str]:
        """The cell as the readers of facts and people take it: a plain one as it stands."""
        column, constant = field.column, field.constant
        if column is None:
            return lambda cells: constant
        if column.plain:
            return itemgetter(places[column.name])
        value = self._value(column, places)
        return lambda cells: plain_text(value(cells))


def column_of(map: FileMap, path: str) -> str:
    """The column a problem of the trigger is about, as `/columns/DueDate`; else the path itself."""
    _, _, rest = path.partition("/")
    kind, _, name = rest.partition("/")
    field = {"facts": map.facts, "person": map.person}.get(kind, {}).get(name)
    return f"/columns/{field.column.name}" if field and field.column else path


def _fact_value(value: CellValue | None) -> FactValue | None:
    return None if isinstance(value, datetime) else value


def _instant(value: CellValue | None, default: datetime) -> datetime:
    """A day counts from its first moment in UTC."""
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else default
