"""The console beside many cases: each page with 100,000 of them, over the same page with 1,000.

A room adds its pages to PAGES: a name, the address (or what makes it from the seeded cases) and a
role that may see it. Times are of whole requests in this process: session, query and template.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from statistics import quantiles

from flask import Flask
from sqlalchemy import func, select, text, update

from bench import ours
from bench.cases import copies, open_cases, promised
from bench.context import Context
from bench.machine import ROOT, Stretch
from bench.row import Measure, Row
from inthread.acting.shelf import Shelf
from inthread.commands.drain_outbox import drain_outbox
from inthread.commands.hand_over_case import hand_over_case
from inthread.domain.actor import OPERATOR, WORKER
from inthread.runtime import Runtime
from inthread.settings import Settings
from inthread.store import tables as t
from inthread.web.site import build_site
from tests.web.console.colleague import Colleague, hire
from tests.web.visitor import ORIGIN

CALLS = 40
# Of each hundred cases: so many are closed, so many wait for a person; the others are asked.
CLOSED, WORK = 60, 5


@dataclass(frozen=True)
class Seeded:
    """One case of each kind that was copied, the person of the open one, and what puts a search
    into an address."""

    open: str
    closed: str
    work: str
    person: str
    sealed: Callable[[str], str]


@dataclass(frozen=True)
class Page:
    """`path`: with what was seeded, where the page is about one thing."""

    name: str
    path: str | Callable[[Seeded], str]
    role: str = "agent"


def _finding(seeded: Seeded, typed: str) -> str:
    return f"/console/cases?find={seeded.sealed(typed)}"


PAGES: list[Page] = [
    Page("cases", "/console/cases"),
    Page("cases, by state", "/console/cases?state=exception"),
    Page("cases, by workflow and state", "/console/cases?workflow=overdue_invoice&state=closed"),
    Page("cases, late", "/console/cases?due=late"),
    Page("cases, of a queue", "/console/cases?owner=billing-disputes"),
    Page("cases, of a name that everybody has", lambda seeded: _finding(seeded, "maya")),
    Page("cases, of a number's last four", lambda seeded: _finding(seeded, "0000")),
    Page("cases, of a reference", lambda seeded: _finding(seeded, "INV-0000000")),
    Page("a case", lambda seeded: f"/console/cases/{seeded.open}"),
    Page("a closed case", lambda seeded: f"/console/cases/{seeded.closed}"),
    Page("a person", lambda seeded: f"/console/people/{seeded.person}"),
]


class Console:
    """A site over a database with so many cases, and people who are signed in to it."""

    def __init__(self, app: Flask, rt: Runtime, seeded: Seeded) -> None:
        self._app, self._rt, self._seeded = app, rt, seeded
        self._people: dict[str, Colleague] = {}

    def timed(self) -> Measure:
        with Stretch() as stretch:
            figures = {page.name: self._quick(page) for page in PAGES}
        self._people.clear()
        return Measure(figures, stretch.reading)

    def _quick(self, page: Page) -> float:
        """The lower quartile: what the page takes while nobody else is busy."""
        path = page.path if isinstance(page.path, str) else page.path(self._seeded)
        if page.role not in self._people:
            self._people[page.role] = hire(self._app, self._rt, page.role)
        taken = [self._once(self._people[page.role], path) for _ in range(CALLS)]
        return quantiles(taken, n=4)[0]

    def _once(self, who: Colleague, path: str) -> float:
        start = time.perf_counter()
        answer = who.get(path)
        taken = 1000 * (time.perf_counter() - start)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        return taken


def rows(context: Context) -> Iterator[Row]:
    few_cases, many_cases = (200, 2000) if context.quick else (1000, 100_000)
    with ExitStack() as stack:
        few, many = (
            _filled(context, stack, size) for size in (few_cases, many_cases)
        )
        pairs = context.pairs(many.timed, few.timed)
        for page in PAGES:
            yield pairs.row(
                f"{page.name}: {many_cases:,} cases", page.name, "ms", "low", 1.2,
                f"{few_cases:,}",
            )


def _filled(context: Context, stack: ExitStack, size: int) -> Console:
    url = context.new_database("console")
    ours.create_tables(url)
    port, _ = stack.enter_context(ours.peer())
    rt = stack.enter_context(ours.runtime(ours.environment(url, 1, port)))
    seeded = seed_cases(rt, size)
    app = build_site(rt, Settings(origin=ORIGIN), ROOT)
    app.extensions["inthread"] = Shelf(rt)
    return Console(app, rt, seeded)


def seed_cases(rt: Runtime, size: int) -> Seeded:
    """So many cases, each whole: messages, visits, decisions, outcomes, writebacks and audit."""
    (waiting, _), (settled, path), (stuck, other) = open_cases(rt, 3, apart=4)
    promised(rt, settled, path)
    promised(rt, stuck, other)
    hand_over_case(rt, actor=OPERATOR, case_id=stuck, reason="dispute", note="says it was paid")
    while drain_outbox(rt, actor=WORKER, kinds=("writeback",)):
        pass
    first = 1
    for case_id, percent in ((settled, CLOSED), (stuck, WORK), (waiting, 100 - CLOSED - WORK)):
        many = size * percent // 100
        copies(rt, case_id, first, many)
        first += many
    _apart(rt)
    with rt.db.read() as tx:
        person = tx.execute(
            select(t.cases.c.person_id).where(t.cases.c.id == waiting)
        ).scalar_one()
    return Seeded(
        waiting, settled, stuck, person, partial(rt.keyring.seal, "search", "console")
    )


def _apart(rt: Runtime) -> None:
    """A third of what is next is due by now; and the planner knows the tables."""
    now, far, c = rt.now(), rt.now().replace(year=2090), t.cases.c
    with rt.db.engine.begin() as tx:
        tx.execute(update(t.outbox).where(t.outbox.c.done_at.is_(None)).values(due_at=far))
        tx.execute(update(t.cases).where(
            c.next_due.is_not(None), func.substr(c.id, func.length(c.id)).in_(["1", "4", "7"])
        ).values(next_due=now))
    with rt.db.engine.begin() as tx:
        tx.execute(text("ANALYZE"))
