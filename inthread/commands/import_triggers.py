"""Take in a text file of triggers, row by row, through a map of its columns (docs/import.md)."""

from __future__ import annotations

import csv
import hashlib
import os
import tomllib
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from inthread.commands.receive_triggers import CHUNK, Row, take_rows
from inthread.commands.steps.csv_rows import CsvRow, CsvRows
from inthread.commands.steps.trigger_reader import trigger_reader
from inthread.domain.actor import Actor
from inthread.domain.card_numbers import mask_cards
from inthread.domain.file_map import FileMap, RowReader, Skipped, column_of
from inthread.domain.file_map_reader import read_map
from inthread.domain.intake import Answer
from inthread.domain.intake_reader import TriggerReader
from inthread.domain.refusals import BadInput, Problem, Stale
from inthread.runtime import Runtime
from inthread.store import imports
from inthread.store.db import Tx
from inthread.store.imports import Import

SKIPPED = "skipped"
REPORT = ("line", "status", "reference", "case_id", "why")

Line = tuple[int, str, str, str, str]
Chunk = list[tuple[CsvRow, Row | Skipped]]
Tell = Callable[[Iterable[Line]], None]


@dataclass(frozen=True)
class Progress:
    """`counts`: rows by what became of them: an AnswerStatus, or `skipped`. `position` and `size`
    are bytes. `already`: the file was imported before, and was not read again."""

    import_id: str
    counts: Mapping[str, int]
    position: int
    size: int
    finished: bool = False
    already: bool = False

    @property
    def rows(self) -> int:
        return sum(self.counts.values())


def import_triggers(
    rt: Runtime, *, actor: Actor, file: Path, map: Path, out: Path | None = None,
    again: bool = False, on_progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Progress:
    """Read *file* by *map*, to its end or until *stop* says so between two chunks of 1,000 rows.

    The place reached is kept in the transaction of its chunk: started again, it goes on there, and
    a file that is done is not read twice (*again* reads it from its first row; what is known stays
    unchanged). *out* gets one line a row, after the commit of its chunk. Raises BadInput for a map
    or a file that cannot be used, Stale when another import of the same file is running.
    """
    actor.require("triggers:write")
    chart, before = _chart(rt, map), file.stat()
    size = before.st_size
    with CsvRows(file, encoding=chart.encoding, delimiter=chart.delimiter) as rows:
        places = _places(chart, rows.columns)
        done = _begin(rt, file, map, again)
        if done.ended_at is not None:
            return Progress(done.id, done.counts, done.position, size, finished=True, already=True)
        by_map = RowReader(chart, places, done.as_of)
        read = _chunks(rt, rows.rows(done.position, done.lines), chart, by_map)
        with _report(out, fresh=done.position == 0) as tell, closing(_ahead(read)) as chunks:
            for chunk in chunks:
                done = _take_chunk(rt, actor, chart, done, chunk, tell)
                if on_progress:
                    on_progress(Progress(done.id, done.counts, done.position, size))
                if stop and stop():
                    return Progress(done.id, done.counts, done.position, size)
    done = _end(rt, file, before, done)
    return Progress(done.id, done.counts, done.position, size, finished=True)


def _chart(rt: Runtime, map: Path) -> FileMap:
    try:
        document = tomllib.loads(map.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise BadInput([Problem("/map", f"{map.name} is not TOML: {fault}")]) from None
    channels = trigger_reader(rt).channels
    return read_map(document, map.name, workflows=rt.workflows, channels=channels)


def _places(chart: FileMap, columns: Sequence[str]) -> dict[str, int]:
    """Where each column that is read stands. Raises BadInput for those that are not there once."""
    wrong = {n: columns.count(n) for n in chart.columns if columns.count(n) != 1}
    if wrong:
        there = ", ".join(columns)
        raise BadInput([
            Problem(f"/columns/{name}", f"is in the header {many} times: {there}" if many
                    else f"is not in the header, which has: {there}")
            for name, many in wrong.items()
        ])
    return {name: columns.index(name) for name in chart.columns}


def _begin(rt: Runtime, file: Path, map: Path, again: bool) -> Import:
    """Where this import stands. Its id is made of what the file and the map say."""
    now = rt.now()
    known = hashlib.sha256(_digest(file) + _digest(map)).hexdigest()[:32]
    changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    fresh = Import(f"imp_{known}", mask_cards(file.name)[:200], min(changed, now), 0, 0, {}, now)
    with rt.db.begin() as tx:
        found = imports.get(tx, fresh.id)
        if found is None:
            imports.add(tx, fresh)
            return fresh
        if again:
            found = replace(fresh, as_of=found.as_of)
            imports.begin_again(tx, found)
        return found


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _chunks(
    rt: Runtime, rows: Iterator[CsvRow], chart: FileMap, by_map: RowReader
) -> Iterator[Chunk]:
    while chunk := list(islice(rows, CHUNK)):
        reader = trigger_reader(rt, text=True, region=chart.region)
        yield [(row, _read(row, by_map, reader)) for row in chunk]


def _ahead(chunks: Iterator[Chunk]) -> Generator[Chunk]:
    """The chunks, each while the one after it is being read: the database's time is not waited
    for twice."""
    with ThreadPoolExecutor(1, "read-ahead") as thread:
        coming = thread.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = thread.submit(next, chunks, None)
            yield chunk


def _take_chunk(
    rt: Runtime, actor: Actor, chart: FileMap, before: Import, chunk: Chunk, tell: Tell
) -> Import:
    skipped = sum(isinstance(x, Skipped) for _, x in chunk)
    last, after = chunk[-1][0], before

    def also(tx: Tx, answers: Sequence[Answer]) -> None:
        nonlocal after
        counts = Counter(before.counts) + Counter(a.status.value for a in answers)
        counts[SKIPPED] += skipped
        after = replace(before, position=last.end, lines=last.lines, counts=dict(+counts))
        if not imports.move(tx, before, after):
            raise Stale("another import of this file is running")

    rows: list[Row] = [x for _, x in chunk if not isinstance(x, Skipped)]
    answers = iter(take_rows(rt, actor=actor, rows=rows, also=also))
    tell(
        _line(row, x if isinstance(x, Skipped) else next(answers), chart)
        for row, x in chunk
    )
    return after


def _read(row: CsvRow, by_map: RowReader, reader: TriggerReader) -> Row | Skipped:
    if row.trouble:
        return (Problem("", row.trouble),)
    trigger = by_map.read(row.cells)
    return reader.read(trigger) if isinstance(trigger, dict) else trigger


def _end(rt: Runtime, file: Path, before: os.stat_result, done: Import) -> Import:
    """Raises BadInput when somebody wrote to the file meanwhile."""
    now = file.stat()
    if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise BadInput([Problem("/file", "changed while it was read: import it again")])
    ended = replace(done, ended_at=rt.now())
    with rt.db.begin() as tx:
        if not imports.move(tx, done, ended):
            raise Stale("another import of this file is running")
    return ended


# --- the report ----------------------------------------------------------------------------------


def _line(row: CsvRow, told: Answer | Skipped, chart: FileMap) -> Line:
    if isinstance(told, Skipped):
        return row.line, SKIPPED, "", "", told.why
    why = [told.why or "", *(f"{_named(chart, p)} {p.message}".strip() for p in told.problems)]
    return (
        row.line, told.status.value, told.reference or "", told.case_id or "",
        "; ".join(w for w in why if w),
    )


def _named(chart: FileMap, problem: Problem) -> str:
    return column_of(chart, problem.path).removeprefix("/columns/")


@contextmanager
def _report(out: Path | None, *, fresh: bool) -> Iterator[Tell]:
    if out is None:
        yield lambda lines: None
        return
    with out.open("w" if fresh else "a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if fresh:
            writer.writerow(REPORT)

        def tell(lines: Iterable[Line]) -> None:
            writer.writerows([number, *(_safe(cell) for cell in rest)] for number, *rest in lines)
            file.flush()

        yield tell


def _safe(cell: object) -> str:
    """No spreadsheet takes the cell for a formula (ASVS 1.2.10)."""
    text = str(cell)
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text
