"""The last line: what the database refuses, whoever writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update
from sqlalchemy.exc import IntegrityError

from inthread.domain.actor import OPERATOR
from inthread.domain.audit import AuditEvent, broken_at
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.money import Money
from inthread.domain.outcome import Outcome
from inthread.domain.payment import Payment, PaymentState
from inthread.domain.refusals import NotFound, Stale
from inthread.runtime import Runtime
from inthread.store import audit, cases, outcomes, payments, work_items
from inthread.store import tables as t
from inthread.store.db import Database
from tests.build import a_case, a_runtime
from tests.clock import MONDAY, Clock
from tests.races import at_once
from tests.rows import nothing_written


@pytest.fixture
def rt(db: Database) -> Runtime:
    return a_runtime(db, clock=Clock())


@pytest.fixture
def case(rt: Runtime) -> Case:
    return a_case(rt=rt)


def refused(db: Database, write: Callable[[Connection], object]) -> None:
    with nothing_written(db), pytest.raises(IntegrityError), db.begin() as tx:
        write(tx)


@pytest.mark.parametrize("change", [
    {"next_what": None}, {"next_owner": None}, {"next_due": None}, {"ended_at": MONDAY},
    {"state": "closed"}, {"state": "withdrawn"}, {"state": "asleep"},
    {"state": "closed", "next_what": None, "next_owner": None, "next_due": None},
    {"state": "expired", "ended_at": MONDAY},
])
def test_a_live_case_has_one_next_step_and_an_ended_one_none(
    db: Database, case: Case, change: dict[str, Any]
) -> None:
    refused(db, lambda tx: tx.execute(update(t.cases).values(**change)))


@pytest.mark.parametrize("state", ["open", "pending", "resolved", "exception"])
def test_one_live_case_an_obligation(db: Database, case: Case, state: str) -> None:
    with db.begin() as tx:
        tx.execute(update(t.cases).values(state=state))
    refused(db, lambda tx: cases.add_all(tx, [replace(case, id="case_2")]))


def test_an_ended_one_makes_room(db: Database, case: Case) -> None:
    with db.begin() as tx:
        cases.save(tx, case, case.end(CaseState.WITHDRAWN, MONDAY))
        cases.add_all(tx, [replace(case, id="case_2")])
    refused(db, lambda tx: tx.execute(update(t.cases).values(
        state="exception", next_what="w", next_owner="o", next_due=MONDAY, ended_at=None
    )))


def test_no_more_is_settled_than_is_owed(db: Database, case: Case) -> None:
    refused(db, lambda tx: tx.execute(update(t.cases).values(settled_minor=184_21)))


def an_outcome(case: Case, id_: str = "out_1", attempt: int = 0) -> Outcome:
    return Outcome(id_, case.id, attempt, "pay", "paid", {}, None, True, MONDAY)


def test_one_outcome_an_attempt(db: Database, case: Case) -> None:
    with db.begin() as tx:
        outcomes.add(tx, an_outcome(case))
        outcomes.add(tx, an_outcome(case, "out_2", 1))
    refused(db, lambda tx: outcomes.add(tx, an_outcome(case, "out_3")))


def a_payment(case: Case, n: int = 1, state: PaymentState = PaymentState.STARTED) -> Payment:
    return Payment(
        f"pay_{n}", case.id, "fake_pay", Money(1, "USD"), "pay", "paid", {}, state=state,
        return_ref=f"ref_{n}", started_at=MONDAY,
    )


def test_one_payment_on_its_way_a_case(db: Database, case: Case) -> None:
    with db.begin() as tx:
        payments.add(tx, a_payment(case), ())
        payments.add(tx, a_payment(case, 2, PaymentState.FAILED), ())
        payments.add(tx, a_payment(case, 3, PaymentState.UNKNOWN), ())
    refused(db, lambda tx: payments.add(tx, a_payment(case, 4), ()))


@pytest.mark.parametrize("minor", [0, -1])
def test_a_payment_is_of_something(db: Database, case: Case, minor: int) -> None:
    made = replace(a_payment(case), amount=Money(minor, "USD"))
    refused(db, lambda tx: payments.add(tx, made, ()))


def test_one_open_item_a_case(db: Database, case: Case) -> None:
    def add(tx: Connection, id_: str) -> None:
        tx.execute(insert(t.work_items).values(
            id=id_, case_id=case.id, reason="r", queue="q", due_at=MONDAY, packet={},
            opened_at=MONDAY, cause="r",
        ))

    with db.begin() as tx:
        add(tx, "wi_1")
    refused(db, lambda tx: add(tx, "wi_2"))
    with db.begin() as tx:
        assert work_items.resolve(tx, "wi_1", "resume", "me", MONDAY)
        assert not work_items.resolve(tx, "wi_1", "withdraw", "me", MONDAY)
        add(tx, "wi_2")


def test_a_stale_write_is_refused(db: Database, case: Case) -> None:
    step = NextStep("contact", "cadence", MONDAY)
    with db.begin() as tx:
        cases.save(tx, case, case.at_step(1, step))
    with nothing_written(db), pytest.raises(Stale), db.begin() as tx:
        cases.save(tx, case, case.at_step(2, step))


def test_what_a_case_is_about_does_not_change(db: Database, case: Case) -> None:
    with db.begin() as tx:
        cases.save(tx, case, replace(
            case, natural_key="other", person_id="per_0", workflow="other", version=1
        ))
        after = cases.get(tx, case.id)
    assert (after.natural_key, after.person_id, after.workflow) == (
        case.natural_key, case.person_id, case.workflow
    )


def test_what_is_not_there(db: Database) -> None:
    with db.begin() as tx:
        for find in (cases.get, cases.lock, payments.get, payments.by_return):
            with pytest.raises(NotFound):
                find(tx, "nothing")
        assert cases.try_lock(tx, "nothing") is None


# --- the chain -------------------------------------------------------------------------------


def test_a_number_of_a_chain_is_taken_once(db: Database, case: Case) -> None:
    def add(tx: Connection) -> None:
        audit.append(tx, MONDAY, OPERATOR, case.id, AuditEvent.CASE_OPENED)

    with db.begin() as tx:
        add(tx)
        add(tx)
    row = audit.row_for(case.id, 2, MONDAY, OPERATOR, AuditEvent.CASE_CLOSED, {}, "0" * 64)
    refused(db, lambda tx: tx.execute(insert(t.audit), [row]))


def test_eight_who_append_at_once_make_one_whole_chain(db: Database, case: Case) -> None:
    def append(n: int) -> None:
        with db.begin() as tx:
            cases.lock(tx, case.id)
            audit.append(tx, MONDAY, OPERATOR, case.id, AuditEvent.CASE_OPENED, n=n)
            audit.append_all(tx, MONDAY, OPERATOR, case.id, [
                (AuditEvent.CASE_CLOSED, {"n": n}), (AuditEvent.CASE_EXPIRED, {"n": n}),
            ])

    at_once([lambda n=n: append(n) for n in range(8)])
    with db.read() as tx:
        chain = audit.of_subject(tx, case.id)
    assert broken_at(chain) is None
    assert [e.n for e in chain] == list(range(1, 25))
    assert [e.event for e in chain[:3]] == ["case.opened", "case.closed", "case.expired"]
    assert {e.detail["n"] for e in chain[:3]} == {chain[0].detail["n"]}


def test_a_row_that_was_altered_shows(db: Database, case: Case) -> None:
    with db.begin() as tx:
        for n in range(4):
            audit.append(tx, MONDAY, OPERATOR, case.id, AuditEvent.CASE_OPENED, n=n)
        tx.execute(update(t.audit).where(t.audit.c.n == 3).values(detail={"n": 9}))
        assert broken_at(audit.of_subject(tx, case.id)) == 3


def test_what_is_not_json_is_not_recorded(db: Database, case: Case) -> None:
    with nothing_written(db), pytest.raises(TypeError, match="not exact"), db.begin() as tx:
        audit.append(tx, MONDAY, OPERATOR, case.id, AuditEvent.CASE_OPENED, share=0.5)


def test_two_at_once_for_a_subject_nobody_holds(db: Database) -> None:
    def append() -> None:
        with db.begin() as tx:
            audit.append_unheld(tx, MONDAY, OPERATOR, "link:x", AuditEvent.LINK_UNKNOWN_ROW)

    at_once([append] * 8)
    with db.read() as tx:
        chain = audit.of_subject(tx, "link:x")
    assert broken_at(chain) is None
    assert 1 <= len(chain) <= 8
