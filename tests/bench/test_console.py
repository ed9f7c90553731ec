"""A page of the console reads as much beside eight thousand cases as beside four thousand.

Counted are statements, and steps of SQLite's machine: exact, and the same on every machine. Four
thousand fill every page, every count that stops, and what pages look back through by themselves;
what a filter looks back through is held by tests/store/test_reach.py.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bench.console import PAGES, Console, a_console
from bench.context import Context

FEW, MANY = 4_000, 8_000


class Steps:
    """How far SQLite's machine ran for reads, in tens of steps."""

    def __init__(self, console: Console) -> None:
        self.tens = 0
        event.listen(console.rt.db.reader, "connect", self._count)
        console.rt.db.reader.dispose()

    def _count(self, raw: Any, _record: object) -> None:
        def ten() -> int:
            self.tens += 1
            return 0

        raw.set_progress_handler(ten, 10)


def test_pages_read_no_more_beside_more_cases(tmp_path: Path) -> None:
    read: dict[str, list[tuple[int, int]]] = {}
    with ExitStack() as stack:
        context = Context("sqlite", True, tmp_path)
        for size in (FEW, MANY):
            console = a_console(context, stack, size)
            steps = Steps(console)
            for page in PAGES:
                statements = console.statements(page)
                before = steps.tens
                console.statements(page)
                read.setdefault(page.name, []).append((statements, steps.tens - before))
    halving = {page.name for page in PAGES if page.halves}
    assert [
        (name, few, many) for name, (few, many) in read.items()
        if many[0] > few[0] + (2 if name in halving else 0)  # one doubling, at both ends
    ] == []
    looking = {page.name for page in PAGES if page.looks} - {"writebacks", "writebacks, unknown"}
    assert [
        (name, few, many) for name, (few, many) in read.items()
        if name not in looking and many[1] > 1.1 * few[1] + 100
    ] == []
