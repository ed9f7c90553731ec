"""The map of a text file: which of its columns are which facts of a trigger (docs/import.md).

What the map does not name is not read. `file_map_reader` reads one from its document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from inthread.domain.column import CellValue, Column, plain_text
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
    def columns(self) -> tuple[str, ...]:
        """Every column of the file that is read."""
        fields = [*self.facts.values(), *self.person.values(), *(f for _, f in self.contacts)]
        named = [f.column.name for f in fields if f.column is not None]
        named += [column.name for skip in self.skips for column, _ in skip.tests]
        return tuple(dict.fromkeys([*named, *([self.as_of.name] if self.as_of else [])]))


@dataclass(frozen=True, slots=True)
class Skipped:
    why: str


def read_row(
    map: FileMap, cells: Mapping[str, str], as_of: datetime
) -> dict[str, object] | Skipped | tuple[Problem, ...]:
    """The trigger a row asks for, ready for `TriggerReader(text=True)`; or why there is none.
    *cells*: column -> cell. Problems name the column: `/columns/DueDate`."""
    problems: list[Problem] = []
    for skip in map.skips:
        if all(_matches(column, match, cells, problems) for column, match in skip.tests):
            return Skipped(skip.why)
    facts = {name: _text(field, cells, problems) for name, field in map.facts.items()}
    person: dict[str, object] = {
        name: text for name, field in map.person.items() if (text := _text(field, cells, problems))
    }
    person["contacts"] = [
        {"channel": channel, "address": text}
        for channel, field in map.contacts if (text := _text(field, cells, problems))
    ]
    at = _cell(map.as_of, cells, problems) if map.as_of else None
    if problems:
        return tuple(problems)
    return {
        "workflow": map.workflow, "facts": facts, "person": person, "as_of": _instant(at, as_of)
    }


def column_of(map: FileMap, path: str) -> str:
    """The column a problem of the trigger is about, as `/columns/DueDate`; else the path itself."""
    _, _, rest = path.partition("/")
    kind, _, name = rest.partition("/")
    field = {"facts": map.facts, "person": map.person}.get(kind, {}).get(name)
    return f"/columns/{field.column.name}" if field and field.column else path


def _matches(
    column: Column, match: Match, cells: Mapping[str, str], problems: list[Problem]
) -> bool:
    value = _cell(column, cells, problems)
    return match(None if isinstance(value, datetime) else value)


def _text(field: Field, cells: Mapping[str, str], problems: list[Problem]) -> str:
    if field.column is None:
        return field.constant
    return plain_text(_cell(field.column, cells, problems))


def _cell(
    column: Column, cells: Mapping[str, str], problems: list[Problem]
) -> CellValue | None:
    try:
        return column.read(cells[column.name])
    except ValueError as problem:
        said = Problem(f"/columns/{column.name}", str(problem))
        if said not in problems:
            problems.append(said)
        return None


def _instant(value: CellValue | None, default: datetime) -> datetime:
    """A day counts from its first moment in UTC."""
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else default
