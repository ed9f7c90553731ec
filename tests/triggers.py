"""Triggers as a back office sends them."""

from __future__ import annotations

from collections.abc import Mapping

from inthread.commands.receive_triggers import receive_triggers
from inthread.domain.actor import api_key
from inthread.domain.audit import broken_at
from inthread.domain.case import Case
from inthread.domain.intake import Answer
from inthread.runtime import Runtime
from inthread.store import audit
from tests.build import the_case

BACK_OFFICE = api_key("key_1", frozenset({"triggers:write"}))


def a_trigger(
    *, number: str = "611365", amount: object = "55.94", due: str = "2025-12-20",
    customer: str = "CUST-1", phone: str | None = "+15550100482", workflow: str = "overdue_invoice",
    as_of: str | None = None, facts: Mapping[str, object] | None = None,
    person: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """An invoice of 55.94 USD, two weeks late, of Maya Okafor. *facts* and *person*: more of them,
    or others than the defaults."""
    trigger: dict[str, object] = {
        "workflow": workflow,
        "facts": {
            "invoice_number": number, "amount_due": amount, "due_date": due, **(facts or {})
        },
        "person": {
            "reference": customer, "name": "Maya Okafor",
            **({"contacts": [{"channel": "sms", "address": phone}]} if phone else {}),
            **(person or {}),
        },
    }
    if as_of is not None:
        trigger["as_of"] = as_of
    return trigger


def receive(rt: Runtime, *triggers: object, text: bool = False) -> list[Answer]:
    """What the back office is answered."""
    return receive_triggers(rt, actor=BACK_OFFICE, triggers=triggers, text=text)


def statuses(answers: list[Answer]) -> list[str]:
    return [a.status.value for a in answers]


def case_of(rt: Runtime, answer: Answer) -> Case:
    """The case of an answer, as it stands now."""
    assert answer.case_id is not None
    return the_case(rt, answer.case_id)


def events_of(rt: Runtime, answer: Answer) -> list[str]:
    """What was recorded of its case, in a chain that holds."""
    assert answer.case_id is not None
    with rt.db.read() as tx:
        chain = audit.of_subject(tx, answer.case_id)
    assert broken_at(chain) is None
    return [e.event for e in chain]
