"""The people triggers name, and many triggers at once."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from sqlalchemy import func, select

from inthread.commands.receive_triggers import receive_triggers
from inthread.domain.intake import AnswerStatus
from inthread.domain.money import Money
from inthread.runtime import Runtime
from inthread.store import audit, people
from inthread.store import tables as t
from tests.clock import MONDAY, Clock
from tests.statements import said_to
from tests.triggers import BACK_OFFICE, a_trigger, case_of, receive, statuses

# --- the person --------------------------------------------------------------------------------


def test_a_contact_that_is_new_for_a_known_person_waits(rt: Runtime, clock: Clock) -> None:
    [first] = receive(rt, a_trigger())
    clock.tick(hours=1)
    [second] = receive(rt, a_trigger(number="2", phone="+15550100483", person={
        "name": "Maya O. Okafor", "locale": "es", "zone": "America/New_York",
    }))
    with rt.db.read() as tx:
        person = people.get(tx, case_of(rt, second).person_id)
        opened = audit.of_subject(tx, second.case_id or "")[0].detail
    assert (person.name, person.locale, person.zone) == (
        "Maya O. Okafor", "es", "America/New_York"
    )
    assert [(c.address, c.known_since) for c in person.contacts] == [
        ("+15550100482", None), ("+15550100483", clock.at)
    ]
    assert opened["person"] == ["name", "locale", "zone", "contacts"]
    assert case_of(rt, first).person_id == person.id


def test_a_new_contact_alone_refreshes_the_case(rt: Runtime, clock: Clock) -> None:
    [first] = receive(rt, a_trigger())
    clock.tick(hours=1)
    [second] = receive(rt, a_trigger(phone="+15550100483"))
    assert second.status is AnswerStatus.REFRESHED
    with rt.db.read() as tx:
        detail = audit.of_subject(tx, first.case_id or "")[1].detail
    assert (detail["facts"], detail["person"]) == ([], ["contacts"])


def test_what_is_not_stated_of_a_person_stays(rt: Runtime, clock: Clock) -> None:
    [first] = receive(rt, a_trigger(person={"locale": "es", "zone": "America/New_York"}))
    clock.tick(hours=1)
    receive(rt, {**a_trigger(number="2"), "person": {"reference": "CUST-1"}})
    with rt.db.read() as tx:
        person = people.get(tx, case_of(rt, first).person_id)
    assert (person.name, person.locale, person.zone, len(person.contacts)) == (
        "Maya Okafor", "es", "America/New_York", 1
    )


def test_a_national_number_is_read_where_it_is_dialled(rt: Runtime) -> None:
    [answer] = receive_triggers(
        rt, actor=BACK_OFFICE, triggers=[a_trigger(phone="(202) 555-0123")], region="US"
    )
    with rt.db.read() as tx:
        person = people.get(tx, case_of(rt, answer).person_id)
    assert [c.address for c in person.contacts] == ["+12025550123"]


# --- batches -----------------------------------------------------------------------------------


def test_of_two_rows_for_one_obligation_the_newer_decides(rt: Runtime) -> None:
    answers = receive(
        rt, a_trigger(amount="10.00", as_of="2026-01-05T10:00:00Z"),
        a_trigger(amount="20.00", as_of="2026-01-05T12:00:00Z"),
        a_trigger(amount="20.00", as_of="2026-01-05T11:00:00Z"),
    )
    assert statuses(answers) == ["stale", "opened", "unchanged"]
    assert len({a.case_id for a in answers}) == 1
    assert case_of(rt, answers[1]).owed == Money(2000, "USD")


def test_one_new_person_in_two_rows_is_one_person(rt: Runtime) -> None:
    first, second = receive(
        rt, a_trigger(number="1", person={"name": "Maya"}),
        a_trigger(number="2", phone="+15550100483", person={"name": "M.", "locale": "es"}),
    )
    assert case_of(rt, first).person_id == case_of(rt, second).person_id
    with rt.db.read() as tx:
        person = people.get(tx, case_of(rt, first).person_id)
        assert tx.execute(select(func.count()).select_from(t.people)).scalar_one() == 1
    assert (person.name, person.locale) == ("Maya", "es")
    assert [(c.address, c.known_since) for c in person.contacts] == [
        ("+15550100482", None), ("+15550100483", MONDAY)
    ]


# PostgreSQL gets these by COPY, which the engine does not hear of.
COPIED = ("people", "contacts", "consents", "cases", "outbox", "work_items", "audit")


@pytest.mark.parametrize("most", [10, 1000])
def test_at_most_eleven_statements_whatever_the_number_of_rows(rt: Runtime, most: int) -> None:
    receive(rt, a_trigger(customer="CUST-0", number="known"))
    batch = [
        a_trigger(number=str(n), customer=f"CUST-{n // 4}", facts={"disputed": n % 5 == 0})
        for n in range(most)
    ]
    with said_to(rt.db) as said:
        answers = receive(rt, *batch)
    assert statuses(answers).count("opened") == most - most // 5
    copies = 0 if rt.db.sqlite else len(COPIED)
    assert (len(said.statements) + copies, said.commits) <= (11, 1), said


def test_a_row_that_says_nothing_new_costs_two_looks(rt: Runtime) -> None:
    batch = [a_trigger(number=str(n), as_of="2026-01-05T10:00:00Z") for n in range(20)]
    receive(rt, *batch)
    with said_to(rt.db) as said:
        receive(rt, *batch)
    assert [s.split()[0] for s in said.statements] == ["SELECT", "SELECT"]


def test_more_than_a_thousand_go_in_chunks(rt: Runtime) -> None:
    batch = [a_trigger(number=str(n), customer=f"CUST-{n}", phone=None) for n in range(2100)]
    answers = receive(rt, *batch)
    assert [a.reference for a in answers] == [str(n) for n in range(2100)]
    assert statuses(answers) == ["opened"] * 2100
    with rt.db.read() as tx:
        for table, many in ((t.cases, 2100), (t.people, 2100), (t.outbox, 2100), (t.audit, 2100)):
            assert tx.execute(select(func.count()).select_from(table)).scalar_one() == many


def test_the_same_batch_at_once_opens_each_case_once(rt: Runtime) -> None:
    batch = [a_trigger(number=str(n), customer=f"CUST-{n % 7}") for n in range(40)]
    gate, answers = threading.Barrier(4), []

    def go() -> None:
        gate.wait()
        answers.append(receive(rt, *batch))

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for a in answers for status in statuses(a)) == (
        ["opened"] * 40 + ["unchanged"] * 120
    )
    with rt.db.read() as tx:
        counts = [
            tx.execute(select(func.count()).select_from(x)).scalar_one()
            for x in (t.cases, t.people, t.contacts, t.outbox, t.audit)
        ]
    assert counts == [40, 7, 7, 40, 40]


def test_a_case_opened_in_bulk_is_the_case_the_domain_says(rt: Runtime) -> None:
    """Rows written by COPY read back as the same value, dates and amounts exact."""
    [answer] = receive(rt, a_trigger(number="Ω\\N\t".strip() + "\\t", amount="9999999.99"))
    case = case_of(rt, answer)
    assert case.facts["invoice_number"] == "Ω\\N\\t"
    assert case.owed == Money(999999999, "USD")
    assert date.fromisoformat(str(case.facts["due_date"])) == date(2025, 12, 20)
