"""The cadence: ask, hold, give up; never outside the hours, above the cap, or where it was stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from inthread.commands.contact_customer import contact_customer
from inthread.commands.drain_outbox import claim_jobs, drain_outbox
from inthread.domain.actor import CUSTOMER, WORKER
from inthread.domain.case import CaseState, NextStep
from inthread.domain.contract import CadenceStep
from inthread.domain.refusals import Forbidden
from inthread.domain.workflow import Workflow
from inthread.runtime import Runtime
from inthread.store import audit, people, work_items
from inthread.store.db import Database
from tests.build import (
    EMAIL,
    PHONE,
    Fakes,
    a_case,
    a_person,
    a_runtime,
    an_asked_case,
    carry_all,
    shipped_workflows,
    the_case,
)
from tests.clock import MONDAY, Clock
from tests.look import waiting_for
from tests.races import at_once
from tests.rows import every_row, nothing_written

DAY = timedelta(days=1)


def with_cadence(**changes: object) -> Mapping[str, Workflow]:
    """The shipped workflows, the invoice's cadence changed."""
    shipped = dict(shipped_workflows())
    invoice = shipped["overdue_invoice"]
    changed = replace(invoice, cadence=replace(invoice.cadence, **changes))  # type: ignore[arg-type]
    return {**shipped, "overdue_invoice": changed}


def bodies(fakes: Fakes) -> list[str]:
    """Where each message went, and its first words after the brand."""
    sent = [("sms", m) for m in fakes.sms.sent] + [("email", m) for m in fakes.email.sent]
    return [f"{channel} {m.to} {m.body.split(': ', 1)[1][:17]}" for channel, m in sent]


def test_the_first_message_carries_a_link(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    case = a_case(rt=rt)
    carry_all(rt)
    [message] = fakes.sms.sent
    [link] = every_row(rt.db)["links"]
    assert message.to == PHONE
    assert message.body == (
        "Alderway: there is something for you on your account. It takes about a minute:"
        f" {rt.link_url(link['key_id'], link['id'])} Reply STOP to opt out."
    )
    due = clock.at + 3 * DAY
    assert the_case(rt, case.id).next == NextStep("contact", "cadence", due)
    assert waiting_for(rt, case) == [("contact", due)]
    with rt.db.read() as tx:
        assert [e.event for e in audit.of_subject(tx, case.id)] == [
            "message.queued", "message.sent"
        ]


def test_the_whole_cadence_ends_with_a_person(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    case = a_case(rt=rt)
    for _ in range(30):
        carry_all(rt)
        clock.tick(days=1)
    assert bodies(fakes) == [
        f"sms {PHONE} there is somethin", f"sms {PHONE} this is our last ",
        f"email {EMAIL} your page is stil",
    ]
    with rt.db.read() as tx:
        item = work_items.open_of(tx, case.id)
    assert item is not None
    assert (item.reason, item.opened_at) == ("no_response", MONDAY + 21 * DAY)
    assert (the_case(rt, case.id).state, waiting_for(rt, case)) == (CaseState.EXCEPTION, [])


def test_no_message_goes_after_the_giving_up(db: Database, clock: Clock) -> None:
    """Steps that would fall behind it are left out."""
    steps = tuple(CadenceStep(timedelta(days=d), "sms", "ask") for d in (0, 3, 5))
    workflows = with_cadence(steps=steps, give_up_after=timedelta(days=4))
    rt = a_runtime(db, clock=clock, workflows=workflows)
    case = a_case(rt=rt)
    sent = []
    for _ in range(14):
        carry_all(rt)
        sent.append(len([m for m in every_row(db)["messages"] if m["state"] == "sent"]))
        clock.tick(days=1)
    assert sent == [1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]
    assert the_case(rt, case.id).state is CaseState.EXCEPTION


@pytest.mark.parametrize(("at", "sent_at"), [
    ("2026-01-05T12:59:59", "2026-01-05T13:00:00"),  # 07:59:59 in New York
    ("2026-01-05T13:00:00", "2026-01-05T13:00:00"),
    ("2026-01-06T01:59:59", "2026-01-06T01:59:59"),  # 20:59:59
    ("2026-01-06T02:00:00", "2026-01-06T13:00:00"),
    ("2026-03-08T11:59:59", "2026-03-08T12:00:00"),  # the clocks went forward that night
    ("2026-11-01T12:59:59", "2026-11-01T13:00:00"),  # and back
])
def test_r4_2_the_hours_to_the_second(
    rt: Runtime, clock: Clock, fakes: Fakes, at: str, sent_at: str
) -> None:
    clock.at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    a_case(rt=rt, facts={"due_date": clock.at.date().isoformat()})
    for _ in range(3):
        carry_all(rt)
        [opening] = [r["due_at"] for r in every_row(rt.db)["outbox"] if r["done_at"] is None]
        if fakes.sms.sent:
            break
        clock.at = opening
    assert len(fakes.sms.sent) == 1
    assert clock.at == datetime.fromisoformat(sent_at).replace(tzinfo=UTC)


def test_what_is_held_says_why(rt: Runtime, clock: Clock) -> None:
    clock.at = datetime(2026, 1, 6, 3, 0, tzinfo=UTC)
    case = a_case(rt=rt)
    carry_all(rt)
    opening = datetime(2026, 1, 6, 13, 0, tzinfo=UTC)
    assert the_case(rt, case.id).next == NextStep("contact", "cadence", opening)
    with rt.db.read() as tx:
        [event] = audit.of_subject(tx, case.id)
    why = ["outside_hours", "outside_workflow_hours"]
    assert event.event == "message.held"
    assert (event.detail["reasons"], event.detail["until"]) == (why, opening.isoformat())
    decision = event.detail["decision"]
    assert (decision["reasons"], decision["zones"], decision["packs"]) == (
        why, ["America/New_York"], {"us": rt.packs["us"].version}
    )


def test_the_cap_is_the_persons_not_the_cases(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    person = a_person(rt=rt)
    a_case(rt=rt, person=person, number="INV-1")
    second = a_case(rt=rt, person=person, number="INV-2")
    carry_all(rt)
    assert len(fakes.sms.sent) == 1
    assert the_case(rt, second.id).next == NextStep("contact", "cadence", clock.at + DAY)
    clock.tick(days=1)
    carry_all(rt)
    assert len(fakes.sms.sent) == 2


def test_two_workers_do_not_pass_the_cap_together(rt: Runtime, fakes: Fakes) -> None:
    """Eight cases of one person, each carried by a hand of its own: one message."""
    person = a_person(rt=rt)
    for n in range(8):
        a_case(rt=rt, person=person, number=f"INV-{n}")
    at_once([lambda: drain_outbox(rt, actor=WORKER, kinds=("contact",))] * 8)
    at_once([lambda: drain_outbox(rt, actor=WORKER, kinds=("message",))] * 8)
    assert len(fakes.sms.sent) == 1
    assert len(every_row(rt.db)["messages"]) == 1


def test_a_reminder_gives_the_link_that_is_held(rt: Runtime, clock: Clock) -> None:
    person = a_person(rt=rt, contacts=(("sms", PHONE),))
    case = an_asked_case(rt=rt, person=person)
    clock.tick(days=3)
    carry_all(rt)
    clock.tick(days=7)
    carry_all(rt)
    links = every_row(rt.db)["links"]
    assert sorted(row["state"] for row in links) == ["live", "superseded", "superseded"]
    assert the_case(rt, case.id).step == 3


def test_the_next_channel_where_the_steps_own_does_not_reach(rt: Runtime, fakes: Fakes) -> None:
    a_case(rt=rt, person=a_person(rt=rt, contacts=(("email", EMAIL),)))
    carry_all(rt)
    assert bodies(fakes) == [f"email {EMAIL} there is somethin"]


@pytest.mark.parametrize("contacts", [(), (("voice", PHONE),)])
def test_without_a_way_to_reach_them_a_person_has_it(
    rt: Runtime, contacts: tuple[tuple[str, str], ...]
) -> None:
    case = a_case(rt=rt, person=a_person(rt=rt, contacts=contacts))
    carry_all(rt)
    with rt.db.read() as tx:
        item = work_items.open_of(tx, case.id)
    assert item is not None
    assert (item.reason, item.packet["why"]) == (
        "no_response", "no contact point that may be used"
    )


def test_a_stopped_contact_is_passed_over(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    person = a_person(rt=rt)
    with rt.db.begin() as tx:
        people.stop_contact(tx, person.contacts[0].id, "reply", clock.at)
    a_case(rt=rt, person=person)
    carry_all(rt)
    assert bodies(fakes) == [f"email {EMAIL} there is somethin"]


@pytest.mark.parametrize("state", [CaseState.EXCEPTION, CaseState.PENDING, CaseState.RESOLVED])
def test_a_case_that_is_not_open_is_left_alone(
    rt: Runtime, clock: Clock, fakes: Fakes, state: CaseState
) -> None:
    case = a_case(rt=rt)
    with rt.db.begin() as tx:
        tx.exec_driver_sql(f"UPDATE cases SET state = '{state}'")
    with nothing_written(rt.db, but=("outbox",)):
        carry_all(rt)
    assert (the_case(rt, case.id).state, fakes.sms.sent) == (state, [])


def test_a_job_that_was_recorded_is_not_done_twice(rt: Runtime) -> None:
    a_case(rt=rt)
    [job] = claim_jobs(rt, actor=WORKER)
    contact_customer(rt, actor=WORKER, job=job)
    with nothing_written(rt.db):
        contact_customer(rt, actor=WORKER, job=job)


def test_a_zone_nobody_knows_is_the_workflows(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    clock.at = datetime(2026, 1, 6, 3, 0, tzinfo=UTC)  # 22:00 in New York, 19:00 in Los Angeles
    a_case(rt=rt, person=a_person(rt=rt, zone="Mars/Olympus"))
    west = a_person(rt=rt, reference="CUST-2", zone="America/Los_Angeles")
    a_case(rt=rt, person=west, number="INV-2")
    carry_all(rt)
    assert len(fakes.sms.sent) == 1


def test_only_the_worker_carries(rt: Runtime) -> None:
    a_case(rt=rt)
    [job] = claim_jobs(rt, actor=WORKER)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        contact_customer(rt, actor=CUSTOMER, job=job)
