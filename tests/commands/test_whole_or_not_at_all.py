"""A fault at any statement of a command leaves every table as it was (A53, R7.2)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy.exc import DBAPIError

from inthread.commands.ask_for_help import ask_for_help
from inthread.commands.cancel_case import cancel_case
from inthread.commands.contact_customer import contact_customer
from inthread.commands.drain_outbox import claim_jobs
from inthread.commands.open_link import open_link
from inthread.commands.record_payment_event import record_payment_event
from inthread.commands.renew_link import renew_link
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.commands.send_code import send_code
from inthread.commands.submit_action import submit_action
from inthread.commands.verify_code import verify_code
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER, provider
from inthread.domain.case import CaseState
from inthread.domain.refusals import CodeRefused
from inthread.runtime import Runtime
from tests.build import (
    a_case,
    a_choice,
    a_coded_visit,
    a_provider_event,
    a_started_payment,
    an_asked_case,
    an_open_visit,
    carry_all,
    code_of,
    link_token,
)
from tests.clock import Clock
from tests.look import item_of, state_of
from tests.rows import every_row
from tests.statements import Broken, breaking_at, ending_connections_at

Command = Callable[[], object]


def _opening(rt: Runtime) -> Command:
    token = link_token(rt, an_asked_case(rt=rt))
    return lambda: open_link(rt, actor=CUSTOMER, token=token)


def _asking_for_a_code(rt: Runtime) -> Command:
    visit = an_open_visit(rt=rt)
    return lambda: send_code(rt, actor=CUSTOMER, token=visit.token)


def _giving_the_code(rt: Runtime) -> Command:
    visit = an_open_visit(rt=rt)
    code = code_of(rt, send_code(rt, actor=CUSTOMER, token=visit.token))
    return lambda: verify_code(rt, actor=CUSTOMER, token=visit.token, code=code)


def _giving_a_wrong_code(rt: Runtime) -> Command:
    visit = an_open_visit(rt=rt)
    send_code(rt, actor=CUSTOMER, token=visit.token)

    def give() -> None:
        with pytest.raises(CodeRefused):
            verify_code(rt, actor=CUSTOMER, token=visit.token, code="x")

    return give


def _promising(rt: Runtime) -> Command:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit)
    return lambda: submit_action(
        rt, actor=CUSTOMER, token=visit.token, action="promise", nonce="n", shown=shown
    )


def _paying(rt: Runtime) -> Command:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit, action="pay")
    return lambda: submit_action(
        rt, actor=CUSTOMER, token=visit.token, action="pay", nonce="n", shown=shown
    )


def _hearing_of_money(rt: Runtime) -> Command:
    _, payment = a_started_payment(rt=rt)
    event = a_provider_event(rt=rt, payment_id=payment)
    return lambda: record_payment_event(
        rt, actor=provider("fake_pay"), provider="fake_pay", event=event
    )


def _asking_for_help(rt: Runtime) -> Command:
    visit = an_open_visit(rt=rt)
    return lambda: ask_for_help(rt, actor=CUSTOMER, token=visit.token, reason="wrong_person")


def _resolving(rt: Runtime) -> Command:
    visit = an_open_visit(rt=rt)
    ask_for_help(rt, actor=CUSTOMER, token=visit.token, reason="question")
    item = item_of(rt, visit.case)
    return lambda: resolve_work_item(rt, actor=OPERATOR, item_id=item.id, result="resume")


def _contacting(rt: Runtime) -> Command:
    a_case(rt=rt)
    [job] = claim_jobs(rt, actor=WORKER)
    return lambda: contact_customer(rt, actor=WORKER, job=job)


def _cancelling(rt: Runtime) -> Command:
    case = an_asked_case(rt=rt)
    return lambda: cancel_case(rt, actor=OPERATOR, case_id=case.id, reason="paid elsewhere")


def _renewing(rt: Runtime) -> Command:
    token = link_token(rt, an_asked_case(rt=rt))
    return lambda: renew_link(rt, actor=CUSTOMER, token=token)


COMMANDS = [
    _opening, _asking_for_a_code, _giving_the_code, _giving_a_wrong_code, _promising, _paying,
    _hearing_of_money, _asking_for_help, _resolving, _contacting, _cancelling, _renewing,
]


@pytest.mark.parametrize("prepared", COMMANDS, ids=lambda made: made.__name__.strip("_"))
def test_a53_a_fault_at_any_statement_leaves_nothing(
    rt: Runtime, prepared: Callable[[Runtime], Command]
) -> None:
    """At the first, the second, ... and at the commit; then, without one, it is done after all."""
    command = prepared(rt)
    before = every_row(rt.db)
    for at in range(1, 60):
        with breaking_at(rt.db, at) as broke:
            with suppress(Broken):
                command()
            if not broke():
                break
        assert every_row(rt.db) == before, f"left something after statement {at}"
    assert at > 5
    assert every_row(rt.db) != before


def test_a53_the_database_goes_away_mid_transaction(rt: Runtime, clock: Clock) -> None:
    """PostgreSQL ends the connection; SQLite interrupts: no outcome without audit and outbox, and
    the same press goes through when it is back."""
    command = _promising(rt)
    before = every_row(rt.db)
    with ending_connections_at(rt.db, "INSERT INTO writebacks"), pytest.raises(DBAPIError):
        command()
    assert every_row(rt.db) == before
    command()
    carry_all(rt)
    [case] = every_row(rt.db)["cases"]
    assert case["state"] == CaseState.CLOSED


def test_a_worker_that_dies_before_its_commit_leaves_the_job_to_another(
    rt: Runtime, clock: Clock
) -> None:
    case = a_case(rt=rt)
    [job] = claim_jobs(rt, actor=WORKER)
    with breaking_at(rt.db, 0), pytest.raises(Broken):
        contact_customer(rt, actor=WORKER, job=job)
    clock.tick(seconds=61)
    carry_all(rt)
    assert (state_of(rt, case), len(every_row(rt.db)["messages"])) == (CaseState.OPEN, 1)
