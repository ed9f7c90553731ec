"""A message is decided again at the instant it leaves, and never leaves twice."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import pairwise

import pytest
from sqlalchemy import update

from inthread.commands.drain_outbox import claim_jobs
from inthread.commands.send_message import send_message
from inthread.commands.steps.deliver import RETRY_AFTER
from inthread.domain.actor import WORKER
from inthread.domain.case import Case
from inthread.runtime import Runtime
from inthread.spi import Outgoing, Retry, Sent
from inthread.store import cases
from inthread.store import tables as t
from inthread.testing import FakeChannel
from tests.build import (
    Fakes,
    a_case,
    carry_all,
)
from tests.clock import Clock
from tests.look import said_of
from tests.races import at_once
from tests.rows import every_row, nothing_written


def a_queued_ask(rt: Runtime) -> Case:
    case = a_case(rt=rt)
    carry_all(rt, kinds=("contact",))
    return case


def kept(rt: Runtime, purpose: str = "ask") -> list[tuple[str, list[str]]]:
    return [
        (m["state"], m["reasons"]) for m in every_row(rt.db)["messages"] if m["purpose"] == purpose
    ]


def test_what_is_kept_of_a_message_that_left(rt: Runtime, clock: Clock) -> None:
    case = a_queued_ask(rt)
    carry_all(rt)
    [m] = every_row(rt.db)["messages"]
    assert (m["state"], m["tries"], m["sent_at"], m["reference"], m["reasons"]) == (
        "sent", 1, clock.at, f"sms-{m['id']}", []
    )
    assert (m["provider"], m["version"]) == ("sms", 1)
    event, detail = said_of(rt, case)[-1]
    assert (event, detail) == ("message.sent", {
        "message": m["id"], "channel": "sms", "template": "ask", "provider": "sms",
        "reasons_sha256": None, "decision": m["decision"],
    })


def test_busy_is_tried_again_on_a_schedule_and_given_up(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    case = a_queued_ask(rt)
    fakes.sms.mode = "busy"
    tried = []
    for _ in range(60 * 60 * 2):
        before = len(fakes.sms.calls)
        carry_all(rt, kinds=("message",))
        if len(fakes.sms.calls) > before:
            tried.append(clock.at)
        if kept(rt)[0][0] == "failed":
            break
        [due] = [r["due_at"] for r in every_row(rt.db)["outbox"]
                 if r["kind"] == "message" and r["done_at"] is None]
        clock.at = due
    waits = [int((b - a).total_seconds()) for a, b in pairwise(tried)]
    assert waits == [60, 60, 60, 300, 1800]  # the channel asked for 60 seconds
    assert kept(rt)[0] == ("failed", ["tried too often"])
    assert "message.failed" in [event for event, _ in said_of(rt, case)]
    assert len(tried) == len(RETRY_AFTER) + 1


def test_a_number_that_is_not_in_use_is_not_tried_again(
    rt: Runtime, fakes: Fakes
) -> None:
    case = a_queued_ask(rt)
    fakes.sms.mode = "refuse"
    carry_all(rt)
    assert kept(rt)[0] == ("failed", ["the text was not accepted"])
    assert len(fakes.sms.calls) == 1
    assert "message.failed" in [event for event, _ in said_of(rt, case)]


@pytest.mark.parametrize(("mode", "arrived"), [("timeout_before", 0), ("timeout_after", 1)])
def test_what_may_have_left_is_not_sent_again(
    rt: Runtime, clock: Clock, fakes: Fakes, mode: str, arrived: int
) -> None:
    a_queued_ask(rt)
    fakes.sms.script.append(mode)
    for _ in range(4):
        carry_all(rt, kinds=("message",))
        clock.tick(minutes=30)
    assert (len(fakes.sms.calls), len(fakes.sms.sent)) == (1, arrived)
    assert kept(rt) == [("unknown", ["unheard: TimeoutError"])]


def test_a_worker_that_died_while_sending_sends_nothing_more(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    a_queued_ask(rt)

    class Death(BaseException):
        pass

    class Deadly(FakeChannel):
        def send(self, message: Outgoing) -> Sent:
            fakes.sms.send(message)
            raise Death

    dying = replace(rt, registry=replace(rt.registry, providers={"sms": Deadly()}))
    with pytest.raises(Death):
        carry_all(dying)
    assert carry_all(rt, kinds=("message",)) == 0  # still held by the dead one
    clock.tick(seconds=61)
    carry_all(rt, kinds=("message",))
    assert (len(fakes.sms.sent), kept(rt)) == (1, [("unknown", [])])


def test_what_a_slow_sender_heard_counts_though_its_lease_ran_out(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    """Meanwhile the next worker saw that it may have left, and let it be."""
    a_queued_ask(rt)

    class Slow(FakeChannel):
        def send(self, message: Outgoing) -> Sent:
            clock.tick(seconds=61)
            carry_all(rt, kinds=("message",))
            return fakes.sms.send(message)

    carry_all(replace(rt, registry=replace(rt.registry, providers={"sms": Slow()})))
    assert (len(fakes.sms.calls), kept(rt)) == (1, [("sent", [])])


def test_a_slow_sender_that_was_busy_leaves_it_unknown(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    a_queued_ask(rt)

    class Slow(FakeChannel):
        def send(self, message: Outgoing) -> Sent:
            clock.tick(seconds=61)
            carry_all(rt, kinds=("message",))
            raise Retry("busy")

    carry_all(replace(rt, registry=replace(rt.registry, providers={"sms": Slow()})))
    clock.tick(hours=1)
    carry_all(rt, kinds=("message",))
    assert (fakes.sms.calls, kept(rt)) == ([], [("unknown", [])])


def test_a_lost_lease_sends_nothing(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    a_queued_ask(rt)
    [slow] = claim_jobs(rt, actor=WORKER, kinds=("message",))
    clock.tick(seconds=61)
    [fast] = claim_jobs(rt, actor=WORKER, kinds=("message",))
    assert slow.id == fast.id
    with nothing_written(rt.db):
        send_message(rt, actor=WORKER, job=slow)
    send_message(rt, actor=WORKER, job=fast)
    assert len(fakes.sms.sent) == 1


def test_one_message_and_eight_workers(rt: Runtime, fakes: Fakes) -> None:
    a_queued_ask(rt)
    [job] = claim_jobs(rt, actor=WORKER, kinds=("message",))
    at_once([lambda: send_message(rt, actor=WORKER, job=job)] * 8)
    assert (len(fakes.sms.calls), kept(rt)) == (1, [("sent", [])])


def test_what_another_did_while_this_one_waited_for_the_case_is_seen(
    rt: Runtime, fakes: Fakes
) -> None:
    case = a_queued_ask(rt)
    [job] = claim_jobs(rt, actor=WORKER, kinds=("message",))
    sender = threading.Thread(target=lambda: send_message(rt, actor=WORKER, job=job))
    with rt.db.begin() as tx:
        cases.lock(tx, case.id)
        sender.start()
        sender.join(0.5)
        tx.execute(update(t.messages).values(state="unknown"))
    sender.join()
    assert (fakes.sms.calls, kept(rt)) == ([], [("unknown", [])])
