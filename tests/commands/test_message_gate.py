"""Whether a message may go is decided again at the instant it leaves (R4.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from inthread.commands.ask_for_help import ask_for_help
from inthread.commands.cancel_case import cancel_case
from inthread.commands.drain_outbox import claim_jobs
from inthread.commands.renew_link import renew_link
from inthread.commands.send_code import send_code
from inthread.commands.send_message import send_message
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.case import Case, CaseState
from inthread.domain.refusals import Forbidden
from inthread.runtime import Runtime
from inthread.store import links, messages
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
from tests.rows import every_row, nothing_written

SHUT = ["outside_hours", "outside_workflow_hours"]


def a_queued_ask(rt: Runtime) -> Case:
    case = a_case(rt=rt)
    carry_all(rt, kinds=("contact",))
    return case


def kept(rt: Runtime, purpose: str = "ask") -> list[tuple[str, list[str]]]:
    return [
        (m["state"], m["reasons"]) for m in every_row(rt.db)["messages"] if m["purpose"] == purpose
    ]


def test_r4_1_a_worker_paused_past_the_hour_holds_it(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    """Queued at 20:59, taken up at 21:00, sent once at 08:00 the next morning (R4.3)."""
    clock.at = datetime(2026, 1, 6, 1, 59, tzinfo=UTC)
    case = a_queued_ask(rt)
    clock.tick(minutes=1)
    carry_all(rt)
    opening = datetime(2026, 1, 6, 13, 0, tzinfo=UTC)
    assert (fakes.sms.sent, kept(rt)) == ([], [("queued", SHUT)])
    [message] = every_row(rt.db)["messages"]
    assert said_of(rt, case)[-1] == ("message.held", {
        "message": message["id"], "reasons": SHUT, "until": opening.isoformat(),
        "decision": message["decision"],
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
    assert kept(rt)[-1] == ("queued", SHUT)
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
    why = {"code": "the code is no longer wanted", "link": "case_withdrawn"}[purpose]
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
