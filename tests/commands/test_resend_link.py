"""Staff send the link again: through the gate, and a refusal says why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from inthread.commands.opt_out import opt_out
from inthread.commands.pause_case import pause_case
from inthread.commands.resend_link import resend_link
from inthread.domain.actor import Actor
from inthread.domain.case import Case
from inthread.domain.person import Contact, Person
from inthread.domain.refusals import BadInput, Forbidden, NotFound
from inthread.runtime import Runtime
from inthread.store import people
from inthread.store import tables as t
from tests.build import Fakes, a_case, a_person, an_asked_case, carry_all, link_token
from tests.clock import Clock
from tests.rows import every_row, nothing_written

AGENT = Actor("staff", "stf_1", frozenset({"cases:write"}))
STAFF = Actor("staff", "stf_1", frozenset({"contacts:stop"}))


def whose(rt: Runtime, case: Case) -> Person:
    with rt.db.read() as tx:
        return people.get(tx, case.person_id)


def send(rt: Runtime, case: Case, *, asked: bool = True, contact: int = 0) -> Contact:
    return resend_link(
        rt, actor=AGENT, case_id=case.id, contact_id=whose(rt, case).contacts[contact].id,
        asked=asked,
    )


def refused(rt: Runtime, case: Case, says: str, *, asked: bool = True) -> None:
    with pytest.raises(BadInput, match=says), nothing_written(rt.db):
        send(rt, case, asked=asked)


def test_somebody_on_the_phone_gets_their_link_at_any_hour(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    case = an_asked_case(rt=rt)
    token = link_token(rt, case)
    clock.tick(hours=12)  # night in New York
    assert send(rt, case).channel == "sms"
    carry_all(rt, kinds=("message",))
    assert len(fakes.sms.sent) == 2
    assert token in fakes.sms.sent[-1].body
    [event] = [e for e in every_row(rt.db)["audit"] if e["event"] == "link.resent"]
    assert (event["subject"], event["actor"]) == (case.id, "staff:stf_1")
    assert (event["detail"]["asked"], event["detail"]["channel"]) == (True, "sms")


def test_by_the_other_contact_point(rt: Runtime, fakes: Fakes) -> None:
    case = an_asked_case(rt=rt)
    send(rt, case, contact=1)
    carry_all(rt, kinds=("message",))
    assert len(fakes.email.sent) == 1


def test_a_reminder_goes_when_the_gate_is_open(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    case = an_asked_case(rt=rt)
    clock.tick(days=1, minutes=1)
    send(rt, case, asked=False)
    carry_all(rt, kinds=("message",))
    assert len(fakes.sms.sent) == 2
    [message] = [m for m in every_row(rt.db)["messages"] if m["state"] == "sent"][1:]
    assert message["purpose"] == "ask"


def test_a_reminder_over_the_cap(rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    refused(rt, case, "they were written to often enough for now. Try again from", asked=False)


def test_a_reminder_while_the_case_is_paused(rt: Runtime, clock: Clock) -> None:
    case = a_case(rt=rt)
    pause_case(rt, actor=AGENT, case_id=case.id, until=clock.at + timedelta(days=2), reason="ill")
    refused(rt, case, "the case is paused. Try again from", asked=False)


def test_a_stop_holds_whoever_asks(rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    opt_out(rt, actor=STAFF, contact_id=whose(rt, case).contacts[0].id, source="staff")
    with rt.db.begin() as tx:  # it went to a person; even if it had not
        tx.execute(update(t.cases).values(state="open", next_what="contact"))
    refused(rt, case, "this address is off")


def test_three_a_day(rt: Runtime, clock: Clock) -> None:
    case = an_asked_case(rt=rt)
    for _ in range(3):
        send(rt, case)
    refused(rt, case, "was sent 3 links within a day")
    clock.tick(days=1, minutes=1)
    send(rt, case)


def test_only_of_an_open_case(rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    with rt.db.begin() as tx:
        tx.execute(update(t.cases).values(state="resolved"))
    refused(rt, case, "/case: is resolved")


def test_only_to_the_person_s_own(rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    other = a_person(rt=rt, reference="CUST-2", contacts=(("sms", "+15550100777"),))
    with pytest.raises(BadInput, match="is not one of this person's"), nothing_written(rt.db):
        resend_link(rt, actor=AGENT, case_id=case.id, contact_id=other.contacts[0].id, asked=True)


def test_who_may_not_and_what_is_not_there(rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    contact = whose(rt, case).contacts[0].id
    reader = Actor("staff", "stf_2", frozenset({"cases:read"}))
    with pytest.raises(Forbidden), nothing_written(rt.db):
        resend_link(rt, actor=reader, case_id=case.id, contact_id=contact, asked=True)
    with pytest.raises(NotFound), nothing_written(rt.db):
        resend_link(rt, actor=AGENT, case_id="case_none", contact_id=contact, asked=True)
