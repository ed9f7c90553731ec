"""A message is decided again at the instant it leaves, and never leaves twice."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import update

from inthread.commands.ask_for_help import ask_for_help
from inthread.commands.cancel_case import cancel_case
from inthread.commands.drain_outbox import claim_jobs
from inthread.commands.renew_link import renew_link
from inthread.commands.send_code import send_code
from inthread.commands.send_message import RETRY_AFTER, send_message
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.case import Case, CaseState
from inthread.domain.refusals import Forbidden
from inthread.runtime import Runtime
from inthread.spi import Outgoing, Retry, Sent
from inthread.store import cases, links, messages
from inthread.store import tables as t
from tests.build import (
    PHONE,
    Fakes,
    a_case,
    a_coded_visit,
    a_person,
    a_started_payment,
    a_submission,
    an_asked_case,
    an_open_visit,
    carry_all,
    link_token,
    the_case,
)
from tests.clock import Clock
from tests.look import said_of
from tests.races import at_once
from tests.rows import every_row, nothing_written

DAY = timedelta(days=1)


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
    assert said_of(rt, case)[-1] == ("message.sent", {
        "message": m["id"], "channel": "sms", "template": "ask", "reasons": []
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
    assert kept(rt) == [("failed", ["tried too often"])]
    assert said_of(rt, case)[-1][0] == "message.failed"
    assert len(tried) == len(RETRY_AFTER) + 1


def test_a_number_that_is_not_in_use_is_not_tried_again(
    rt: Runtime, fakes: Fakes
) -> None:
    case = a_queued_ask(rt)
    fakes.sms.mode = "refuse"
    carry_all(rt)
    assert kept(rt) == [("failed", ["the number is not in use"])]
    assert len(fakes.sms.calls) == 1
    assert said_of(rt, case)[-1][0] == "message.failed"


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

    class Deadly:
        key = "sms"

        def send(self, message: Outgoing) -> Sent:
            fakes.sms.send(message)
            raise Death

    dying = replace(rt, registry=replace(rt.registry, channels={"sms": Deadly()}))
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

    class Slow:
        key = "sms"

        def send(self, message: Outgoing) -> Sent:
            clock.tick(seconds=61)
            carry_all(rt, kinds=("message",))
            return fakes.sms.send(message)

    carry_all(replace(rt, registry=replace(rt.registry, channels={"sms": Slow()})))
    assert (len(fakes.sms.calls), kept(rt)) == (1, [("sent", [])])


def test_a_slow_sender_that_was_busy_leaves_it_unknown(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    a_queued_ask(rt)

    class Slow:
        key = "sms"

        def send(self, message: Outgoing) -> Sent:
            clock.tick(seconds=61)
            carry_all(rt, kinds=("message",))
            raise Retry("busy")

    carry_all(replace(rt, registry=replace(rt.registry, channels={"sms": Slow()})))
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


# --- decided again at the instant of sending -------------------------------------------------


def test_r4_1_a_worker_paused_past_the_hour_holds_it(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    """Queued at 20:59, taken up at 21:00, sent once at 08:00 the next morning (R4.3)."""
    clock.at = datetime(2026, 1, 6, 1, 59, tzinfo=UTC)
    case = a_queued_ask(rt)
    clock.tick(minutes=1)
    carry_all(rt)
    opening = datetime(2026, 1, 6, 13, 0, tzinfo=UTC)
    assert (fakes.sms.sent, kept(rt)) == ([], [("queued", ["outside_hours"])])
    [message] = every_row(rt.db)["messages"]
    assert said_of(rt, case)[-1] == ("message.held", {
        "message": message["id"], "reasons": ["outside_hours"], "until": opening.isoformat()
    })
    clock.at = opening - timedelta(seconds=1)
    carry_all(rt)
    assert fakes.sms.sent == []
    clock.at = opening
    carry_all(rt)
    assert (len(fakes.sms.sent), kept(rt)) == (1, [("sent", [])])


def test_r4_1_the_cap_is_asked_again_at_sending(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    """Held over night, and another case's message went out first in the morning."""
    person = a_person(rt=rt)
    clock.at = datetime(2026, 1, 6, 1, 59, tzinfo=UTC)
    a_case(rt=rt, person=person, number="INV-1")
    carry_all(rt, kinds=("contact",))
    clock.tick(minutes=1)
    carry_all(rt)
    clock.at = datetime(2026, 1, 6, 13, 0, tzinfo=UTC)
    with rt.db.begin() as tx:  # as if sent from elsewhere, a moment ago
        [held] = messages.of_case(tx, every_row(rt.db)["cases"][0]["id"])
        messages.add(tx, replace(
            held, id="msg_other", state=held.state.SENT, sent_at=clock.at, reasons=()
        ))
    carry_all(rt)
    assert fakes.sms.sent == []
    clock.tick(days=1)
    carry_all(rt, kinds=("message",))
    assert len(fakes.sms.sent) == 1


@pytest.mark.parametrize("state", ["pending", "resolved", "exception"])
def test_r4_1_a_case_that_moved_on_is_not_asked_about(
    rt: Runtime, fakes: Fakes, state: str
) -> None:
    case = a_queued_ask(rt)
    with rt.db.begin() as tx:
        tx.exec_driver_sql(f"UPDATE cases SET state = '{state}'")
    carry_all(rt, kinds=("message",))
    assert (fakes.sms.sent, kept(rt)) == ([], [("cancelled", [f"case_{state}"])])
    assert said_of(rt, case)[-1][0] == "message.cancelled"


def test_a_reminder_queued_before_the_customer_acted_never_leaves(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    """Even when the case is open again by then: it was about before."""
    visit = a_coded_visit(rt=rt)
    clock.at = datetime(2026, 1, 9, 1, 59, tzinfo=UTC)  # the second step, held over night
    carry_all(rt, kinds=("contact",))
    clock.tick(minutes=1)
    carry_all(rt)
    assert kept(rt)[-1] == ("queued", ["outside_hours"])
    fresh = a_coded_visit(rt=rt, visit=an_open_visit(rt=rt, case=visit.case))
    _, payment = a_started_payment(rt=rt, visit=fresh)
    fakes.payments.close(fakes.payments.checkouts[payment])
    clock.tick(seconds=20)
    carry_all(rt)
    assert the_case(rt, visit.case.id).state is CaseState.OPEN
    clock.at = datetime(2026, 1, 9, 13, 0, tzinfo=UTC)
    carry_all(rt)
    assert kept(rt) == [("sent", []), ("cancelled", ["payment started"])]
    assert fakes.email.sent == []


def test_what_was_withdrawn_is_not_asked_about(rt: Runtime, fakes: Fakes) -> None:
    case = a_queued_ask(rt)
    cancel_case(rt, actor=OPERATOR, case_id=case.id, reason="paid elsewhere")
    carry_all(rt)
    assert (fakes.sms.sent, kept(rt)) == ([], [("cancelled", ["withdrawn"])])


@pytest.mark.parametrize("purpose", ["code", "link"])
def test_what_was_asked_for_before_the_case_was_withdrawn_does_not_leave(
    rt: Runtime, fakes: Fakes, purpose: str
) -> None:
    visit = an_open_visit(rt=rt)
    if purpose == "code":
        send_code(rt, actor=CUSTOMER, token=visit.token)
    else:
        renew_link(rt, actor=CUSTOMER, token=link_token(rt, visit.case))
    cancel_case(rt, actor=OPERATOR, case_id=visit.case.id, reason="paid elsewhere")
    carry_all(rt)
    assert len(fakes.sms.sent) == 1
    why = {"code": "the code is no longer wanted", "link": "the link is dead"}[purpose]
    assert kept(rt, purpose) == [("cancelled", [why])]


def test_a_message_whose_link_has_died_does_not_leave(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    case = a_queued_ask(rt)
    with rt.db.begin() as tx:
        links.turn(tx, case.id, links.LinkState.REVOKED)
    carry_all(rt)
    assert (fakes.sms.sent, kept(rt)) == ([], [("cancelled", ["the link is dead"])])


def test_nothing_goes_to_whom_it_is_not(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    """"This isn't me" stops the receipt that was about to leave, and the other case's reminder."""
    person = a_person(rt=rt, contacts=(("sms", PHONE),))
    first = an_asked_case(rt=rt, person=person, number="INV-1")
    clock.tick(days=1)
    second = a_case(rt=rt, person=person, number="INV-2")
    carry_all(rt, kinds=("contact",))
    visit, other = an_open_visit(rt=rt, case=first), an_open_visit(rt=rt, case=first)
    a_submission(rt=rt, visit=a_coded_visit(rt=rt, visit=visit))
    ask_for_help(rt, actor=CUSTOMER, token=other.token, reason="wrong_person")
    sent = len(fakes.sms.sent)
    carry_all(rt)
    assert len(fakes.sms.sent) == sent
    assert kept(rt, "receipt") == [("cancelled", ["stopped"])]
    assert kept(rt)[-1] == ("cancelled", ["stopped"])
    assert the_case(rt, second.id).state is CaseState.OPEN


def test_only_the_worker_sends(rt: Runtime) -> None:
    a_queued_ask(rt)
    [job] = claim_jobs(rt, actor=WORKER, kinds=("message",))
    with nothing_written(rt.db), pytest.raises(Forbidden):
        send_message(rt, actor=CUSTOMER, job=job)
