"""A system of record that does not answer costs no writeback its tries."""

from __future__ import annotations

from inthread.domain.breaker import SILENT_AFTER
from inthread.runtime import Runtime
from inthread.store import audit, connectors, writebacks
from tests.build import Fakes, the_case
from tests.clock import Clock
from tests.commands.delivery import carry, go, promised
from tests.look import writeback_of


def name(rt: Runtime) -> str:
    with rt.db.read() as tx:
        found = connectors.all_states(tx).get("billing")
    return found.name if found else "answering"


def failures(rt: Runtime) -> int:
    with rt.db.read() as tx:
        return connectors.all_states(tx)["billing"].failures


def events(rt: Runtime) -> list[str]:
    with rt.db.read() as tx:
        return [e.event for e in audit.of_subject(tx, "connector:billing")]


def test_after_five_calls_without_an_answer_one_a_minute_is_let_through(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    fakes.billing.read_mode = "timeout"
    fakes.billing.mode = "timeout_before"  # the office is called while the next one promises
    cases = [promised(rt, n) for n in range(1, SILENT_AFTER + 4)]
    carry(rt)
    assert name(rt) == "silent"
    assert [writeback_of(rt, case).attempts for case in cases] == [1] * SILENT_AFTER + [0] * 3
    for _ in range(3):
        clock.tick(seconds=61)
        carry(rt)
    assert failures(rt) == SILENT_AFTER + 3
    fakes.billing.mode = fakes.billing.read_mode = "ok"
    go(rt, clock, 30)
    assert name(rt) == "answering"
    assert [the_case(rt, case.id).state for case in cases] == ["closed"] * len(cases)
    assert len(fakes.billing.effects) == len(cases)
    assert events(rt) == ["connector.silent", "connector.answering"]


def test_a_system_that_answers_writes_nothing_of_itself(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    promised(rt)
    go(rt, clock)
    with rt.db.read() as tx:
        assert connectors.all_states(tx) == {}


def test_an_answer_between_begins_the_count_anew(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    fakes.billing.script.extend([*["timeout_before"] * 4, "ok", *["timeout_before"] * 4])
    for n in range(1, 10):
        promised(rt, n)
    carry(rt)
    assert not fakes.billing.script
    assert name(rt) == "answering"


def test_what_was_heard_is_kept_without_anybodys_words(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    case = promised(rt)
    go(rt, clock)
    with rt.db.read() as tx:
        tries = writebacks.attempts(tx, writeback_of(rt, case).id)
    reference = f"ref-{fakes.billing.effects[0].writeback_id}"
    assert [t.heard for t in tries] == [f"taken as {reference}; there, 4 of 4 fields alike"]
