"""Every audit event in a sentence."""

from __future__ import annotations

import re

import pytest

from inthread.domain.audit import AuditEvent
from inthread.domain.says import says


@pytest.mark.parametrize("event", list(AuditEvent))
def test_every_event_has_a_sentence_even_without_its_details(event: AuditEvent) -> None:
    text = says(event.value, {})
    assert re.fullmatch(r"[A-Zn][^{}]*\.", text)


@pytest.mark.parametrize(("event", "detail", "text"), [
    ("case.handed_over", {"reason": "payment_unclear"}, "A person has it now: payment unclear."),
    ("message.held", {"reasons": ["outside_hours", "stopped"]},
     "A message was held back: outside hours, stopped."),
    ("outcome.recorded", {"action": "pay", "amount": {"minor": 5594, "currency": "USD"}},
     "The customer finished: pay, 55.94 USD."),
    ("outcome.recorded", {"action": "attest", "amount": None}, "The customer finished: attest."),
    ("payment.started", {"amount": {"minor": 2000, "currency": "JPY"}},
     "The customer went to pay, 2000 JPY."),
    ("writeback.failed", {"connector": "billing"}, "billing does not have the outcome."),
    ("contact.stopped", {"why": None}, "Nothing more goes to this contact point: not said."),
    ("action.chosen", {"action": "{reason}"}, "The customer chose: {reason}."),
])
def test_what_a_sentence_says(event: str, detail: dict[str, object], text: str) -> None:
    assert says(event, detail) == text
