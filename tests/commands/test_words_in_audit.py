"""No name, address, fact or free text of anybody stands in the audit, whatever is done (R9.4): it
is never erased."""

from __future__ import annotations

from typing import Any

from inthread.commands.answer_fact import answer_fact
from inthread.commands.ask_for_help import ask_for_help
from inthread.commands.cancel_case import cancel_case
from inthread.commands.erase_person import erase_person
from inthread.commands.forget_old import forget_old
from inthread.commands.hold_person import hold_person
from inthread.commands.receive_triggers import receive_triggers
from inthread.commands.record_delivery import record_delivery
from inthread.commands.record_payment_event import record_payment_event
from inthread.commands.resolve_reply import resolve_reply
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.domain.actor import CUSTOMER, OPERATOR, provider
from inthread.domain.audit import AuditEvent
from inthread.domain.case import Case
from inthread.domain.refusals import Refused
from inthread.runtime import Runtime
from inthread.spi import DeliveryReceipt, DeliveryStatus, Form
from tests.build import (
    AVisit,
    Fakes,
    a_coded_visit,
    a_provider_event,
    a_started_payment,
    an_open_visit,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.commands.signed import (
    MAIL,
    NAME,
    NOTE,
    NUMBER,
    POSTCODE,
    SAID,
    WORDS,
    a_photo,
    say,
    submit,
)
from tests.commands.signed import sign as attest
from tests.look import item_of
from tests.rows import every_row

WHY = "her brother Ottokar paid"
CODE = "no such Featherstone"
# What fakes answer with: texts of somebody else.
REFUSED = "the text was not accepted"
TROUBLE = "the period is closed"
CANARIES = (
    NAME, "Quilla", "Featherstone", NUMBER, NUMBER[1:], MAIL, WORDS, "Zinnia", NOTE, SAID, POSTCODE,
    WHY, "Ottokar", CODE, REFUSED, TROUBLE, "me.jpg", "DOC-77", "INV-77",
)


def opened(rt: Runtime, workflow: str, facts: dict[str, object]) -> Case:
    [answer] = receive_triggers(rt, actor=OPERATOR, triggers=[{
        "workflow": workflow, "facts": {"postcode": POSTCODE, **facts},
        "person": {
            "reference": "CUST-1", "name": NAME, "zone": "America/New_York",
            "contacts": [{"channel": "sms", "address": NUMBER},
                         {"channel": "email", "address": MAIL}],
        },
    }])
    assert answer.problems == ()
    return the_case(rt, answer.case_id or "")


def tried(work: Any) -> None:
    try:
        work()
    except Refused:
        return
    raise AssertionError("it was not refused")


def a_document(rt: Runtime, fakes: Fakes, clock: Clock) -> None:
    """Help, wrong answers, a document, a signature, a write that is refused and tried again."""
    case = opened(rt, "document_refresh", {
        "document_reference": "DOC-77", "document_kind": "passport", "expires_on": "2026-02-01",
    })
    fakes.sms.script.extend(["refuse"])
    carry_all(rt)
    visit = an_open_visit(rt=rt, case=case)
    tried(lambda: answer_fact(rt, actor=CUSTOMER, token=visit.token, answer=NAME))
    ask_for_help(rt, actor=CUSTOMER, token=visit.token, reason="question", words=WORDS)
    ask_for_help(rt, actor=CUSTOMER, token=visit.token, reason="dispute", words=WORDS)
    resolved(rt, case, "resume")
    visit = a_coded_visit(rt=rt, visit=visit)
    tried(lambda: submit(rt, visit, "attest", Form({"agree": "yes", "name": NAME})))
    submit(rt, visit, "upload", a_photo())
    fakes.compliance.script.extend(["refuse"])
    carry_all(rt)
    resolved(rt, case, "retry")
    for _ in range(10):
        carry_all(rt)
        clock.tick(minutes=1)
    attest(rt, a_coded_visit(rt=rt, visit=an_open_visit(rt=rt, case=case)))
    carry_all(rt)
    assert the_case(rt, case.id).state == "closed"


def resolved(rt: Runtime, case: Case, result: str) -> None:
    item = item_of(rt, case)
    resolve_work_item(rt, actor=OPERATOR, item_id=item.id, result=result, note=NOTE)


def an_invoice(rt: Runtime, number: str) -> AVisit:
    case = opened(rt, "overdue_invoice", {
        "invoice_number": number, "amount_due": "184.20", "due_date": "2025-12-20",
    })
    carry_all(rt)
    return a_coded_visit(rt=rt, visit=an_open_visit(rt=rt, case=case))


def replies(rt: Runtime) -> None:
    """One that is read with its case, one that somebody reads, and a stop."""
    sent = [m for m in every_row(rt.db)["messages"] if m["state"] == "sent"][-1]
    record_delivery(rt, actor=provider(sent["provider"]), provider=sent["provider"],
                    receipt=DeliveryReceipt("r-1", DeliveryStatus.FAILED, sent["id"], code=CODE))
    say(rt, SAID)
    waiting = say(rt, "don't stop my plan, Quilla here")
    resolve_reply(rt, actor=OPERATOR, reply_id=waiting.id, result="read")
    say(rt, "please stop texting me")


def test_r9_4_whatever_is_done_the_audit_names_nobody(
    rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    a_document(rt, fakes, clock)
    clock.tick(days=2)
    visit = an_invoice(rt, "INV-77")
    _, payment = a_started_payment(rt=rt, visit=visit)
    event = a_provider_event(rt=rt, payment_id=payment)
    record_payment_event(rt, actor=provider("pay"), provider=rt.payment_provider, event=event)
    carry_all(rt)
    replies(rt)
    cancel_case(rt, actor=OPERATOR, case_id=visit.case.id, reason=WHY)
    hold_person(rt, actor=OPERATOR, reference="CUST-1", reason=WHY)
    kept = every_row(rt.db)
    audit = kept.pop("audit")
    assert [c for c in CANARIES if c in str(audit)] == []
    assert [c for c in CANARIES if c not in str(kept)] == [], "these were never said"
    hold_person(rt, actor=OPERATOR, reference="CUST-1", reason=None)
    carry_all(rt)
    erase_person(rt, actor=OPERATOR, reference="CUST-1", only_what_may=True)
    clock.tick(days=1)
    carry_all(rt)
    clock.tick(days=4000)
    forget_old(rt, actor=OPERATOR)
    kept = every_row(rt.db)
    audit = kept["audit"]
    assert [c for c in CANARIES if c in str(audit)] == []
    assert {name for name, rows in kept.items() if rows} == {"audit", "people", "suppressions"}
    assert {e["event"] for e in audit} >= {x.value for x in _WITH_WORDS}


# Events that come of what somebody said or wrote.
_WITH_WORDS = {
    AuditEvent.CASE_OPENED, AuditEvent.CASE_HANDED_OVER, AuditEvent.CASE_WITHDRAWN,
    AuditEvent.MESSAGE_FAILED, AuditEvent.REPLY_HEARD, AuditEvent.REPLY_RESOLVED,
    AuditEvent.CONTACT_STOPPED, AuditEvent.FACT_WRONG, AuditEvent.DENIED, AuditEvent.OUTCOME,
    AuditEvent.PAYMENT_SUCCEEDED, AuditEvent.WRITEBACK_FAILED, AuditEvent.WRITEBACK_PROVED,
    AuditEvent.WORK_RESOLVED, AuditEvent.PERSON_HELD, AuditEvent.PERSON_RELEASED,
    AuditEvent.PERSON_ERASED, AuditEvent.CASE_FORGOTTEN, AuditEvent.PERSON_FORGOTTEN,
}
