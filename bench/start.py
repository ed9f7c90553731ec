"""Starting and standing: time to the first answer, memory after load, and what it grows by."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

from bench import floor, floor_schema, ours
from bench.cases import open_cases
from bench.context import Context
from bench.machine import Stretch, free_port, granian, memory, running
from bench.row import Count, Measure, Row
from bench.walk import Browser, closed, expect

CASES = 50


def rows(context: Context) -> Iterator[Row | Count]:
    mine, theirs = context.new_database("start"), context.new_database("floor_start")
    ours.create_tables(mine)
    floor_schema.create(theirs)
    floor_schema.fill(theirs, CASES)
    with ours.runtime(ours.environment(mine, 1)) as rt:
        paths = [path for _, path in open_cases(rt, CASES)]
    signed = [f"/l/{floor.token(f'link_{n}')}" for n in range(CASES)]
    many = context.size(8000, 600)

    def our_side() -> Measure:
        port = free_port()
        return _stand("app:app", port, ours.environment(mine, port), paths, many)

    def floor_side() -> Measure:
        return _stand("bench.floor:app", free_port(), {"FLOOR_URL": theirs}, signed, many)

    pairs = context.pairs(our_side, floor_side)
    yield pairs.row("start to first answer", "first", "ms", "low", 1.5)
    yield pairs.row("memory of 2 workers after load", "pss", "MiB", "low", 1.5)
    yield from _growth(context, mine, paths)


def _stand(
    target: str, port: int, env: dict[str, str], paths: list[str], many: int
) -> Measure:
    with Stretch() as stretch:
        start = time.perf_counter()
        with running(granian(target, port), port, env) as pid:
            _look(port, paths[0])
            first = 1000 * (time.perf_counter() - start)
            _load(port, paths, many)
            pss = memory(pid)
    return Measure({"first": first, "pss": pss}, stretch.reading)


def _look(port: int, path: str) -> None:
    """Until it answers: a port can be open before the application is there."""
    browser = Browser(port)
    expect(browser.get(path), "<form")
    browser.close()


def _load(port: int, paths: list[str], many: int) -> None:
    def look(browser: Browser, number: int) -> None:
        expect(browser.get(paths[number % len(paths)]), "<form")

    looks: list[Callable[[Browser], None]] = [partial(look, number=n) for n in range(many)]
    load = closed(port, looks)
    if load.errors:
        raise RuntimeError(load.errors[0])


def _growth(context: Context, url: str, paths: list[str]) -> Iterator[Row]:
    """What the workers hold alone after five times the requests, over what they held before."""
    some, more = context.size(10_000, 400), context.size(40_000, 800)
    port = free_port()
    with ExitStack() as stack:
        pid = stack.enter_context(ours.web(ours.environment(url, port), port))
        _load(port, paths, some)
        before = memory(pid, "Private")
        with Stretch(app=pid) as stretch:
            _load(port, paths, more)
        after = memory(pid, "Private")
    yield Row(
        f"memory after {some + more:,} requests", "MiB", after, before, "low", 1.02, (),
        stretch.reading.others, f"after {some:,}",
    )
