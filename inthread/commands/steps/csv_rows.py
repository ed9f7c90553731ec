"""The rows of a CSV file, one after another, each with the place in the file where it ends.

Rows are read as RFC 4180 says, from a stream: memory does not grow with the file. A row that
cannot be read is told so by itself, and reading goes on with the next line.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from inthread.domain.refusals import BadInput, Problem

LONGEST_LINE = 1024 * 1024
_BOM = b"\xef\xbb\xbf"


class CsvRow(NamedTuple):
    """`line`: where it begins, the header being 1. `end` and `lines`: bytes and lines of the file
    up to its end. `cells` is empty when there is `trouble`."""

    line: int
    cells: Sequence[str]
    trouble: str | None
    end: int
    lines: int


class CsvRows:
    """Open a file and read its header: `columns`. Raises BadInput when it has none."""

    def __init__(self, path: Path, *, encoding: str, delimiter: str) -> None:
        self._file = path.open("rb")
        self._lines = _Lines(self._file, encoding)
        self._reader = csv.reader(self._lines, delimiter=delimiter, strict=True)
        header = next(self._rows(0, 0), None)
        if header is None or header.trouble:
            self._file.close()
            said = (header and header.trouble) or "is empty: its first line has to name the columns"
            raise BadInput([Problem("/file", said)])
        self.columns = [cell.strip() for cell in header.cells]
        self._after_header = (header.end, header.lines)

    def __enter__(self) -> CsvRows:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def rows(self, position: int = 0, lines: int = 0) -> Iterator[CsvRow]:
        """All rows after the header, or after the row that ended at *position* and *lines*."""
        if not position:
            position, lines = self._after_header
        self._file.seek(position)
        self._lines.begin(first=False)
        for row in self._rows(position, lines):
            if row.trouble is None and len(row.cells) != len(self.columns):
                said = f"has {len(row.cells)} cells where the header has {len(self.columns)}"
                yield CsvRow(row.line, (), said, row.end, row.lines)
            else:
                yield row

    def _rows(self, end: int, lines: int) -> Iterator[CsvRow]:
        while True:
            cells, trouble = self._next()
            taken = self._lines.take()
            if not taken:
                return
            line = lines + 1
            end, lines = end + sum(taken), lines + len(taken)
            if cells or trouble:
                yield CsvRow(line, cells, trouble, end, lines)

    def _next(self) -> tuple[Sequence[str], str | None]:
        try:
            return next(self._reader, ()), None
        except (csv.Error, UnicodeDecodeError) as fault:
            if self._lines.give_back():
                return (), "opens a quotation that is not closed as it should be"
            if isinstance(fault, UnicodeDecodeError):
                return (), f"is not {fault.encoding} text: say the file's encoding in the map"
            return (), f"cannot be read as CSV: {fault}"


class _Lines:
    """Lines for csv.reader, which remember what one row took of them."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._encoding = encoding
        self.begin(first=True)

    def begin(self, *, first: bool) -> None:
        self._first = first
        self._back: deque[bytes] = deque()
        self._taken: list[bytes] = []
        self._longer = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._back.popleft() if self._back else self._file.readline(LONGEST_LINE)
        if not raw:
            raise StopIteration
        self._taken.append(raw)
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            self._longer = self._skip_line()
            raise csv.Error(f"the line is longer than {LONGEST_LINE} bytes")
        if self._first:
            self._first = False
            raw_text = raw.removeprefix(_BOM)
        else:
            raw_text = raw
        return raw_text.decode(self._encoding)

    def take(self) -> list[int]:
        """How many bytes each line of the row had; the next row begins after them."""
        taken = [len(raw) for raw in self._taken]
        if self._longer:
            taken[-1] += self._longer
        self._taken, self._longer = [], 0
        return taken

    def give_back(self) -> bool:
        """All lines of the row but its first: the next row begins there. False when the row had
        but one, or one that is too long to keep."""
        first, *rest = self._taken
        if not rest or self._longer:
            return False
        self._back.extendleft(reversed(rest))
        self._taken = [first]
        return True

    def _skip_line(self) -> int:
        skipped = 0
        while part := self._file.readline(LONGEST_LINE):
            skipped += len(part)
            if part.endswith(b"\n"):
                break
        return skipped
