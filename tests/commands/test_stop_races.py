"""A stop against everything that is about to leave, wherever it is just then: after the commit
nothing reaches any provider but one confirmation. What may be a stop holds all of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

import pytest

from inthread.commands.drain_outbox import ClaimedJob, carry_job, claim_jobs
from inthread.commands.receive_reply import receive_reply
from inthread.commands.renew_link import renew_link
from inthread.commands.resolve_reply import resolve_reply
from inthread.commands.send_code import send_code
from inthread.commands.sweep import sweep
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER, provider
from inthread.domain.case import CaseState
from inthread.domain.reply import Reply, ReplyState
from inthread.registry import by_key
from inthread.runtime import Runtime
from inthread.spi import Incoming, Outgoing, Sent
from inthread.testing import FakeChannel
from tests.build import (
    PHONE,
    Fakes,
    a_case,
    a_person,
    an_asked_case,
    an_open_visit,
    carry_all,
    fakes_of,
    link_token,
    the_case,
)
from tests.clock import Clock
from tests.races import at_once
from tests.rows import every_row

SENDS = ("message", "code")


def says(rt: Runtime, words: str, address: str = PHONE) -> Reply:
    reply = receive_reply(
        rt, actor=provider("sms"), provider="sms",
        incoming=Incoming(rt.new_id("ev"), address, words),
    )
    assert reply is not None
    return reply


def called(fakes: Fakes) -> list[tuple[str, str]]:
    """(channel, message) of every call of a provider."""
    return [(c.key, id) for c in (fakes.sms, fakes.email, fakes.whatsapp) for id in c.calls]


def templates(rt: Runtime, ids: Sequence[str]) -> list[str]:
    named = {m["id"]: m["template"] for m in every_row(rt.db)["messages"]}
    return [named[id] for id in ids]


def weeks_go_by(rt: Runtime, clock: Clock) -> None:
    """In the morning in New York, each time."""
    for _ in range(5):
        clock.tick(days=5)
        clock.at = clock.at.replace(hour=15)
        sweep(rt, actor=WORKER)
        carry_all(rt)


# --- wherever it is --------------------------------------------------------------------------


@dataclass(frozen=True)
class Scene:
    rt: Runtime
    clock: Clock
    fakes: Fakes

    def claimed(self) -> list[ClaimedJob]:
        jobs = claim_jobs(self.rt, actor=WORKER, kinds=SENDS, most=5)
        assert jobs != []
        return jobs


def queued(s: Scene) -> list[ClaimedJob]:
    a_case(rt=s.rt)
    carry_all(s.rt, kinds=("contact",))
    return []


def leased(s: Scene) -> list[ClaimedJob]:
    """A worker has claimed it, and was paused before it took it."""
    queued(s)
    return s.claimed()


def about_to_be_asked(s: Scene) -> list[ClaimedJob]:
    a_case(rt=s.rt)
    return claim_jobs(s.rt, actor=WORKER, kinds=("contact",))


def held_until_morning(s: Scene) -> list[ClaimedJob]:
    s.clock.at = datetime(2026, 1, 6, 1, 59, tzinfo=UTC)
    queued(s)
    s.clock.tick(minutes=1)
    carry_all(s.rt)
    return []


def scheduled_elsewhere(s: Scene) -> list[ClaimedJob]:
    an_asked_case(rt=s.rt)
    return []


def leased_elsewhere(s: Scene) -> list[ClaimedJob]:
    """The e-mail of the second step."""
    an_asked_case(rt=s.rt)
    s.clock.tick(days=3)
    carry_all(s.rt, kinds=("contact",))
    return s.claimed()


def to_be_tried_again(s: Scene) -> list[ClaimedJob]:
    s.fakes.sms.script.append("busy")
    a_case(rt=s.rt)
    carry_all(s.rt)
    return []


def of_another_case(s: Scene) -> list[ClaimedJob]:
    person = a_person(rt=s.rt)
    an_asked_case(rt=s.rt, person=person)
    s.clock.tick(days=1)
    a_case(rt=s.rt, person=person, number="INV-2")
    carry_all(s.rt, kinds=("contact",))
    return s.claimed()


def of_whoever_shares_the_number(s: Scene) -> list[ClaimedJob]:
    an_asked_case(rt=s.rt)
    a_case(rt=s.rt, number="INV-2", person=a_person(rt=s.rt, reference="CUST-2"))
    carry_all(s.rt, kinds=("contact",))
    return s.claimed()


def a_code(s: Scene) -> list[ClaimedJob]:
    send_code(s.rt, actor=CUSTOMER, token=an_open_visit(rt=s.rt).token)
    return s.claimed()


def a_link(s: Scene) -> list[ClaimedJob]:
    case = an_asked_case(rt=s.rt)
    says(s.rt, "PAY")
    renew_link(s.rt, actor=CUSTOMER, token=link_token(s.rt, case))
    return s.claimed()


def help_told(s: Scene) -> list[ClaimedJob]:
    an_asked_case(rt=s.rt)
    says(s.rt, "HELP")
    return s.claimed()


def a_stop_and_a_start(s: Scene) -> list[ClaimedJob]:
    """The answers to both wait still."""
    an_asked_case(rt=s.rt)
    says(s.rt, "STOP")
    s.clock.tick(seconds=2)
    says(s.rt, "START")
    return s.claimed()


ASKS = [
    queued, leased, about_to_be_asked, held_until_morning, scheduled_elsewhere, leased_elsewhere,
    to_be_tried_again, of_another_case, of_whoever_shares_the_number,
]
ANSWERS = [a_code, a_link, help_told, a_stop_and_a_start]
Where = Callable[[Scene], list[ClaimedJob]]


@pytest.mark.parametrize("where", [*ASKS, *ANSWERS])
def test_a64_r4_5_r4_6_after_a_stop_only_its_confirmation_leaves(
    rt: Runtime, clock: Clock, fakes: Fakes, where: Where
) -> None:
    paused = where(Scene(rt, clock, fakes))
    before = called(fakes)
    clock.tick(seconds=2)
    says(rt, "STOP")
    for job in paused:
        carry_job(rt, actor=WORKER, job=job)
    carry_all(rt)
    weeks_go_by(rt, clock)
    [(channel, message)] = [c for c in called(fakes) if c not in before]
    assert (channel, templates(rt, [message])) == ("sms", ["stopped"])


@pytest.mark.parametrize("where", ASKS)
@pytest.mark.parametrize(("result", "leaves"), [("read", True), ("stop", False)])
def test_r4_4_what_may_be_a_stop_holds_it_until_a_person_has_read_it(
    rt: Runtime, clock: Clock, fakes: Fakes, where: Where, result: str, leaves: bool
) -> None:
    paused = where(Scene(rt, clock, fakes))
    before = called(fakes)
    clock.tick(seconds=2)
    reply = says(rt, "don't stop my plan")
    assert (reply.state, reply.queue) == (ReplyState.WAITING, "customer_care")
    for job in paused:
        carry_job(rt, actor=WORKER, job=job)
    for _ in range(9):
        clock.tick(hours=8)
        carry_all(rt)
    assert called(fakes) == before
    resolve_reply(rt, actor=OPERATOR, reply_id=reply.id, result=result)
    weeks_go_by(rt, clock)
    assert (called(fakes) != before) is leaves


# --- at the same time ------------------------------------------------------------------------


def test_r4_5_a_stop_and_a_worker_at_the_same_instant(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    """Whichever comes first: the ask had left, or it never does; and nothing else follows."""
    for n in range(8):
        phone = f"+155501005{n:02d}"
        person = a_person(
            rt=rt, reference=f"CUST-{n}", contacts=(("sms", phone), ("email", f"{n}@example.com"))
        )
        case = a_case(rt=rt, person=person, number=f"INV-{n}")
        carry_all(rt, kinds=("contact",))
        [job] = claim_jobs(rt, actor=WORKER, kinds=("message",))
        at_once([partial(carry_job, rt, actor=WORKER, job=job), partial(says, rt, "STOP", phone)])
        carry_all(rt)
        [ask, answer] = [m for m in every_row(rt.db)["messages"] if m["case_id"] == case.id]
        assert ask["state"] == ("sent" if ask["id"] in fakes.sms.calls else "cancelled")
        assert [m.id for m in fakes.sms.to(phone)][-1] == answer["id"]
        assert (ask["purpose"], answer["template"]) == ("ask", "stopped")
        assert the_case(rt, case.id).state is CaseState.EXCEPTION
    weeks_go_by(rt, clock)
    assert len(fakes.sms.calls) == len(set(fakes.sms.calls))
    assert fakes.email.calls == []


class OnTheWire(FakeChannel):
    """The first call stays on its way until the test lets it go on."""

    def __init__(self) -> None:
        super().__init__("sms")
        self.begun, self.go_on = threading.Event(), threading.Event()

    def send(self, message: Outgoing) -> Sent:
        if not self.begun.is_set():
            self.begun.set()
            assert self.go_on.wait(30)
        return super().send(message)


@pytest.mark.parametrize("purpose", ["ask", "link"])
@pytest.mark.parametrize(
    "mode", ["ok", "busy", "refuse", "unreachable", "stopped", "timeout_before", "timeout_after"]
)
def test_r4_5_a_stop_while_a_call_is_on_the_wire(
    rt: Runtime, clock: Clock, mode: str, purpose: str
) -> None:
    """It waits for nobody, and whatever the call comes to, nothing is tried again or elsewhere."""
    if purpose == "ask":
        a_case(rt=rt)
        carry_all(rt, kinds=("contact",))
    else:
        renew_link(rt, actor=CUSTOMER, token=link_token(rt, an_asked_case(rt=rt)))
    wire = OnTheWire()
    there = replace(rt, registry=replace(
        rt.registry, providers=by_key([wire, fakes_of(rt).email, fakes_of(rt).whatsapp])
    ))
    [job] = claim_jobs(there, actor=WORKER, kinds=("message",))
    wire.script.append(mode)

    def stop() -> None:
        assert wire.begun.wait(30)
        says(there, "STOP")
        wire.go_on.set()

    at_once([lambda: carry_job(there, actor=WORKER, job=job), stop])
    carry_all(there)
    weeks_go_by(there, clock)
    assert [job.ref, *wire.calls[1:]] == wire.calls
    assert templates(rt, wire.calls[1:]) == ["stopped"]
    assert fakes_of(there).email.calls == []
