"""The back office takes a case back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.commands.cancel_case import cancel_case
from inthread.commands.contact_customer import contact_customer
from inthread.commands.receive_triggers import receive_triggers
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER, Actor, api_key
from inthread.domain.audit import sealed
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.intake import Answer, AnswerStatus
from inthread.domain.link import LinkState
from inthread.domain.message import MessageState
from inthread.domain.money import Money
from inthread.domain.outcome import Outcome
from inthread.domain.payment import Payment
from inthread.domain.refusals import AlreadySettled, BadInput, Forbidden, NotFound, Problem
from inthread.runtime import Runtime
from inthread.store import (
    audit,
    cases,
    links,
    messages,
    outbox,
    outcomes,
    payments,
    work_items,
)
from inthread.store.outbox import Job
from tests.build import the_case
from tests.clock import MONDAY, Clock
from tests.rows import every_row
from tests.runtimes import shipped_workflows
from tests.triggers import BACK_OFFICE, a_trigger

PAID = "paid elsewhere"


def opened(rt: Runtime, **facts: object) -> Case:
    [answer] = receive_triggers(rt, actor=BACK_OFFICE, triggers=[a_trigger(facts=facts)])
    return the_case(rt, answer.case_id or "")


def cancel(rt: Runtime, case: Case, actor: Actor = BACK_OFFICE) -> Answer:
    return cancel_case(rt, actor=actor, case_id=case.id, reason=PAID)


def test_an_open_case_is_withdrawn(rt: Runtime, clock: Clock) -> None:
    case = opened(rt)
    clock.tick(hours=1)
    assert cancel(rt, case) == Answer(AnswerStatus.CANCELLED, case.id, "611365")
    after = the_case(rt, case.id)
    assert (after.state, after.next, after.ended_at) == (CaseState.WITHDRAWN, None, clock.at)
    assert after.ended_why == PAID
    with rt.db.read() as tx:
        assert outbox.waiting(tx, case.id) == []
        last = audit.of_subject(tx, case.id)[-1]
    assert (last.event, last.actor, last.detail) == (
        "case.withdrawn", "api:key_1",
        {"reason_sha256": sealed(PAID), "work_item": None, "payment": None},
    )


def test_by_the_facts_of_its_natural_key(rt: Runtime) -> None:
    case = opened(rt)
    answer = cancel_case(
        rt, actor=BACK_OFFICE, workflow="overdue_invoice", reason=PAID,
        facts={"invoice_number": "611365"},
    )
    assert answer == Answer(AnswerStatus.CANCELLED, case.id, "611365")
    assert the_case(rt, case.id).state is CaseState.WITHDRAWN


def test_with_all_the_facts_of_its_trigger(rt: Runtime) -> None:
    case = opened(rt)
    answer = cancel_case(
        rt, actor=BACK_OFFICE, workflow="overdue_invoice", reason=PAID, facts=a_trigger()["facts"]
    )
    assert (answer.status, answer.case_id) == (AnswerStatus.CANCELLED, case.id)


def test_nothing_more_is_sent(rt: Runtime, clock: Clock) -> None:
    case = opened(rt)
    clock.tick(hours=6)  # day in every zone of the country: nothing says where they are
    with rt.db.begin() as tx:
        [job] = outbox.claim(tx, "lease", clock.at, 1, clock.at - MONDAY, ["contact"])
    contact_customer(rt, actor=WORKER, job=Job(job.id, job.kind, job.ref, job.case_id, job.lease))
    with rt.db.read() as tx:
        [queued] = messages.of_case(tx, case.id)
        link = links.get(tx, queued.link_id or "")
    assert (queued.state, link.state) == (MessageState.QUEUED, LinkState.LIVE)
    cancel(rt, case)
    with rt.db.read() as tx:
        [message] = messages.of_case(tx, case.id)
        assert message.state is MessageState.CANCELLED
        assert links.get(tx, link.id).state is LinkState.REVOKED
        assert [kind for kind, _, _ in outbox.waiting(tx, case.id)] == ["message"]


def test_the_work_of_a_person_is_over(rt: Runtime) -> None:
    case = opened(rt, disputed=True)
    cancel(rt, case)
    with rt.db.read() as tx:
        assert work_items.open_of(tx, case.id) is None
        detail = audit.of_subject(tx, case.id)[-1].detail
        item = work_items.get(tx, str(detail["work_item"]))
    assert item is not None
    assert (item.resolution, item.resolved_at) == ("withdrawn", MONDAY)


def test_twice_is_once(rt: Runtime) -> None:
    case = opened(rt)
    cancel(rt, case)
    before = every_row(rt.db)
    assert cancel(rt, case) == Answer(AnswerStatus.UNCHANGED, case.id, "611365")
    assert every_row(rt.db) == before


@pytest.mark.parametrize("state", [CaseState.CLOSED, CaseState.EXPIRED])
def test_a_case_that_ended_otherwise_stays_so(rt: Runtime, state: CaseState) -> None:
    case = opened(rt)
    with rt.db.begin() as tx:
        cases.save(tx, case, case.end(state, MONDAY))
    before = every_row(rt.db)
    assert cancel(rt, case) == Answer(
        AnswerStatus.ALREADY_ENDED, case.id, "611365", f"it is {state}"
    )
    assert every_row(rt.db) == before


@pytest.mark.parametrize("state", [CaseState.RESOLVED, CaseState.EXCEPTION])
def test_an_outcome_on_its_way_is_not_thrown_away(rt: Runtime, state: CaseState) -> None:
    case = opened(rt)
    paid = Outcome("out_1", case.id, 0, "pay", "paid", {}, Money(5594, "USD"), True, MONDAY)
    resolved = case.record(paid, NextStep("prove", "billing", MONDAY))
    with rt.db.begin() as tx:
        outcomes.add(tx, paid)
        cases.save(tx, case, resolved)
        if state is CaseState.EXCEPTION:
            cases.save(tx, resolved, resolved.hand_over(NextStep("work", "billing", MONDAY)))
    before = every_row(rt.db)
    with pytest.raises(AlreadySettled):
        cancel(rt, case)
    assert every_row(rt.db) == before


def test_money_on_its_way_is_still_looked_after(rt: Runtime, clock: Clock) -> None:
    case = opened(rt)
    pending = case.await_payment(NextStep("payment", "fake_pay", clock.at))
    with rt.db.begin() as tx:
        cases.save(tx, case, pending)
        payments.add(tx, Payment(
            id="pay_1", case_id=case.id, provider="fake_pay", amount=Money(5594, "USD"),
            action="pay", outcome_kind="paid", values={}, return_ref="r", started_at=clock.at,
        ), [])
        outbox.put(
            tx, "job_p", "payment", "pay_1", MONDAY + timedelta(minutes=10), case.id
        )
    clock.tick(minutes=1)
    assert cancel(rt, case).status is AnswerStatus.CANCELLED
    with rt.db.read() as tx:
        assert outbox.waiting(tx, case.id) == [("payment", "pay_1", clock.at)]
        assert audit.of_subject(tx, case.id)[-1].detail["payment"] == "pay_1"


@pytest.mark.parametrize(("case_id", "workflow", "facts"), [
    ("case_nobody", None, None),
    (None, "overdue_invoice", {"invoice_number": "1"}),
    (None, "document_refresh", {"document_reference": "611365"}),
])
def test_a_case_nobody_knows(
    rt: Runtime, case_id: str | None, workflow: str | None, facts: object
) -> None:
    opened(rt)
    before = every_row(rt.db)
    with pytest.raises(NotFound):
        cancel_case(
            rt, actor=BACK_OFFICE, case_id=case_id, workflow=workflow, facts=facts, reason=PAID
        )
    assert every_row(rt.db) == before


@pytest.mark.parametrize(("workflow", "facts", "problem"), [
    (None, {}, Problem("/workflow",
                       f"is missing: use one of {', '.join(sorted(shipped_workflows()))}")),
    ("overdue_invoice", None, Problem("/facts", "is not an object of facts")),
    ("overdue_invoice", {}, Problem("/facts/invoice_number", "is missing and is required")),
    ("overdue_invoice", {"invoice_number": "1", "x": 1},
     Problem("/facts/x", "is not known here: leave it out, or correct it")),
])
def test_what_is_not_understood(
    rt: Runtime, workflow: str | None, facts: object, problem: Problem
) -> None:
    with pytest.raises(BadInput) as refusal:
        cancel_case(rt, actor=BACK_OFFICE, workflow=workflow, facts=facts, reason=PAID)
    assert refusal.value.problems == (problem,)


@pytest.mark.parametrize(("reason", "said"), [
    ("  ", "is empty: say why, e.g. paid elsewhere"),
    ("x" * 201, "has 201 characters; the most is 200"),
    ("a\0", "has a character that is not text at place 2: remove it"),
])
def test_a_reason_is_given(rt: Runtime, reason: str, said: str) -> None:
    case = opened(rt)
    with pytest.raises(BadInput) as refusal:
        cancel_case(rt, actor=BACK_OFFICE, case_id=case.id, reason=reason)
    assert refusal.value.problems == (Problem("/reason", said),)
    assert the_case(rt, case.id).state is CaseState.OPEN


def test_a_card_number_in_the_reason_is_masked(rt: Runtime) -> None:
    case = opened(rt)
    cancel_case(rt, actor=BACK_OFFICE, case_id=case.id, reason="card 4111 1111 1111 1111")
    assert the_case(rt, case.id).ended_why == "card [card number removed] …1111"


@pytest.mark.parametrize("actor", [CUSTOMER, WORKER, api_key("k", frozenset({"cases:read"}))])
def test_another_actor_is_refused(rt: Runtime, actor: Actor) -> None:
    case = opened(rt)
    before = every_row(rt.db)
    with pytest.raises(Forbidden):
        cancel(rt, case, actor)
    assert every_row(rt.db) == before


def test_an_operator_may(rt: Runtime) -> None:
    assert cancel(rt, opened(rt), OPERATOR).status is AnswerStatus.CANCELLED


def test_a_later_trigger_opens_a_new_case(rt: Runtime, clock: Clock) -> None:
    case = opened(rt)
    cancel(rt, case)
    clock.tick(hours=1)
    again = opened(rt)
    assert (again.id != case.id, again.state) == (True, CaseState.OPEN)
