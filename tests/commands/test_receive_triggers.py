from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, func, select

from inthread.commands.receive_triggers import receive_triggers
from inthread.domain.actor import CUSTOMER, Actor, api_key
from inthread.domain.audit import broken_at
from inthread.domain.canonical import digest
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.intake import Answer, AnswerStatus
from inthread.domain.money import Money
from inthread.domain.outcome import Outcome
from inthread.domain.payment import Payment, PaymentState
from inthread.domain.refusals import Forbidden, Problem
from inthread.domain.writeback import Writeback, WritebackState
from inthread.runtime import Runtime
from inthread.store import audit, cases, outbox, outcomes, payments, people, work_items, writebacks
from inthread.store import tables as t
from tests.build import the_case as case_of
from tests.clock import MONDAY, Clock
from tests.rows import every_row
from tests.triggers import BACK_OFFICE, a_trigger


def receive(rt: Runtime, *triggers: object, text: bool = False) -> list[Answer]:
    return receive_triggers(rt, actor=BACK_OFFICE, triggers=triggers, text=text)


def statuses(answers: list[Answer]) -> list[str]:
    return [a.status.value for a in answers]


def the_case(rt: Runtime, answer: Answer) -> Case:
    assert answer.case_id is not None
    return case_of(rt, answer.case_id)


def events(rt: Runtime, answer: Answer) -> list[str]:
    assert answer.case_id is not None
    with rt.db.read() as tx:
        chain = audit.of_subject(tx, answer.case_id)
    assert broken_at(chain) is None
    return [e.event for e in chain]


# --- a fresh obligation ------------------------------------------------------------------------


def test_a_trigger_opens_a_case(rt: Runtime) -> None:
    [answer] = receive(rt, a_trigger())
    workflow = rt.workflows["overdue_invoice"]
    assert answer == Answer(AnswerStatus.OPENED, answer.case_id, "611365")
    case = the_case(rt, answer)
    due = MONDAY + workflow.cadence.steps[0].after
    assert case == Case(
        id=case.id, reference="611365", workflow="overdue_invoice",
        workflow_version=workflow.version, workflow_hash=workflow.hash, natural_key='["611365"]',
        person_id=case.person_id, as_of=MONDAY, owed=Money(5594, "USD"), settled=Money(0, "USD"),
        facts={
            "invoice_number": "611365", "amount_due": {"minor": 5594, "currency": "USD"},
            "due_date": "2025-12-20", "invoice_date": None, "disputed": False, "country": None,
            "postcode": None,
        },
        state=CaseState.OPEN, next=NextStep("contact", "cadence", due), attempt=0, done=(), step=0,
        opened_at=MONDAY, expires_at=MONDAY + workflow.trigger.expires_after,
    )


def test_its_contact_job_person_and_audit_are_written_with_it(rt: Runtime) -> None:
    [answer] = receive(rt, a_trigger())
    case = the_case(rt, answer)
    with rt.db.read() as tx:
        assert outbox.waiting(tx, case.id) == [("contact", case.id, case.next.due)]  # type: ignore[union-attr]
        person = people.get(tx, case.person_id)
        [opened] = audit.of_subject(tx, case.id)
    assert (person.reference, person.name, person.locale, person.zone) == (
        "CUST-1", "Maya Okafor", None, None
    )
    [contact] = person.contacts
    assert (contact.channel, contact.address, contact.rank, contact.known_since) == (
        "sms", "+15550100482", 0, None
    )
    assert (opened.n, opened.at, opened.actor, opened.event) == (
        1, MONDAY, "api:key_1", "case.opened"
    )
    assert opened.detail == {
        "workflow": case.workflow, "version": case.workflow_version, "hash": case.workflow_hash,
        "as_of": MONDAY.isoformat(), "facts": digest(dict(case.facts)),
    }
    assert broken_at([opened]) is None


def test_the_facts_themselves_are_not_in_the_audit(rt: Runtime) -> None:
    [answer] = receive(rt, a_trigger(facts={"postcode": "94107"}))
    with rt.db.read() as tx:
        details = str([e.detail for e in audit.of_subject(tx, answer.case_id or "")])
    assert "94107" not in details
    assert "5594" not in details


def test_policy_refers_a_disputed_invoice_to_a_person(rt: Runtime) -> None:
    [answer] = receive(rt, a_trigger(facts={"disputed": True}))
    assert answer == Answer(AnswerStatus.REFERRED, answer.case_id, "611365", "dispute")
    case, queue = the_case(rt, answer), rt.workflows["overdue_invoice"].queues["dispute"]
    assert case.state is CaseState.EXCEPTION
    assert case.next == NextStep("work", queue.queue, MONDAY + queue.due)
    with rt.db.read() as tx:
        item = work_items.open_of(tx, case.id)
        assert outbox.waiting(tx, case.id) == []
    assert item is not None
    assert (item.reason, item.queue, item.due_at, item.opened_at) == (
        "dispute", queue.queue, MONDAY + queue.due, MONDAY
    )
    assert item.packet == {
        "why": "the facts ask for a person", "identity": None, "offered": None, "outcome": None,
        "writeback": None, "messages": [], "words": "",
    }
    assert events(rt, answer) == ["case.opened", "case.handed_over"]


def test_a_person_without_a_contact_has_a_case_all_the_same(rt: Runtime) -> None:
    [answer] = receive(rt, a_trigger(phone=None))
    assert answer.status is AnswerStatus.OPENED
    with rt.db.read() as tx:
        assert people.get(tx, the_case(rt, answer).person_id).contacts == ()


def test_a_workflow_without_money(rt: Runtime) -> None:
    [answer] = receive(rt, {
        "workflow": "document_refresh", "person": {"reference": "CUST-9"},
        "facts": {
            "document_reference": "DOC-7", "document_kind": "passport", "expires_on": "2026-12-24"
        },
    })
    case = the_case(rt, answer)
    assert (case.reference, case.owed, case.settled, case.remaining) == ("DOC-7", None, None, None)


# --- what is not taken -------------------------------------------------------------------------


def trigger_without(name: str) -> dict[str, object]:
    return {k: v for k, v in a_trigger().items() if k != name}


@pytest.mark.parametrize(("trigger", "path", "message"), [
    (7, "", "is not an object with workflow, facts and person"),
    (None, "", "is not an object with workflow, facts and person"),
    (trigger_without("workflow"), "/workflow",
     "is missing: use one of document_refresh, overdue_invoice"),
    (a_trigger(workflow="nothing"), "/workflow",
     "is not a workflow here: use one of document_refresh, overdue_invoice"),
    ({**a_trigger(), "workflow": ["overdue_invoice"]}, "/workflow",
     "is not a workflow here: use one of document_refresh, overdue_invoice"),
    ({**a_trigger(), "facts": []}, "/facts", "is not an object of facts"),
    (a_trigger(amount="0.00"), "/facts/amount_due", "has to be more than nothing"),
    (a_trigger(due="2026-02-30"), "/facts/due_date", "is a day that does not exist: 2026-02-30"),
    (a_trigger(facts={"role": "admin"}), "/facts/role",
     "there is no fact 'role' in this workflow"),
    ({**a_trigger(), "status": "closed"}, "/status",
     "is not known here: leave it out, or correct it"),
    ({**a_trigger(), "a/b~\0": 1}, "/a~1b~0\\u0000",
     "is not known here: leave it out, or correct it"),
    (trigger_without("person"), "/person", "is not an object with a reference"),
    ({**a_trigger(), "person": {}}, "/person/reference", "is missing and is required"),
    (a_trigger(customer=""), "/person/reference", "is empty: leave it out, or fill it"),
    (a_trigger(customer="4111 1111 1111 1111"), "/person/reference",
     "looks like a card number: never send one"),
    (a_trigger(person={"name": 5}), "/person/name", "is not text: put it in quotation marks"),
    (a_trigger(person={"name": "a\nb"}), "/person/name",
     "has a character that is not text at place 2: remove it"),
    (a_trigger(person={"name": "a" * 201}), "/person/name",
     "has 201 characters; the most is 200"),
    (a_trigger(person={"tenant": "x"}), "/person/tenant",
     "is not known here: leave it out, or correct it"),
    (a_trigger(person={"locale": "english!"}), "/person/locale",
     "is not a language such as en or es-MX"),
    (a_trigger(person={"zone": "Mars/Olympus"}), "/person/zone",
     "is not a time zone such as America/New_York"),
    (a_trigger(person={"contacts": "x"}), "/person/contacts", "is not a list of contacts"),
    (a_trigger(person={"contacts": [{}] * 11}), "/person/contacts", "has more than 10"),
    (a_trigger(person={"contacts": ["x"]}), "/person/contacts/0",
     "is not an object with a channel and an address"),
    (a_trigger(person={"contacts": [{"channel": "fax", "address": "+15550100482"}]}),
     "/person/contacts/0/channel", "is not a channel here: use one of email, sms, voice, whatsapp"),
    (a_trigger(phone="555 010"), "/person/contacts/0/address",
     "is not a phone number such as +15550100482"),
    (a_trigger(phone="+1555"), "/person/contacts/0/address",
     "is not a phone number: its length is not one that country uses"),
    (a_trigger(person={"contacts": [{"channel": "email", "address": "maya@"}]}),
     "/person/contacts/0/address", "is not an e-mail address such as maya@example.com"),
    (a_trigger(person={"contacts": [{"channel": "sms", "address": 15550100482}]}),
     "/person/contacts/0/address", "is not text"),
    (a_trigger(as_of="yesterday"), "/as_of",
     "is not a time with its zone such as 2026-11-21T10:00:00Z"),
    (a_trigger(as_of="2026-01-05T10:00:00"), "/as_of",
     "is not a time with its zone such as 2026-11-21T10:00:00Z"),
    (a_trigger(as_of="2026-01-05T25:00:00Z"), "/as_of", "is a time that does not exist"),
    (a_trigger(as_of="0001-01-01T00:00:00+14:00"), "/as_of", "is a time that does not exist"),
    (a_trigger(as_of="1969-12-31T00:00:00Z"), "/as_of", "lies before 1970"),
    (a_trigger(as_of="2026-01-05T15:05:01Z"), "/as_of",
     "lies in the future: say when the facts were read"),
])
def test_a_bad_trigger_is_refused_where_it_is_wrong(
    rt: Runtime, trigger: object, path: str, message: str
) -> None:
    before = every_row(rt.db)
    assert receive(rt, trigger) == [
        Answer(AnswerStatus.REFUSED, problems=(Problem(path, message),))
    ]
    assert every_row(rt.db) == before


def test_every_problem_is_named_at_once(rt: Runtime) -> None:
    [answer] = receive(rt, a_trigger(amount=5, due="soon", phone="x", as_of="now"))
    assert [p.path for p in answer.problems] == [
        "/person/contacts/0/address", "/as_of", "/facts/amount_due", "/facts/due_date",
    ]


def test_an_obligation_has_a_name_of_bearable_length(rt: Runtime) -> None:
    [answer] = receive(rt, a_trigger(number='"' * 40))
    assert answer.status is AnswerStatus.OPENED
    assert the_case(rt, answer).natural_key == '["' + '\\"' * 40 + '"]'


def test_one_bad_row_loses_no_other(rt: Runtime) -> None:
    answers = receive(rt, a_trigger(number="1"), a_trigger(amount="x"), a_trigger(number="2"))
    assert statuses(answers) == ["opened", "refused", "opened"]
    assert [a.reference for a in answers] == ["1", None, "2"]


def test_a_card_number_is_masked_before_it_is_kept(rt: Runtime) -> None:
    [answer] = receive(rt, a_trigger(person={"name": "Maya 4111 1111 1111 1111"}))
    with rt.db.read() as tx:
        name = people.get(tx, the_case(rt, answer).person_id).name
    assert name == "Maya [card number removed] …1111"


@pytest.mark.parametrize("actor", [CUSTOMER, api_key("key_2", frozenset({"cases:read"}))])
def test_another_actor_is_refused(rt: Runtime, actor: Actor) -> None:
    before = every_row(rt.db)
    with pytest.raises(Forbidden):
        receive_triggers(rt, actor=actor, triggers=[a_trigger()])
    assert every_row(rt.db) == before


def test_cells_of_a_text_file(rt: Runtime) -> None:
    facts = {"disputed": "", "invoice_date": ""}
    [answer] = receive(rt, a_trigger(facts=facts), text=True)
    case = the_case(rt, answer)
    assert (case.facts["disputed"], case.facts["invoice_date"]) == (False, None)


# --- the same obligation again -----------------------------------------------------------------


def test_newer_facts_refresh_the_open_case(rt: Runtime, clock: Clock) -> None:
    [first] = receive(rt, a_trigger())
    clock.tick(hours=2)
    [second] = receive(rt, a_trigger(amount="60.00", due="2025-12-21"))
    assert second == Answer(AnswerStatus.REFRESHED, first.case_id, "611365")
    case = the_case(rt, second)
    assert (case.owed, case.settled) == (Money(6000, "USD"), Money(0, "USD"))
    assert (case.facts["due_date"], case.as_of, case.version) == ("2025-12-21", clock.at, 1)
    assert events(rt, first) == ["case.opened", "case.refreshed"]
    with rt.db.read() as tx:
        refreshed = audit.of_subject(tx, case.id)[1].detail
        assert outbox.waiting(tx, case.id) == [("contact", case.id, case.next.due)]  # type: ignore[union-attr]
    assert refreshed == {
        "as_of": clock.at.isoformat(), "digest": digest(dict(case.facts)),
        "facts": ["amount_due", "due_date"], "person": [],
    }


def test_the_same_trigger_again_changes_nothing(rt: Runtime) -> None:
    trigger = a_trigger(as_of="2026-01-05T10:00:00Z")
    [first] = receive(rt, trigger)
    before = every_row(rt.db)
    assert receive(rt, trigger) == [Answer(AnswerStatus.UNCHANGED, first.case_id, "611365")]
    assert every_row(rt.db) == before


def test_the_same_facts_later_only_move_the_time(rt: Runtime, clock: Clock) -> None:
    [first] = receive(rt, a_trigger(as_of="2026-01-05T10:00:00Z"))
    before = the_case(rt, first)
    [again] = receive(rt, a_trigger(as_of="2026-01-05T12:00:00Z"))
    assert again.status is AnswerStatus.UNCHANGED
    noon = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
    assert the_case(rt, first) == replace(before, as_of=noon, version=1)
    assert events(rt, first) == ["case.opened"]
    [between] = receive(rt, a_trigger(amount="1.00", as_of="2026-01-05T11:00:00Z"))
    assert between.status is AnswerStatus.STALE


def test_older_facts_are_stale(rt: Runtime) -> None:
    [first] = receive(rt, a_trigger(as_of="2026-01-05T10:00:00Z"))
    before = every_row(rt.db)
    [older] = receive(rt, a_trigger(amount="10.00", as_of="2026-01-05T09:59:59Z"))
    assert older == Answer(
        AnswerStatus.STALE, first.case_id, "611365",
        "not newer than what is known already, as of 2026-01-05T10:00:00Z",
    )
    assert every_row(rt.db) == before


def test_facts_that_become_disputed_go_to_a_person(rt: Runtime, clock: Clock) -> None:
    [first] = receive(rt, a_trigger())
    clock.tick(hours=1)
    [second] = receive(rt, a_trigger(facts={"disputed": True}))
    assert second == Answer(AnswerStatus.REFERRED, first.case_id, "611365", "dispute")
    assert the_case(rt, first).state is CaseState.EXCEPTION
    with rt.db.read() as tx:
        assert outbox.waiting(tx, first.case_id or "") == []
    assert events(rt, first) == ["case.opened", "case.refreshed", "case.handed_over"]


def test_a_case_with_a_person_takes_new_facts_and_stays_there(rt: Runtime, clock: Clock) -> None:
    [first] = receive(rt, a_trigger(facts={"disputed": True}))
    before = the_case(rt, first)
    clock.tick(hours=1)
    [second] = receive(rt, a_trigger(amount="50.00"))
    assert second.status is AnswerStatus.REFRESHED
    after = the_case(rt, first)
    assert (after.state, after.next, after.owed) == (
        CaseState.EXCEPTION, before.next, Money(5000, "USD")
    )


# --- money: the source states what is still due ------------------------------------------------


def a_part_paid(rt: Runtime, clock: Clock, minor: int = 2000) -> Answer:
    """A case of 55.94 with a part paid and proved; open again."""
    [answer] = receive(rt, a_trigger())
    clock.tick(hours=1)
    case = the_case(rt, answer)
    outcome = Outcome("out_1", case.id, 0, "pay", "paid", {}, Money(minor, "USD"), False, clock.at)
    proving = NextStep("prove", "billing", clock.at)
    resolved = case.record(outcome, proving)
    again = NextStep("contact", "cadence", clock.at + timedelta(days=3))
    written = Writeback("wb_1", case.id, "out_1", "billing", "payments", {}, ())
    with rt.db.begin() as tx:
        cases.save(tx, case, resolved)
        outcomes.add(tx, outcome)
        writebacks.add_all(tx, [written], clock.at)
    clock.tick(hours=1)
    with rt.db.begin() as tx:
        writebacks.save(tx, replace(written, state=WritebackState.PROVED))
        proved = writebacks.Attempt(clock.at, "looked", "proved", None, 5)
        writebacks.add_attempt(tx, "wb_1", proved)
        cases.save(
            tx, resolved, resolved.settle([WritebackState.PROVED], False, clock.at, again)
        )
    return answer


def test_what_is_still_due_after_a_part_payment(rt: Runtime, clock: Clock) -> None:
    answer = a_part_paid(rt, clock)
    clock.tick(hours=1)
    [told] = receive(rt, a_trigger(amount="35.94"))
    assert told.status is AnswerStatus.REFRESHED
    case = the_case(rt, answer)
    assert (case.owed, case.settled, case.remaining) == (
        Money(5594, "USD"), Money(2000, "USD"), Money(3594, "USD")
    )


def test_a_charge_added_by_the_source_is_owed_too(rt: Runtime, clock: Clock) -> None:
    answer = a_part_paid(rt, clock)
    clock.tick(hours=1)
    receive(rt, a_trigger(amount="45.94"))
    case = the_case(rt, answer)
    assert (case.owed, case.remaining) == (Money(6594, "USD"), Money(4594, "USD"))


def test_a_snapshot_from_before_the_payment_landed_does_not_ask_twice(
    rt: Runtime, clock: Clock
) -> None:
    answer = a_part_paid(rt, clock)
    before = every_row(rt.db)
    proved_at = clock.at
    clock.tick(hours=1)
    [told] = receive(rt, a_trigger(amount="55.95", as_of=proved_at.isoformat()))
    assert told == Answer(
        AnswerStatus.STALE, answer.case_id, "611365",
        "from before the outcome that the source showed at 2026-01-05T17:00:00Z",
    )
    assert every_row(rt.db) == before


def test_a_source_that_repeats_the_first_amount_asks_for_it_once(
    rt: Runtime, clock: Clock
) -> None:
    answer = a_part_paid(rt, clock)
    clock.tick(hours=1)
    [told] = receive(rt, a_trigger(due="2025-12-21"))
    assert told.status is AnswerStatus.REFRESHED
    case = the_case(rt, answer)
    assert (case.owed, case.remaining) == (Money(5594, "USD"), Money(3594, "USD"))


@pytest.mark.parametrize("state", [CaseState.PENDING, CaseState.RESOLVED, CaseState.EXCEPTION])
def test_nothing_is_refreshed_while_an_outcome_is_on_its_way(
    rt: Runtime, clock: Clock, state: CaseState
) -> None:
    [answer] = receive(rt, a_trigger())
    case = the_case(rt, answer)
    paid = Outcome("out_1", case.id, 0, "pay", "paid", {}, Money(5594, "USD"), True, clock.at)
    step = NextStep("prove", "billing", clock.at)
    with rt.db.begin() as tx:
        cases.save(tx, case, replace(case, state=state, next=step, version=1))
        if state is not CaseState.PENDING:
            outcomes.add(tx, paid)
    clock.tick(hours=1)
    before = every_row(rt.db)
    [told] = receive(rt, a_trigger(amount="100.00"))
    assert told == Answer(
        AnswerStatus.STALE, answer.case_id, "611365",
        "an outcome is on its way to the source: send the facts again once it shows there",
    )
    assert statuses(receive(rt, a_trigger())) == ["unchanged"]
    assert every_row(rt.db) == before


def test_a_started_payment_is_on_its_way_too(rt: Runtime, clock: Clock) -> None:
    [answer] = receive(rt, a_trigger(facts={"disputed": True}))
    with rt.db.begin() as tx:
        payments.add(tx, Payment(
            id="pay_1", case_id=answer.case_id or "", provider="fake_pay",
            amount=Money(1, "USD"), action="pay", outcome_kind="paid", values={},
            state=PaymentState.STARTED, return_ref="r", started_at=clock.at,
        ), [])
    clock.tick(hours=1)
    assert statuses(receive(rt, a_trigger(amount="100.00"))) == ["stale"]


# --- after the end -----------------------------------------------------------------------------


def ended(rt: Runtime, clock: Clock, state: CaseState) -> Answer:
    [answer] = receive(rt, a_trigger())
    clock.tick(hours=2)
    case = the_case(rt, answer)
    with rt.db.begin() as tx:
        cases.save(tx, case, case.end(state, clock.at))
    return answer


@pytest.mark.parametrize(("state", "said"), [
    (CaseState.CLOSED, "already settled at 2026-01-05T17:00:00Z"),
    (CaseState.WITHDRAWN, "already withdrawn at 2026-01-05T17:00:00Z"),
    (CaseState.EXPIRED, "already ended at 2026-01-05T17:00:00Z"),
])
@pytest.mark.parametrize("as_of", ["2026-01-05T15:00:00Z", "2026-01-05T16:59:59Z"])
def test_a_snapshot_from_before_the_end_opens_nothing(
    rt: Runtime, clock: Clock, state: CaseState, said: str, as_of: str
) -> None:
    answer = ended(rt, clock, state)
    clock.tick(hours=1)
    before = every_row(rt.db)
    assert receive(rt, a_trigger(as_of=as_of)) == [
        Answer(AnswerStatus.STALE, answer.case_id, "611365", said)
    ]
    assert every_row(rt.db) == before


def test_a_later_snapshot_opens_a_new_case(rt: Runtime, clock: Clock) -> None:
    first = ended(rt, clock, CaseState.CLOSED)
    clock.tick(seconds=1)
    [second] = receive(rt, a_trigger())
    assert second.status is AnswerStatus.OPENED
    assert second.case_id != first.case_id
    assert the_case(rt, second).person_id == the_case(rt, first).person_id
    [third] = receive(rt, a_trigger())
    assert third == Answer(AnswerStatus.UNCHANGED, second.case_id, "611365")


# --- the person --------------------------------------------------------------------------------


def test_a_contact_that_is_new_for_a_known_person_waits(rt: Runtime, clock: Clock) -> None:
    [first] = receive(rt, a_trigger())
    clock.tick(hours=1)
    [second] = receive(rt, a_trigger(number="2", phone="+15550100483", person={
        "name": "Maya O. Okafor", "locale": "es", "zone": "America/New_York",
    }))
    with rt.db.read() as tx:
        person = people.get(tx, the_case(rt, second).person_id)
        opened = audit.of_subject(tx, second.case_id or "")[0].detail
    assert (person.name, person.locale, person.zone) == (
        "Maya O. Okafor", "es", "America/New_York"
    )
    assert [(c.address, c.known_since) for c in person.contacts] == [
        ("+15550100482", None), ("+15550100483", clock.at)
    ]
    assert opened["person"] == ["name", "locale", "zone", "contacts"]
    assert the_case(rt, first).person_id == person.id


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
        person = people.get(tx, the_case(rt, first).person_id)
    assert (person.name, person.locale, person.zone, len(person.contacts)) == (
        "Maya Okafor", "es", "America/New_York", 1
    )


def test_a_national_number_is_read_where_it_is_dialled(rt: Runtime) -> None:
    [answer] = receive_triggers(
        rt, actor=BACK_OFFICE, triggers=[a_trigger(phone="(202) 555-0123")], region="US"
    )
    with rt.db.read() as tx:
        person = people.get(tx, the_case(rt, answer).person_id)
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
    assert the_case(rt, answers[1]).owed == Money(2000, "USD")


def test_one_new_person_in_two_rows_is_one_person(rt: Runtime) -> None:
    first, second = receive(
        rt, a_trigger(number="1", person={"name": "Maya"}),
        a_trigger(number="2", phone="+15550100483", person={"name": "M.", "locale": "es"}),
    )
    assert the_case(rt, first).person_id == the_case(rt, second).person_id
    with rt.db.read() as tx:
        person = people.get(tx, the_case(rt, first).person_id)
        assert tx.execute(select(func.count()).select_from(t.people)).scalar_one() == 1
    assert (person.name, person.locale) == ("Maya", "es")
    assert [(c.address, c.known_since) for c in person.contacts] == [
        ("+15550100482", None), ("+15550100483", MONDAY)
    ]


@contextmanager
def counted(rt: Runtime) -> Iterator[list[str]]:
    """The statements sent through the engine; a COPY is one more each, seen by its table."""
    sent: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        sent.append(statement.split("\n")[0][:70])

    event.listen(rt.db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(rt.db.engine, "before_cursor_execute", note)


COPIED = ("people", "contacts", "cases", "outbox", "work_items", "audit")


@pytest.mark.parametrize("most", [10, 1000])
def test_at_most_ten_statements_whatever_the_number_of_rows(rt: Runtime, most: int) -> None:
    receive(rt, a_trigger(customer="CUST-0", number="known"))
    batch = [
        a_trigger(number=str(n), customer=f"CUST-{n // 4}", facts={"disputed": n % 5 == 0})
        for n in range(most)
    ]
    with counted(rt) as sent:
        answers = receive(rt, *batch)
    assert statuses(answers).count("opened") == most - most // 5
    copies = 0 if rt.db.sqlite else len(COPIED)
    assert len(sent) + copies <= 10, sent


def test_a_row_that_says_nothing_new_costs_two_looks(rt: Runtime) -> None:
    batch = [a_trigger(number=str(n), as_of="2026-01-05T10:00:00Z") for n in range(20)]
    receive(rt, *batch)
    with counted(rt) as sent:
        receive(rt, *batch)
    assert [s.split()[0] for s in sent if not s.startswith("BEGIN")] == ["SELECT", "SELECT"]


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
    case = the_case(rt, answer)
    assert case.facts["invoice_number"] == "Ω\\N\\t"
    assert case.owed == Money(999999999, "USD")
    assert date.fromisoformat(str(case.facts["due_date"])) == date(2025, 12, 20)
