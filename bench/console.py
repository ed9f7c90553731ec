"""The console beside many cases: each page with 100,000 of them, over the same page with 1,000.

Both take turns, request by request, so that what else the machine does falls on both. What fills
with a thousand cases is a page of fifty lines; where a page looks through a longer stretch, there
is a row against ten thousand too, so that both look through as much. Times are of whole requests
in this process: session, query and template. A room adds its pages to PAGES.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import quantiles

from flask import Flask
from sqlalchemy import event

from bench import ours
from bench.console_seed import Seeded, seed_cases
from bench.context import Context
from bench.machine import ROOT, Stretch
from bench.row import Count, Measure, Pairs, Row
from inthread.acting.shelf import Shelf
from inthread.runtime import Runtime
from inthread.settings import Settings
from inthread.web.site import build_site
from tests.web.console.colleague import Colleague, hire
from tests.web.visitor import ORIGIN

CALLS, WARM = 40, 4
FEW, FILLED, MANY = 1_000, 10_000, 100_000


@dataclass(frozen=True)
class Page:
    """`path`: with what was seeded, where the page is about one thing. `role`: that may see it.
    `looks`: through more than a thousand cases fill. `halves`: finds its place by halving, with a
    statement more for each doubling."""

    name: str
    path: str | Callable[[Seeded], str]
    role: str = "agent"
    looks: bool = False
    halves: bool = False


def _finding(typed: str) -> Callable[[Seeded], str]:
    return lambda seeded: f"/console/cases?find={seeded.sealed(typed)}"


PAGES: list[Page] = [
    Page("overview", "/console/"),
    Page("overview, of an approver", "/console/", "approver"),
    Page("exceptions", "/console/exceptions"),
    Page("exceptions, all", "/console/exceptions?view=all"),
    Page("exceptions, of a queue, late", "/console/exceptions?view=late&queue=billing_disputes"),
    Page("an exception", lambda seeded: f"/console/exceptions/{seeded.item}"),
    Page("replies", "/console/replies"),
    Page("cases", "/console/cases"),
    Page("cases, by state", "/console/cases?state=exception"),
    Page("cases, by workflow and state", "/console/cases?workflow=overdue_invoice&state=closed"),
    Page("cases, late", "/console/cases?due=late"),
    Page("cases, of a queue", "/console/cases?owner=billing_disputes"),
    Page("cases, due, of a state that none has", "/console/cases?owner=cadence&state=pending",
         looks=True),
    Page("cases, of a name that many have", _finding("maya")),
    Page("cases, of a first and a last name", _finding("jonas okafor"), looks=True),
    Page("cases, of a number's last four", _finding("0000")),
    Page("cases, of a reference", _finding("INV-0000000")),
    Page("a case", lambda seeded: f"/console/cases/{seeded.open}"),
    Page("a closed case", lambda seeded: f"/console/cases/{seeded.closed}"),
    Page("a person", lambda seeded: f"/console/people/{seeded.person}"),
    Page("writebacks", "/console/writebacks", looks=True),
    Page("writebacks, unknown", "/console/writebacks?state=unknown", looks=True),
    Page("writebacks, of a system that has none", "/console/writebacks?connector=compliance",
         looks=True),
    Page("a writeback", lambda seeded: f"/console/writebacks/{seeded.writeback}"),
    Page("messages", "/console/messages"),
    Page("messages, of a state that none has", "/console/messages?state=failed", looks=True),
    Page("a message", lambda seeded: f"/console/messages/{seeded.message}"),
    Page("audit", "/console/audit", "auditor"),
    Page("audit, of an event that never was", "/console/audit?event=case.expired", "auditor",
         looks=True),
    Page("audit, of people", "/console/audit?actor=staff", "auditor"),
    Page("audit, of a day", "/console/audit?since=2026-01-01&until=2099-01-01", "auditor",
         halves=True),
    Page("workflows", "/console/workflows"),
    Page("a contract", "/console/workflows/overdue_invoice"),
    Page("a contract's history", "/console/workflows/overdue_invoice/history"),
    Page("drafts", "/console/drafts", "author"),
    Page("a draft's rules", lambda seeded: f"/console/drafts/{seeded.draft}", "author"),
    Page("what if", "/console/what-if?workflow=overdue_invoice", "author"),
    Page("what if, of a case",
         "/console/what-if?workflow=overdue_invoice&case=INV-0000000", "author"),
    Page("staff", "/console/staff", "admin"),
]


class Console:
    """A site over a database with so many cases, and people who are signed in to it."""

    def __init__(self, app: Flask, rt: Runtime, seeded: Seeded, size: int) -> None:
        self._app, self.rt, self._seeded, self.size = app, rt, seeded, size
        self._people: dict[str, Colleague] = {}
        self._statements = 0
        event.listen(rt.db.reader, "before_cursor_execute", self._ran)

    def opened(self, page: Page) -> float:
        """Milliseconds of one request. Raises RuntimeError for what is not shown."""
        path = page.path if isinstance(page.path, str) else page.path(self._seeded)
        who = self._people.get(page.role)
        if who is None:
            who = self._people[page.role] = hire(self._app, self.rt, page.role)
        start = time.perf_counter()
        answer = who.get(path)
        taken = 1000 * (time.perf_counter() - start)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        return taken

    def statements(self, page: Page) -> int:
        """How many a request runs, but for what is looked up every few seconds."""
        counted = []
        for _ in range(3):
            self._statements = 0
            self.opened(page)
            counted.append(self._statements)
        return min(counted)

    def _ran(self, *_: object) -> None:
        self._statements += 1


def rows(context: Context) -> Iterator[Row | Count]:
    few_cases, filled_cases, many_cases = (
        (200, 1_000, 2_000) if context.quick else (FEW, FILLED, MANY)
    )
    with ExitStack() as stack:
        few, filled, many = (
            a_console(context, stack, size) for size in (few_cases, filled_cases, many_cases)
        )
        for page in PAGES:
            for floor in (few, filled) if page.looks else (few,):
                pairs = Pairs(tuple(_in_turn(many, floor, page) for _ in range(context.rounds)))
                yield pairs.row(
                    f"{page.name}: {many.size:,}", page.name, "ms", "low", 1.2, f"{floor.size:,}",
                )
        ran, promised = (
            sum(side.statements(page) for page in PAGES if not page.halves)
            for side in (many, few)
        )
        yield Count(f"statements of all pages, with {many.size:,} cases", ran, promised)


def a_console(context: Context, stack: ExitStack, size: int) -> Console:
    url = context.new_database("console")
    ours.create_tables(url)
    port, _ = stack.enter_context(ours.peer())
    rt = stack.enter_context(ours.runtime(ours.environment(url, 1, port)))
    seeded = seed_cases(rt, size)
    app = build_site(rt, Settings(origin=ORIGIN), ROOT)
    app.extensions["inthread"] = Shelf(rt)
    return Console(app, rt, seeded, size)


def _in_turn(ours: Console, floor: Console, page: Page) -> tuple[Measure, Measure]:
    taken: tuple[list[float], list[float]] = ([], [])
    with Stretch() as stretch:
        for n in range(WARM + CALLS):
            sides = ((ours, taken[0]), (floor, taken[1]))
            for side, times in sides if n % 2 else sides[::-1]:
                once = side.opened(page)
                if n >= WARM:
                    times.append(once)
    mine, theirs = (Measure({page.name: _quick(times)}, stretch.reading) for times in taken)
    return mine, theirs


def _quick(times: Sequence[float]) -> float:
    """The lower quartile: what the page takes while nobody else is busy."""
    return quantiles(times, n=4)[0]
