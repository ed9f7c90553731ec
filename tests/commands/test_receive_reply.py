"""What people send us: whose it is, what it does, and who reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from inthread.commands.receive_reply import receive_reply
from inthread.domain.actor import WORKER, provider
from inthread.domain.case import CaseState
from inthread.domain.intent import Intent
from inthread.domain.refusals import Forbidden
from inthread.domain.reply import Reply, ReplyState
from inthread.runtime import Runtime
from inthread.spi import Incoming
from inthread.store import consents, standing
from inthread.testing import FakeChannel
from tests.build import (
    EMAIL,
    PHONE,
    Fakes,
    a_case,
    a_coded_visit,
    a_person,
    a_submission,
    an_asked_case,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.look import events_of, item_of
from tests.rows import every_row, nothing_written

SMS = provider("sms")


def hear(
    rt: Runtime, body: str, *, address: str = PHONE, channel: str = "sms", event: str = "",
    answers: str = "",
) -> Reply | None:
    return receive_reply(
        rt, actor=provider(channel), provider=channel,
        incoming=Incoming(event or f"ev-{rt.new_id('e')}", address, body, in_reply_to=answers),
    )


def heard(rt: Runtime, body: str, **how: str) -> Reply:
    reply = hear(rt, body, **how)
    assert reply is not None
    return reply


# --- stop and start --------------------------------------------------------------------------


def test_a63_a_stop_holds_for_the_address_the_person_and_every_purpose(
    rt: Runtime, fakes: Fakes
) -> None:
    case = an_asked_case(rt=rt)
    reply = heard(rt, "please STOP")
    assert (reply.intent, reply.state, reply.case_id) == (Intent.STOP, ReplyState.DONE, case.id)
    kept = every_row(rt.db)
    assert [(s["kind"], s["address"], s["lifted_at"]) for s in kept["suppressions"]] == [
        ("phone", PHONE, None)
    ]
    assert kept["people"][0]["stopped_at"] is not None
    taken = {(c["purpose"], c["wording"]) for c in kept["consents"] if not c["given"]}
    assert taken == {("collections", "please STOP"), ("service", "please STOP")}
    now = the_case(rt, case.id)
    assert (now.state, item_of(rt, case).reason) == (CaseState.EXCEPTION, "opted_out")
    carry_all(rt)
    assert [m.body for m in fakes.sms.sent][1:] == [
        "Alderway: you will get no more messages from us. You can still call +1 555 010 0147. "
        "Reply START to hear from us again."
    ]


def test_r4_6_one_confirmation_however_often_and_none_when_late(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    an_asked_case(rt=rt)
    clock.tick(hours=12)  # in the night
    for word in ("STOP", "stop!", "Unsubscribe"):
        hear(rt, word)
    carry_all(rt)
    assert len(fakes.sms.sent) == 2
    hear(rt, "start")
    carry_all(rt)
    hear(rt, "stop")
    clock.tick(minutes=5, seconds=1)
    carry_all(rt)
    assert [m.body.split(":")[1][:20] for m in fakes.sms.sent[2:]] == [" you will hear from "]
    assert every_row(rt.db)["messages"][-1]["reasons"] == ["too_late_to_answer"]


def test_r4_7_a_start_takes_back_what_the_same_address_stopped(
    rt: Runtime, fakes: Fakes
) -> None:
    person = a_person(rt=rt, contacts=(("sms", PHONE), ("whatsapp", PHONE), ("email", EMAIL)))
    an_asked_case(rt=rt, person=person)
    hear(rt, "stop")
    hear(rt, "START", channel="email", address=EMAIL)  # another address: nothing to take back
    assert every_row(rt.db)["people"][0]["stopped_at"] is not None
    hear(rt, "START")
    kept = every_row(rt.db)
    assert (kept["people"][0]["stopped_at"], len(kept["suppressions"])) == (None, 1)
    with rt.db.read() as tx:
        lines = consents.of_person(tx, person.id)
        looks = {
            c.channel: standing.look(
                tx, person=person.id, contact=c.id, purpose="collections", kind=c.kind,
                address=c.address,
            ).consent for c in person.contacts
        }
    assert looks == {"sms": True, "whatsapp": True, "email": False}
    again = [line for line in lines if line.given and line.source == "reply"]
    assert {(line.wording, line.version) for line in again} == {("START", "1")}


def test_a_start_without_consent_before_gives_none(rt: Runtime) -> None:
    person = a_person(rt=rt)
    a_case(rt=rt, person=person)
    with rt.db.begin() as tx:
        tx.exec_driver_sql("DELETE FROM consents")
    hear(rt, "stop")
    hear(rt, "start")
    assert not [c for c in every_row(rt.db)["consents"] if c["given"]]


def test_a_stop_from_a_shared_number_is_for_both(rt: Runtime, fakes: Fakes) -> None:
    mine = an_asked_case(rt=rt)
    theirs = an_asked_case(rt=rt, number="INV-2", person=a_person(rt=rt, reference="CUST-2"))
    reply = heard(rt, "STOP")
    assert (reply.person_id, reply.case_id) == (None, None)
    assert {the_case(rt, c.id).state for c in (mine, theirs)} == {CaseState.EXCEPTION}
    carry_all(rt)
    assert len(fakes.sms.sent) == 3  # two asked, one confirmation


def test_a_stop_while_an_outcome_is_on_its_way_leaves_it_be(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit)
    hear(rt, "stop")
    assert the_case(rt, visit.case.id).state is CaseState.RESOLVED
    carry_all(rt)
    assert the_case(rt, visit.case.id).state is CaseState.CLOSED


def test_the_key_nine_in_a_call_is_a_stop(rt: Runtime, fakes: Fakes) -> None:
    an_asked_case(rt=rt)
    incoming = Incoming("call-1", PHONE, "", choice="9")
    voice = FakeChannel("voice")
    there = replace(rt, registry=replace(
        rt.registry, providers={**rt.registry.providers, "voice": voice}
    ))
    reply = receive_reply(there, actor=provider("voice"), provider="voice", incoming=incoming)
    assert reply is not None
    assert reply.intent is Intent.STOP
    carry_all(rt)
    assert (len(fakes.sms.sent), voice.sent) == (1, [])


# --- whose it is -----------------------------------------------------------------------------


def test_words_go_to_a_person_with_the_one_case(rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    reply = heard(rt, "I already paid this on Friday with 4111 1111 1111 1111")
    assert (reply.intent, reply.case_id, reply.state) == (
        Intent.ALREADY_PAID, case.id, ReplyState.DONE
    )
    item = item_of(rt, case)
    assert item.reason == "question"
    assert item.packet["words"] == (
        "I already paid this on Friday with [card number removed] …1111"
    )
    assert "4111 1111" not in repr(every_row(rt.db))
    assert events_of(rt, case)[-1] == "reply.heard"


@pytest.mark.parametrize("words", ["call me please", "what is this about?", "link"])
def test_what_may_be_from_two_people_is_nobodys(rt: Runtime, words: str) -> None:
    for n in (1, 2):
        an_asked_case(rt=rt, number=f"INV-{n}", person=a_person(rt=rt, reference=f"CUST-{n}"))
    reply = heard(rt, words)
    assert (reply.person_id, reply.case_id, reply.state) == (None, None, ReplyState.WAITING)
    assert (reply.queue, reply.due_at) == ("customer_care", rt.now() + timedelta(days=1))


@pytest.mark.parametrize("named", ["id", "reference"])
def test_two_cases_of_one_person_are_told_apart_by_what_was_answered(
    rt: Runtime, named: str
) -> None:
    person = a_person(rt=rt)
    an_asked_case(rt=rt, person=person)
    other = a_case(rt=rt, person=person, number="INV-2")
    assert heard(rt, "call me").case_id is None
    [message] = every_row(rt.db)["messages"]
    answered = heard(rt, "what is this", answers=message[named])
    assert answered.case_id == message["case_id"] != other.id


def test_an_unknown_number_is_heard_and_read(rt: Runtime, fakes: Fakes) -> None:
    for words in ("hello?", "HELP"):
        reply = heard(rt, words, address="+15550109999")
        assert (reply.person_id, reply.state) == (None, ReplyState.WAITING)
    assert heard(rt, "STOP", address="+15550109999").state is ReplyState.DONE
    carry_all(rt)
    assert fakes.sms.sent == []


def test_a60_the_same_reply_twice_is_one(rt: Runtime) -> None:
    an_asked_case(rt=rt)
    assert hear(rt, "stop", event="ev-1") is not None
    with nothing_written(rt.db):
        assert hear(rt, "stop", event="ev-1") is None
    assert hear(rt, "stop", event="ev-1", channel="whatsapp") is not None


# --- what it does ----------------------------------------------------------------------------


def test_pay_brings_a_fresh_link_for_the_one_open_case(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    case = an_asked_case(rt=rt)
    clock.tick(hours=60)
    for n in range(3):
        assert heard(rt, "PAY").state is ReplyState.DONE
        carry_all(rt, kinds=("message",))
        assert len(fakes.sms.sent) == 2 + n
    assert "/l/" in fakes.sms.sent[-1].body
    assert heard(rt, "PAY").state is ReplyState.WAITING  # the fourth of the day
    assert the_case(rt, case.id).state is CaseState.OPEN


def test_help_is_answered_three_times_a_day(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    an_asked_case(rt=rt)
    states = [heard(rt, "HELP").state for _ in range(4)]
    assert states == [ReplyState.DONE] * 3 + [ReplyState.WAITING]
    carry_all(rt)
    assert fakes.sms.sent[-1].body.startswith("Alderway: call +1 555 010 0147, 8:00-20:00.")


def test_a_wrong_number_is_forgotten_for_that_person_on_every_channel(rt: Runtime) -> None:
    person = a_person(rt=rt, contacts=(("sms", PHONE), ("whatsapp", PHONE), ("email", EMAIL)))
    case = an_asked_case(rt=rt, person=person)
    heard(rt, "Wrong number")
    kept = every_row(rt.db)
    assert {(c["channel"], c["stopped_why"]) for c in kept["contacts"]} == {
        ("sms", "wrong_person"), ("whatsapp", "wrong_person"), ("email", None)
    }
    assert kept["suppressions"] == []
    assert item_of(rt, case).reason == "wrong_person"
    assert heard(rt, "who is this").person_id is None


def test_r4_4_what_may_be_a_stop_holds_everything_until_it_is_read(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    case = an_asked_case(rt=rt)
    reply = heard(rt, "don't stop my plan")
    assert (reply.intent, reply.state) == (Intent.UNSURE_STOP, ReplyState.WAITING)
    assert the_case(rt, case.id).state is CaseState.OPEN
    clock.tick(days=3)
    carry_all(rt)
    assert (len(fakes.sms.sent), fakes.email.sent) == (1, [])
    held = [e for e in events_of(rt, case) if e == "message.held"]
    assert len(held) == 1


def test_what_is_heard_opens_the_window_and_shows_that_the_number_is_theirs(
    rt: Runtime, clock: Clock
) -> None:
    person = a_person(rt=rt, contacts=(("whatsapp", PHONE), ("sms", PHONE)))
    a_case(rt=rt, person=person)
    clock.tick(days=70)
    hear(rt, "ok", channel="whatsapp")
    marks = {c["channel"]: (c["heard_at"], c["checked_at"]) for c in every_row(rt.db)["contacts"]}
    assert marks["whatsapp"] == (clock.at, clock.at)
    assert marks["sms"] == (None, clock.at - timedelta(days=70))


def test_only_a_provider_may_say_so(rt: Runtime) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden):
        receive_reply(rt, actor=WORKER, provider="sms", incoming=Incoming("e", PHONE, "stop"))
