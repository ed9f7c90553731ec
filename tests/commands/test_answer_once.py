"""A once-key gets one answer."""

from __future__ import annotations

import threading

import pytest

from inthread.commands.answer_once import Reply, answer_once
from inthread.commands.sweep import sweep
from inthread.domain.actor import WORKER, Actor, api_key
from inthread.domain.refusals import Forbidden, NonceReused
from inthread.runtime import Runtime
from inthread.store import idempotency
from inthread.store import tables as t
from tests.clock import Clock
from tests.rows import every_row, nothing_written
from tests.triggers import BACK_OFFICE


class Counting:
    """Answers with how often it was asked."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.times = 0

    def __call__(self) -> Reply:
        self.times += 1
        return Reply(self.status, {"times": self.times})


def ask(
    rt: Runtime, make: Counting, key: str = "k-1", body: str = "b-1", actor: Actor = BACK_OFFICE
) -> Reply | None:
    return answer_once(
        rt, actor=actor, scope="triggers:write", key=key, body_digest=body, make=make
    )


@pytest.mark.parametrize("status", [200, 201, 404, 422])
def test_the_same_again_gets_the_same(rt: Runtime, status: int) -> None:
    make = Counting(status)
    assert [ask(rt, make), ask(rt, make)] == [Reply(status, {"times": 1})] * 2
    assert make.times == 1


def test_another_key_is_another_request(rt: Runtime) -> None:
    make = Counting()
    assert [ask(rt, make, "k-1"), ask(rt, make, "k-2")] == [
        Reply(200, {"times": 1}), Reply(200, {"times": 2})
    ]


def test_each_caller_has_its_own_keys(rt: Runtime) -> None:
    make, other = Counting(), api_key("key_2", frozenset({"triggers:write"}))
    ask(rt, make)
    assert ask(rt, make, body="b-2", actor=other) == Reply(200, {"times": 2})


def test_another_body_is_refused(rt: Runtime) -> None:
    make = Counting()
    ask(rt, make)
    with nothing_written(rt.db), pytest.raises(NonceReused):
        ask(rt, make, body="b-2")
    assert make.times == 1


def test_while_the_first_is_at_work_there_is_no_answer(rt: Runtime, clock: Clock) -> None:
    inner = Counting()

    class Slow(Counting):
        def __call__(self) -> Reply:
            assert ask(rt, inner) is None
            with pytest.raises(NonceReused):
                ask(rt, inner, body="b-2")
            return super().__call__()

    assert ask(rt, Slow()) == Reply(200, {"times": 1})
    assert (inner.times, ask(rt, inner)) == (0, Reply(200, {"times": 1}))


def test_a_request_whose_process_died_may_be_sent_again(rt: Runtime, clock: Clock) -> None:
    with rt.db.begin() as tx:
        assert idempotency.claim(tx, BACK_OFFICE.id, "k-1", "b-1", clock.at) is None
    make = Counting()
    clock.tick(seconds=59)
    assert ask(rt, make) is None
    clock.tick(seconds=1)
    assert ask(rt, make) == Reply(200, {"times": 1})


def test_what_broke_is_not_kept(rt: Runtime) -> None:
    def broken() -> Reply:
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        answer_once(
            rt, actor=BACK_OFFICE, scope="triggers:write", key="k-1", body_digest="b-1", make=broken
        )
    assert every_row(rt.db)[t.idempotency.name] == []
    assert ask(rt, Counting()) == Reply(200, {"times": 1})


def test_after_a_day_a_key_is_new(rt: Runtime, clock: Clock) -> None:
    make = Counting()
    ask(rt, make)
    clock.tick(hours=23, minutes=59)
    assert ask(rt, make) == Reply(200, {"times": 1})
    clock.tick(minutes=1)
    assert ask(rt, make, body="b-2") == Reply(200, {"times": 2})


def test_answers_are_forgotten(rt: Runtime, clock: Clock) -> None:
    ask(rt, Counting(), "old")
    clock.tick(hours=24, seconds=1)
    ask(rt, Counting(), "new")
    sweep(rt, actor=WORKER)
    assert [r["key"] for r in every_row(rt.db)[t.idempotency.name]] == ["new"]


def test_many_at_once_are_answered_once(rt: Runtime) -> None:
    gate, make, answers = threading.Barrier(6), Counting(), []

    def go() -> None:
        gate.wait()
        answers.append(ask(rt, make))

    threads = [threading.Thread(target=go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert make.times == 1
    assert [a for a in answers if a is not None] != []
    assert all(a in (None, Reply(200, {"times": 1})) for a in answers)


def test_another_actor_is_refused(rt: Runtime) -> None:
    make = Counting()
    with nothing_written(rt.db), pytest.raises(Forbidden):
        ask(rt, make, actor=api_key("key_2", frozenset({"cases:read"})))
    assert make.times == 0
