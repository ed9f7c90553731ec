"""The journey's steps as the product's own commands and queries, each counted by itself.

`python -m bench.steps [--db sqlite|postgres] [--profile]` prints statements, commits and processor
time a step, and with `--profile` where in the program that time goes.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import event

from bench import ours
from bench.cases import code_of, open_cases, promise_day
from bench.context import contexts
from inthread.commands.open_link import open_link
from inthread.commands.save_choice import save_choice
from inthread.commands.send_code import send_code
from inthread.commands.submit_action import submit_action
from inthread.commands.verify_code import verify_code
from inthread.domain.actor import CUSTOMER
from inthread.queries.action import action_form, check
from inthread.queries.landing import landing
from inthread.queries.visit import visit
from inthread.runtime import Runtime
from inthread.spi import Form

T = TypeVar("T")


@dataclass
class Cost:
    """Of one step, once: statements (BEGIN is not one), commits, processor milliseconds."""

    statements: int = 0
    commits: int = 0
    ms: float = 0.0


@dataclass
class Steps:
    """Runs steps and keeps what each cost last."""

    rt: Runtime
    costs: dict[str, Cost] = field(default_factory=dict)
    _now: Cost = field(default_factory=Cost)

    def take(self, name: str, step: Callable[[], T]) -> T:
        self._now = Cost()
        start = time.thread_time()
        done = step()
        self._now.ms = 1000 * (time.thread_time() - start)
        self.costs[name] = self._now
        return done

    def statement(self, _tx: object, _cursor: object, sql: str, *_: object) -> None:
        self._now.statements += not sql.startswith("BEGIN")

    def commit(self, _tx: object) -> None:
        self._now.commits += 1


@contextmanager
def watched(rt: Runtime) -> Iterator[Steps]:
    """Counts every statement of both engines while it is open."""
    steps = Steps(rt)
    heard = [
        (rt.db.engine, "before_cursor_execute", steps.statement),
        (rt.db.reader, "before_cursor_execute", steps.statement),
        (rt.db.engine, "commit", steps.commit),
    ]
    for each in heard:
        event.listen(*each)
    yield steps
    for each in heard:
        event.remove(*each)


def journey(steps: Steps, case_id: str, path: str) -> None:
    """One customer's way, as the pages take it."""
    rt, link = steps.rt, path.removeprefix("/l/")
    form = Form({"on": promise_day(rt.now()), "how": "all", "amount": ""})
    steps.take("GET landing", lambda: landing(rt, link))
    opened = steps.take("open the link", lambda: open_link(rt, actor=CUSTOMER, token=link))
    steps.take("send the code", lambda: send_code(rt, actor=CUSTOMER, token=opened.token))
    code = code_of(rt, case_id)
    token = steps.take(
        "verify the code", lambda: verify_code(rt, actor=CUSTOMER, token=opened.token, code=code)
    ).token
    steps.take("GET menu", lambda: visit(rt, token))
    steps.take("GET form", lambda: action_form(rt, token, "promise"))
    steps.take(
        "save the choice",
        lambda: save_choice(rt, actor=CUSTOMER, token=token, action="promise", form=form),
    )
    shown = steps.take("GET check", lambda: check(rt, token, "promise")).chosen.digest
    steps.take("submit", lambda: submit_action(
        rt, actor=CUSTOMER, token=token, action="promise", nonce="n" * 22, shown=shown
    ))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.steps", description=__doc__)
    parser.add_argument("--db", default="sqlite", choices=("sqlite", "postgres"))
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--journeys", type=int, default=200)
    given = parser.parse_args()
    with contexts([given.db], quick=False) as each:
        for context in each:
            url = context.new_database("steps")
            ours.create_tables(url)
            with ours.runtime(ours.environment(url, 1)) as rt, watched(rt) as steps:
                known = open_cases(rt, given.journeys + 20)
                _print(steps, known, given.profile)


def _print(steps: Steps, known: list[tuple[str, str]], profiled: bool) -> None:
    for case_id, path in known[:20]:
        journey(steps, case_id, path)
    taken: dict[str, list[float]] = {}
    profile = cProfile.Profile(time.thread_time) if profiled else None
    for case_id, path in known[20:]:
        if profile:
            profile.enable()
        journey(steps, case_id, path)
        if profile:
            profile.disable()
        for name, cost in steps.costs.items():
            taken.setdefault(name, []).append(cost.ms)
    print(f"{'':20}{'statements':>11}{'commits':>9}{'ms':>8}")
    for name, cost in steps.costs.items():
        mean = sum(taken[name]) / len(taken[name])
        print(f"{name:20}{cost.statements:>11}{cost.commits:>9}{mean:>8.2f}")
    whole = sum(sum(times) for times in taken.values()) / len(known[20:])
    statements = sum(cost.statements for cost in steps.costs.values())
    print(f"{'all':20}{statements:>11}{'':9}{whole:>8.2f}")
    if profile:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(40)


if __name__ == "__main__":
    main()
