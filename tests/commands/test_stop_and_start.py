"""What stops and starts leave behind when several meet: at two addresses, on the wire, at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from inthread.commands.drain_outbox import carry_job, claim_jobs
from inthread.commands.opt_out import opt_out
from inthread.commands.receive_reply import receive_reply
from inthread.commands.record_delivery import record_delivery
from inthread.commands.renew_link import renew_link
from inthread.commands.resolve_reply import resolve_reply
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER, Actor, provider
from inthread.domain.refusals import AlreadySettled, Forbidden
from inthread.domain.reply import Reply, ReplyState
from inthread.registry import by_key
from inthread.runtime import Runtime
from inthread.spi import DeliveryReceipt, DeliveryStatus, Incoming, Outgoing, Sent
from inthread.testing import FakeChannel
from tests.build import (
    EMAIL,
    PHONE,
    Fakes,
    a_case,
    a_coded_visit,
    a_person,
    a_started_payment,
    an_asked_case,
    an_open_visit,
    carry_all,
    fakes_of,
    link_token,
)
from tests.clock import Clock
from tests.commands.contact_truths import check_chains
from tests.look import said_of
from tests.races import at_once
from tests.rows import every_row, nothing_written


def says(
    rt: Runtime, words: str, channel: str = "sms", address: str = PHONE, answers: str = ""
) -> Reply:
    reply = receive_reply(
        rt, actor=provider(channel), provider=channel,
        incoming=Incoming(rt.new_id("ev"), address, words, in_reply_to=answers),
    )
    assert reply is not None
    return reply


def stopped_at(rt: Runtime) -> object:
    [person] = every_row(rt.db)["people"]
    return person["stopped_at"]


# --- what a start takes back -----------------------------------------------------------------


def test_r4_7_a_start_leaves_what_another_address_stopped(rt: Runtime, clock: Clock) -> None:
    case = an_asked_case(rt=rt)
    says(rt, "STOP")
    [mail] = [c for c in every_row(rt.db)["contacts"] if c["channel"] == "email"]
    opt_out(rt, actor=CUSTOMER, contact_id=mail["id"], source="mail")
    first = stopped_at(rt)
    says(rt, "START")
    assert (stopped_at(rt), first) == (clock.at, clock.at)
    assert [c for c in every_row(rt.db)["consents"] if c["source"] == "reply" and c["given"]] == []
    says(rt, "START", "email", EMAIL)
    assert stopped_at(rt) is None
    again = [c for c in every_row(rt.db)["consents"] if c["source"] == "reply" and c["given"]]
    assert {c["contact_id"] for c in again} == {mail["id"]}
    assert case.person_id == mail["person_id"]


def test_r4_11_a_stranger_gives_no_consent_for_whoever_had_the_number(rt: Runtime) -> None:
    an_asked_case(rt=rt)
    for words in ("wrong number", "STOP", "START"):
        says(rt, words)
    given = {c["source"] for c in every_row(rt.db)["consents"] if c["given"]}
    assert given == {"trigger"}


def test_whoever_is_somebody_else_is_told_nothing_more(rt: Runtime, fakes: Fakes) -> None:
    an_asked_case(rt=rt)
    for words in ("HELP", "wrong number"):
        says(rt, words)
    carry_all(rt)
    assert len(fakes.sms.calls) == 1
    assert every_row(rt.db)["messages"][-1]["reasons"] == ["stopped"]


# --- a stop of the network -------------------------------------------------------------------


def test_a_stop_that_could_not_be_kept_is_heard_again(rt: Runtime) -> None:
    """The receipt is recorded after the stop that it tells of, never instead."""
    an_asked_case(rt=rt)
    message = every_row(rt.db)["messages"][0]["id"]
    receipt = DeliveryReceipt("ev-1", DeliveryStatus.FAILED, message, stopped=True)
    cannot = Actor("provider", "sms", frozenset({"channels:hear"}))
    with nothing_written(rt.db), pytest.raises(Forbidden):
        record_delivery(rt, actor=cannot, provider="sms", receipt=receipt)
    record_delivery(rt, actor=provider("sms"), provider="sms", receipt=receipt)
    assert [s["source"] for s in every_row(rt.db)["suppressions"]] == ["network"]
    says(rt, "START")
    record_delivery(rt, actor=provider("sms"), provider="sms", receipt=receipt)
    assert stopped_at(rt) is None, "told twice, and taken back in between"


def test_a_stop_heard_at_sending_is_kept_before_the_message_is_done_with(
    rt: Runtime, fakes: Fakes
) -> None:
    a_case(rt=rt)
    fakes.sms.mode = "stopped"
    carry_all(rt, kinds=("contact",))
    [job] = claim_jobs(rt, actor=WORKER, kinds=("message",))
    with pytest.raises(Forbidden):
        carry_job(rt, actor=Actor("worker", "w", frozenset({"carry"})), job=job)
    assert every_row(rt.db)["messages"][0]["state"] == "unknown"


# --- on the wire -----------------------------------------------------------------------------


class Meanwhile(FakeChannel):
    """Something happens while the next message is on its way."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.meanwhile: Callable[[], object] | None = None

    def send(self, message: Outgoing) -> Sent:
        during, self.meanwhile = self.meanwhile, None
        if during is not None:
            during()
        return super().send(message)


def test_what_did_not_go_is_not_tried_again_when_the_customer_acted_meanwhile(
    rt: Runtime, clock: Clock
) -> None:
    """Not even when the case is open again by then: it was about before."""
    mail = Meanwhile("email")
    rt = replace(rt, registry=replace(
        rt.registry, providers=by_key([fakes_of(rt).sms, mail, fakes_of(rt).whatsapp])
    ))
    visit = a_coded_visit(rt=rt)
    clock.tick(days=3)
    carry_all(rt, kinds=("contact",))
    fresh = a_coded_visit(rt=rt, visit=an_open_visit(rt=rt, case=visit.case))
    mail.script.append("busy")
    mail.meanwhile = lambda: a_started_payment(rt=rt, visit=fresh)
    carry_all(rt, kinds=("message",))
    [ask] = [m for m in every_row(rt.db)["messages"] if m["channel"] == "email"]
    assert (ask["state"], ask["reasons"]) == ("cancelled", ["case_pending"])
    [said] = [detail for event, detail in said_of(rt, visit.case) if event == "message.cancelled"]
    assert (said["message"], said["reasons"]) == (ask["id"], ["case_pending"])
    [payment] = fakes_of(rt).payments.checkouts.values()
    fakes_of(rt).payments.close(payment)
    clock.tick(minutes=2)
    carry_all(rt)
    assert [c["state"] for c in every_row(rt.db)["cases"]] == ["open"]
    assert mail.calls == [ask["id"]]


def test_no_link_is_read_aloud(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    voice = FakeChannel("voice")
    there = replace(rt, registry=replace(
        rt.registry, providers={**rt.registry.providers, "voice": voice}
    ))
    person = a_person(rt=rt, contacts=(("email", EMAIL), ("voice", PHONE)))
    case = an_asked_case(rt=there, person=person)
    fakes.email.mode = "refuse"
    renew_link(there, actor=CUSTOMER, token=link_token(rt, case))
    carry_all(there)
    assert (len(fakes.email.calls), voice.calls) == (2, [])


# --- whose it is -----------------------------------------------------------------------------


def test_a_link_goes_where_it_was_asked_from_or_a_person_reads_it(rt: Runtime) -> None:
    person = a_person(rt=rt, contacts=(("whatsapp", PHONE), ("email", EMAIL)))
    a_case(rt=rt, person=person)
    assert says(rt, "PAY").state is ReplyState.WAITING
    assert says(rt, "PAY", "whatsapp").state is ReplyState.DONE


def test_r4_11_a_shared_number_is_not_known_to_be_either_ones(rt: Runtime, clock: Clock) -> None:
    an_asked_case(rt=rt)
    an_asked_case(rt=rt, number="INV-2", person=a_person(rt=rt, reference="CUST-2"))
    message = every_row(rt.db)["messages"][0]["id"]
    clock.tick(days=1)
    assert says(rt, "call me", answers=message).person_id is not None
    phones = [c for c in every_row(rt.db)["contacts"] if c["channel"] == "sms"]
    assert {(c["heard_at"], c["checked_at"]) for c in phones} == {
        (clock.at, clock.at - timedelta(days=1))
    }


# --- at once ---------------------------------------------------------------------------------


@pytest.mark.parametrize("round", range(4))
def test_two_people_read_one_reply_as_different_things(rt: Runtime, round: int) -> None:
    """One of them was first; a stop that came second left nothing."""
    case = an_asked_case(rt=rt)
    reply = says(rt, "don't stop my plan")
    ends = at_once([
        lambda: resolve_reply(rt, actor=OPERATOR, reply_id=reply.id, result="stop"),
        lambda: resolve_reply(
            rt, actor=OPERATOR, reply_id=reply.id, result="assign", case_id=case.id
        ),
    ])
    assert sorted(type(e).__name__ for e in ends) == ["AlreadySettled", "Reply"]
    first = not isinstance(ends[0], AlreadySettled)
    assert (len(every_row(rt.db)["suppressions"]), stopped_at(rt) is not None) == (first, first)


def test_everybody_at_one_number_at_once(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    """Stops, starts, pleas for help, receipts and two workers: nobody waits for another in a ring.
    """
    for n in range(2):
        person = a_person(rt=rt, reference=f"CUST-{n}")
        an_asked_case(rt=rt, person=person, number=f"INV-{n}")
        a_case(rt=rt, person=person, number=f"INV-1{n}")
    told = [m["id"] for m in every_row(rt.db)["messages"]]
    for n in range(6):
        fakes.sms.mode = fakes.email.mode = ("unreachable", "ok")[n % 2]
        clock.tick(days=1)
        works: list[Callable[[], object]] = [
            lambda words=words: says(rt, words)  # type: ignore[misc]
            for words in ("STOP", "HELP", "START", "HELP", "wrong number", "call me")[n % 2 :]
        ]
        works += [lambda: carry_all(rt, most=200)] * 2
        works += [
            lambda id=id, n=n: record_delivery(  # type: ignore[misc]
                rt, actor=provider("sms"), provider="sms", receipt=DeliveryReceipt(
                    f"ev-{id}-{n}", DeliveryStatus.FAILED, id, for_good=True
                ),
            ) for id in told
        ]
        at_once(works)
    check_chains(rt.db)
    open_ones = [c for c in every_row(rt.db)["cases"] if c["next_due"] is None]
    assert open_ones == []
