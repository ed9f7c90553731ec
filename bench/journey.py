"""The whole journey of a customer beside floor C: link, code, menu, choose, check, receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count, islice

from bench import floor, floor_schema, journey_floor, ours
from bench.cases import code_of, open_cases, promise_day
from bench.context import Context
from bench.machine import Stretch, free_port, granian, running
from bench.row import Count, Measure, Row
from bench.walk import Answer, Browser, Journey, Load, UnexpectedError, closed, expect, opened
from inthread.runtime import Runtime

RATE = 40
Walk = Callable[[Browser, int], None]


class Stand:
    """One side: a server, its journeys one after another, and what has gone wrong so far."""

    def __init__(self, port: int, pids: dict[str, int], walk: Walk) -> None:
        self.port = port
        self.pids = pids
        self.walk = walk
        self.errors: list[str] = []
        self._numbers = count()

    def journeys(self, many: int, walk: Walk | None = None) -> list[Journey]:
        """The next *many*, each with a case of its own."""
        walk = walk or self.walk
        return [lambda browser, n=n: walk(browser, n) for n in islice(self._numbers, many)]

    def saturated(self, many: int, walk: Walk | None = None) -> Measure:
        """Processor milliseconds a journey, application and database; journeys a second."""
        with Stretch(**self.pids) as stretch:
            load = closed(self.port, self.journeys(many, walk))
        return self._measure(load, stretch)

    def at_rate(self, many: int) -> Measure:
        """The same at a load both sides can bear; time from when each journey was due."""
        with Stretch(**self.pids) as stretch:
            load = opened(self.port, self.journeys(many), RATE)
        return self._measure(load, stretch)

    def landings(self, many: int, path: Callable[[int], str]) -> Measure:
        """Processor milliseconds of opening the link and no more."""
        with Stretch(**self.pids) as stretch:
            load = closed(self.port, [lambda b, n=n: _seen(b, path(n)) for n in range(many)])
        return self._measure(load, stretch)

    def _measure(self, load: Load, stretch: Stretch) -> Measure:
        self.errors += load.errors
        done = len(load.times)
        if done < 2:
            raise RuntimeError(f"no journey came to its end: {load.errors[:1]}")
        spent = stretch.reading.cpu
        figures = {
            "cpu": 1000 * sum(spent.values()) / done,
            "app": 1000 * spent["app"] / done,
            "rate": done / load.wall,
            "p50": 1000 * load.percentile(50),
            "p99": 1000 * load.percentile(99),
        }
        return Measure({**figures, "spread": figures["p99"] / figures["p50"]}, stretch.reading)


def _seen(browser: Browser, path: str) -> None:
    expect(browser.get(path), "<form")


@contextmanager
def floor_stand(context: Context, cases: int) -> Iterator[tuple[Stand, journey_floor.CodeOf]]:
    url, port = context.new_database("floor"), free_port()
    floor_schema.create(url)
    floor_schema.fill(url, cases)
    with ExitStack() as stack:
        served = running(granian("bench.floor:app", port), port, {"FLOOR_URL": url})
        pid = stack.enter_context(served)
        code_of = stack.enter_context(journey_floor.codes(url))
        walk = partial(journey_floor.walk, code_of=code_of)
        yield Stand(port, {"app": pid, **context.database_pids}, walk), code_of


@contextmanager
def our_stand(context: Context, cases: int) -> Iterator[tuple[Stand, list[str]]]:
    url, port = context.new_database("ours"), free_port()
    ours.create_tables(url)
    env = ours.environment(url, port)
    with ExitStack() as stack:
        rt = stack.enter_context(ours.runtime(env))
        known = open_cases(rt, cases)
        pid = stack.enter_context(ours.web(env, port))
        walk = partial(_walk, rt, known)
        yield Stand(port, {"app": pid, **context.database_pids}, walk), [p for _, p in known]


def _walk(rt: Runtime, known: list[tuple[str, str]], browser: Browser, number: int) -> None:
    case_id, path = known[number]
    page = expect(browser.get(path), "<form")
    page = _at(browser.submit(page, {"next": "code"}, path), browser, "/visit/code")
    page = browser.submit(page, {"code": code_of(rt, case_id)}, "/visit/code")
    _at(page, browser, "/visit")
    page = _at(browser.get("/visit/do/promise"), browser, "/visit/do/promise")
    chosen = {"on": promise_day(rt.now()), "how": "all"}
    page = browser.submit(page, chosen, "/visit/do/promise")
    page = _at(page, browser, "/visit/do/promise/check")
    _at(browser.submit(page, {}, "/visit/do/promise/check"), browser, "/visit/receipt/")


def _at(page: Answer, browser: Browser, path: str) -> Answer:
    if not browser.at.startswith(path):
        raise UnexpectedError(f"at {browser.at}, not {path}: {page.status} {page.body[-600:]!r}")
    return expect(page, "</html>")


def rows(context: Context) -> Iterator[Row | Count]:
    many, glances = context.size(500, 40), context.size(4000, 300)
    steady = context.size(RATE * 15, RATE * 3)
    cases = context.rounds * context.tries * (2 * many + steady) + 200
    with floor_stand(context, cases) as (theirs, sent), our_stand(context, cases) as (mine, paths):
        for stand in (mine, theirs):
            stand.saturated(50)  # caches filled, plans made
        full = context.pairs(partial(mine.saturated, many), partial(theirs.saturated, many))
        yield full.row("journey: processor", "cpu", "ms", "low", 1.5)
        short = partial(journey_floor.short_walk, code_of=sent)
        brief = context.pairs(
            partial(mine.saturated, many), partial(theirs.saturated, many, short)
        )
        yield brief.row(
            "journey: processor", "cpu", "ms", "low", 1.5, "floor without choose and check"
        )
        glance = context.pairs(
            partial(mine.landings, glances, lambda n: paths[n % 100 - 100]),
            partial(
                theirs.landings, glances,
                lambda n: f"/l/{floor.token(f'link_{cases - 1 - n % 100}')}",
            ),
        )
        yield glance.row("landing page: processor", "cpu", "ms", "low", 1.4)
        flow = context.pairs(partial(mine.at_rate, steady), partial(theirs.at_rate, steady))
        yield flow.row(f"journey at {RATE}/s: p99", "p99", "ms", "low", 1.5)
        yield _spread(flow.rounds)
        yield Count("journeys that failed", len(mine.errors) + len(theirs.errors), 0)


def _spread(rounds: tuple[tuple[Measure, Measure], ...]) -> Row:
    """How much later the slowest come than the middle one, of our own."""
    middle = sorted((a for a, _ in rounds), key=lambda m: m.figures["spread"])[len(rounds) // 2]
    return Row(
        f"journey at {RATE}/s: p99", "ms", middle.figures["p99"], middle.figures["p50"], "low",
        2.5, (), middle.reading.others, "our p50",
    )
