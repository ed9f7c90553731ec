"""What each step of the journey says to the database, exactly, and that it does not grow
(docs/performance.md). A transaction's own BEGIN and COMMIT are not counted as statements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import insert

from inthread.commands.drain_outbox import carry_job, claim_jobs
from inthread.commands.open_link import open_link
from inthread.commands.record_payment_event import record_payment_event
from inthread.commands.send_code import send_code
from inthread.commands.submit_action import submit_action
from inthread.commands.verify_code import verify_code
from inthread.domain.actor import CUSTOMER, WORKER, provider
from inthread.queries.landing import landing
from inthread.queries.visit import visit as see_visit
from inthread.runtime import Runtime
from inthread.store import tables as t
from inthread.store.db import Database
from tests.build import (
    AVisit,
    a_case,
    a_choice,
    a_coded_visit,
    a_person,
    a_provider_event,
    a_started_payment,
    an_asked_case,
    an_open_visit,
    carry_all,
    code_of,
    link_token,
)
from tests.clock import Clock
from tests.statements import Said, said_to


def counted(db: Database, work: Callable[[], object]) -> tuple[int, int, Said]:
    with said_to(db) as said:
        work()
    return len(said.statements), said.commits, said


def check(db: Database, work: Callable[[], object], statements: int, commits: int) -> None:
    """At most so many; the text says which they were."""
    said_statements, said_commits, said = counted(db, work)
    assert said_statements <= statements, str(said)
    assert said_commits == commits, str(said)


def test_the_landing_page(rt: Runtime) -> None:
    token = link_token(rt, an_asked_case(rt=rt))
    check(rt.db, lambda: landing(rt, token), 3, 0)


def test_opening_a_link(rt: Runtime) -> None:
    token = link_token(rt, an_asked_case(rt=rt))
    check(rt.db, lambda: open_link(rt, actor=CUSTOMER, token=token), 6, 1)


def test_asking_for_a_code(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    check(rt.db, lambda: send_code(rt, actor=CUSTOMER, token=visit.token), 8, 1)


def test_giving_the_code(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    code = code_of(rt, send_code(rt, actor=CUSTOMER, token=visit.token))
    give = lambda: verify_code(rt, actor=CUSTOMER, token=visit.token, code=code)  # noqa: E731
    check(rt.db, give, 7, 1)


def test_the_menu(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    check(rt.db, lambda: see_visit(rt, visit.token), 5, 0)


def submitting(rt: Runtime, visit: AVisit, action: str) -> Callable[[], object]:
    shown = a_choice(rt=rt, visit=visit, action=action)
    return lambda: submit_action(
        rt, actor=CUSTOMER, token=visit.token, action=action, nonce="n", shown=shown
    )


def test_submitting_a_payment(rt: Runtime) -> None:
    """One of them asks whom the provider knows the person as."""
    check(rt.db, submitting(rt, a_coded_visit(rt=rt), "pay"), 14, 1)


def test_submitting_what_is_settled_at_once(rt: Runtime) -> None:
    """Outcome, writeback, receipt, two jobs, link spent, reminders stopped, draft dropped."""
    check(rt.db, submitting(rt, a_coded_visit(rt=rt), "promise"), 18, 1)


def test_hearing_of_money(rt: Runtime) -> None:
    _, payment = a_started_payment(rt=rt)
    event = a_provider_event(rt=rt, payment_id=payment)
    check(rt.db, lambda: record_payment_event(
        rt, actor=provider("fake_pay"), provider="fake_pay", event=event
    ), 25, 1)


def carrying(rt: Runtime, kind: str, *, ways: bool = False) -> Callable[[], object]:
    def carry() -> None:
        [job] = claim_jobs(rt, actor=WORKER, kinds=(kind,), ways=ways)
        carry_job(rt, actor=WORKER, job=job)

    return carry


def test_contacting_a_customer(rt: Runtime) -> None:
    a_case(rt=rt)
    check(rt.db, carrying(rt, "contact"), 11, 2)


def test_contacting_a_customer_at_once(rt: Runtime) -> None:
    """Three of them, which a claim of eight shares, and twelve; claimed, said that we call,
    recorded: three commits."""
    a_case(rt=rt)
    check(rt.db, carrying(rt, "contact", ways=True), 15, 3)


def test_sending_a_message(rt: Runtime) -> None:
    a_case(rt=rt)
    carry_all(rt, kinds=("contact",))
    check(rt.db, carrying(rt, "message"), 12, 3)


def test_delivering_a_write_and_its_proof(rt: Runtime) -> None:
    """Claimed, said that we call, recorded with the proof and the close: three commits."""
    submitting(rt, a_coded_visit(rt=rt), "promise")()
    check(rt.db, carrying(rt, "writeback"), 15, 3)


def test_nothing_to_do_is_one_statement(rt: Runtime) -> None:
    check(rt.db, lambda: claim_jobs(rt, actor=WORKER), 1, 1)


@pytest.mark.parametrize("action", ["promise", "pay"])
def test_no_count_grows_with_what_is_kept(rt: Runtime, clock: Clock, action: str) -> None:
    """The same journey beside fifty other cases, and after a day of failed codes and messages."""
    alone = _journey(rt, "INV-1", action)
    for n in range(50):
        a_case(rt=rt, person=a_person(rt=rt, reference=f"OTHER-{n}"), number=f"OTHER-{n}")
    carry_all(rt, most=500)
    with rt.db.begin() as tx:
        [old] = tx.execute(t.decisions.select().limit(1)).all()
        tx.execute(insert(t.decisions), [
            {**old._mapping, "id": f"dec_more_{n:016d}"} for n in range(50)
        ])
    assert _journey(rt, "INV-2", action) == alone


def _journey(rt: Runtime, number: str, action: str) -> list[int]:
    """Statements of each step."""
    case = an_asked_case(rt=rt, person=a_person(rt=rt, reference=number), number=number)
    token, counts = link_token(rt, case), []

    def step(work: Callable[[], object]) -> object:
        came = []
        counts.append(counted(rt.db, lambda: came.append(work()))[0])
        return came[0]

    step(lambda: landing(rt, token))
    opened = step(lambda: open_link(rt, actor=CUSTOMER, token=token))
    visit = AVisit(case, opened.token)  # type: ignore[attr-defined]
    challenge = step(lambda: send_code(rt, actor=CUSTOMER, token=visit.token))
    passed = step(lambda: verify_code(
        rt, actor=CUSTOMER, token=visit.token, code=code_of(rt, challenge)  # type: ignore[arg-type]
    ))
    visit = replace(visit, token=passed.token)  # type: ignore[attr-defined]
    step(lambda: see_visit(rt, visit.token))
    step(submitting(rt, visit, action))
    return counts
