"""Triggers for what nobody knew of, and triggers that are not taken."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.commands.receive_triggers import receive_triggers
from inthread.domain.actor import CUSTOMER, Actor, api_key
from inthread.domain.audit import broken_at
from inthread.domain.canonical import digest
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.intake import Answer, AnswerStatus
from inthread.domain.money import Money
from inthread.domain.refusals import Forbidden, Problem
from inthread.runtime import Runtime
from inthread.store import audit, outbox, people, work_items
from tests.clock import MONDAY
from tests.rows import every_row
from tests.runtimes import shipped_workflows
from tests.triggers import a_trigger, case_of, events_of, receive, statuses

# --- a fresh obligation ------------------------------------------------------------------------

# Two working days later, at ten.
WEDNESDAY = MONDAY + timedelta(days=2)


def test_a_trigger_opens_a_case(rt: Runtime) -> None:
    [answer] = receive(rt, a_trigger())
    workflow = rt.workflows["overdue_invoice"]
    assert answer == Answer(AnswerStatus.OPENED, answer.case_id, "611365")
    case = case_of(rt, answer)
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
    case = case_of(rt, answer)
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
    case, queue = case_of(rt, answer), rt.workflows["overdue_invoice"].queues["dispute"]
    assert case.state is CaseState.EXCEPTION
    assert case.next == NextStep("work", queue.queue, WEDNESDAY)
    with rt.db.read() as tx:
        item = work_items.open_of(tx, case.id)
        assert outbox.waiting(tx, case.id) == []
    assert item is not None
    assert (item.reason, item.queue, item.due_at, item.opened_at) == (
        "dispute", queue.queue, WEDNESDAY, MONDAY
    )
    assert item.cause == "dispute|overdue_invoice|the facts ask for a person"
    assert item.packet == {
        "why": "the facts ask for a person", "identity": None, "offered": None, "outcome": None,
        "payment": None, "event": None, "writeback": None, "failed": [], "messages": [],
        "words": "",
        "consent": {"purpose": "collections", "stopped": None, "contacts": [{
            "channel": "sms", "address": "482", "given": True, "source": "trigger",
            "at": MONDAY.isoformat(), "stopped": False, "unreachable": False,
        }]},
    }
    assert events_of(rt, answer) == ["case.opened", "case.handed_over"]


def test_a_person_without_a_contact_has_a_case_all_the_same(rt: Runtime) -> None:
    [answer] = receive(rt, a_trigger(phone=None))
    assert answer.status is AnswerStatus.OPENED
    with rt.db.read() as tx:
        assert people.get(tx, case_of(rt, answer).person_id).contacts == ()


def test_a_workflow_without_money(rt: Runtime) -> None:
    [answer] = receive(rt, {
        "workflow": "document_refresh", "person": {"reference": "CUST-9"},
        "facts": {
            "document_reference": "DOC-7", "document_kind": "passport", "expires_on": "2026-12-24"
        },
    })
    case = case_of(rt, answer)
    assert (case.reference, case.owed, case.settled, case.remaining) == ("DOC-7", None, None, None)


# --- what is not taken -------------------------------------------------------------------------


KNOWN = ", ".join(sorted(shipped_workflows()))


def trigger_without(name: str) -> dict[str, object]:
    return {k: v for k, v in a_trigger().items() if k != name}


@pytest.mark.parametrize(("trigger", "path", "message"), [
    (7, "", "is not an object with workflow, facts and person"),
    (None, "", "is not an object with workflow, facts and person"),
    (trigger_without("workflow"), "/workflow",
     f"is missing: use one of {KNOWN}"),
    (a_trigger(workflow="nothing"), "/workflow",
     f"is not a workflow here: use one of {KNOWN}"),
    ({**a_trigger(), "workflow": ["overdue_invoice"]}, "/workflow",
     f"is not a workflow here: use one of {KNOWN}"),
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
    assert case_of(rt, answer).natural_key == '["' + '\\"' * 40 + '"]'


def test_one_bad_row_loses_no_other(rt: Runtime) -> None:
    answers = receive(rt, a_trigger(number="1"), a_trigger(amount="x"), a_trigger(number="2"))
    assert statuses(answers) == ["opened", "refused", "opened"]
    assert [a.reference for a in answers] == ["1", None, "2"]


def test_a_card_number_is_masked_before_it_is_kept(rt: Runtime) -> None:
    [answer] = receive(rt, a_trigger(person={"name": "Maya 4111 1111 1111 1111"}))
    with rt.db.read() as tx:
        name = people.get(tx, case_of(rt, answer).person_id).name
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
    case = case_of(rt, answer)
    assert (case.facts["disputed"], case.facts["invoice_date"]) == (False, None)
