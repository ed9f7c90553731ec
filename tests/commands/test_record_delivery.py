"""What providers say became of messages."""

from __future__ import annotations

import pytest

from inthread.commands.record_delivery import record_delivery
from inthread.commands.send_code import send_code
from inthread.domain.actor import CUSTOMER, WORKER, provider
from inthread.domain.case import CaseState
from inthread.domain.message import MessageState
from inthread.domain.refusals import Forbidden
from inthread.runtime import Runtime
from inthread.spi import DeliveryReceipt, DeliveryStatus
from tests.build import (
    EMAIL,
    PHONE,
    Fakes,
    a_case,
    a_person,
    an_asked_case,
    an_open_visit,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.look import events_of, item_of
from tests.rows import every_row, nothing_written

S = DeliveryStatus


def say(
    rt: Runtime, status: DeliveryStatus, *, event: str = "", by: str = "sms", reference: str = "",
    message: str | None = None, for_good: bool = False, stopped: bool = False,
) -> MessageState | None:
    """About the first message, unless *message* or *reference* says else."""
    if message is None:
        message = "" if reference else every_row(rt.db)["messages"][0]["id"]
    return record_delivery(rt, actor=provider(by), provider=by, receipt=DeliveryReceipt(
        event or f"ev-{rt.new_id('e')}", status, message, reference, code="30003",
        for_good=for_good, stopped=stopped,
    ))


def test_a60_forward_only_and_each_once(rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    said = [say(rt, s) for s in (S.DELIVERED, S.SENT, S.FAILED, S.READ, S.DELIVERED)]
    assert said == ["delivered", "delivered", "delivered", "read", "read"]
    assert events_of(rt, case)[-2:] == ["message.delivered"] * 2
    say(rt, S.SENT, event="ev-1")
    with nothing_written(rt.db):
        assert say(rt, S.SENT, event="ev-1") is MessageState.READ


def test_a_receipt_settles_what_was_unheard(rt: Runtime, fakes: Fakes) -> None:
    a_case(rt=rt)
    fakes.sms.script.append("timeout_after")
    carry_all(rt)
    assert every_row(rt.db)["messages"][0]["state"] == "unknown"
    message = every_row(rt.db)["messages"][0]["id"]
    assert say(rt, S.DELIVERED, reference="SM1", message=message) is MessageState.DELIVERED
    [row] = every_row(rt.db)["messages"]
    assert (row["state"], row["reference"], row["provider"]) == ("delivered", "SM1", "sms")


def test_by_the_providers_own_reference_but_not_by_another_providers(rt: Runtime) -> None:
    an_asked_case(rt=rt)
    [row] = every_row(rt.db)["messages"]
    with nothing_written(rt.db):
        assert say(rt, S.DELIVERED, reference=row["reference"], by="email") is None
        assert say(rt, S.DELIVERED, by="email") is None
        assert say(rt, S.DELIVERED, message="msg_nobody") is None
        assert say(rt, S.DELIVERED, message="", reference="") is None
    assert say(rt, S.DELIVERED, reference=row["reference"]) is MessageState.DELIVERED


def test_what_did_not_arrive_goes_the_next_way_at_once(rt: Runtime, fakes: Fakes) -> None:
    case = an_asked_case(rt=rt)
    assert say(rt, S.FAILED, for_good=True) is MessageState.FAILED
    assert carry_all(rt, kinds=("message",)) == 1
    assert [m.to for m in fakes.email.sent] == [EMAIL]
    assert "/l/" in fakes.email.sent[0].body
    kept = every_row(rt.db)
    marks = {c["channel"]: c["unreachable_at"] is not None for c in kept["contacts"]}
    assert marks == {"sms": True, "email": False}
    last = kept["messages"][-1]
    say(rt, S.FAILED, by="email", message=last["id"])
    assert carry_all(rt, kinds=("message",)) == 0  # nowhere left
    assert the_case(rt, case.id).state is CaseState.OPEN


def test_the_next_way_obeys_the_gate(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    an_asked_case(rt=rt)
    clock.tick(hours=12)
    say(rt, S.FAILED)
    carry_all(rt, kinds=("message",))
    assert fakes.email.sent == []
    clock.tick(hours=12)
    carry_all(rt, kinds=("message",))
    assert len(fakes.email.sent) == 1


@pytest.mark.parametrize("mode", ["unreachable", "refuse"])
def test_a_refusal_at_sending_goes_the_next_way_too(
    rt: Runtime, fakes: Fakes, mode: str
) -> None:
    a_case(rt=rt)
    fakes.sms.mode = mode
    carry_all(rt)
    assert (len(fakes.sms.calls), len(fakes.email.sent)) == (1, 1)
    [sms] = [c for c in every_row(rt.db)["contacts"] if c["channel"] == "sms"]
    assert (sms["unreachable_at"] is not None) is (mode == "unreachable")


def test_a_stop_that_the_network_took_down_holds_with_us(rt: Runtime, fakes: Fakes) -> None:
    case = a_case(rt=rt)
    fakes.sms.mode = "stopped"
    carry_all(rt)
    assert (fakes.email.sent, item_of(rt, case).reason) == ([], "opted_out")
    [stop] = every_row(rt.db)["suppressions"]
    assert (stop["address"], stop["source"]) == (PHONE, "network")


def test_a_receipt_may_tell_of_that_stop(rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    say(rt, S.FAILED, stopped=True)
    assert item_of(rt, case).reason == "opted_out"
    assert len(every_row(rt.db)["suppressions"]) == 1


def test_a_code_that_did_not_arrive_is_asked_for_again_by_whoever_waits(
    rt: Runtime, fakes: Fakes
) -> None:
    visit = an_open_visit(rt=rt, person=a_person(rt=rt))
    send_code(rt, actor=CUSTOMER, token=visit.token)
    carry_all(rt)
    [code] = [m for m in every_row(rt.db)["messages"] if m["purpose"] == "code"]
    say(rt, S.FAILED, message=code["id"])
    assert carry_all(rt, kinds=("message", "code")) == 0


def test_only_a_provider_may_say_so(rt: Runtime) -> None:
    an_asked_case(rt=rt)
    receipt = DeliveryReceipt("e", S.DELIVERED, every_row(rt.db)["messages"][0]["id"])
    with nothing_written(rt.db), pytest.raises(Forbidden):
        record_delivery(rt, actor=WORKER, provider="sms", receipt=receipt)
