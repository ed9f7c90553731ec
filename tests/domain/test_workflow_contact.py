"""[contact], the condition of a cadence step, and what a message has on each channel."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from inthread.domain.contract import CadenceStep, ConsentRule, ContactRules
from inthread.domain.facts import FactKind
from inthread.domain.money import Money
from inthread.domain.unary_parser import parse_test
from inthread.domain.wording import ApprovalState, ApprovedText, Template
from inthread.domain.workflow_reader import WorkflowErrors, read_workflow
from tests.domain.samples import (
    CONNECTORS,
    MINIAPPS,
    MISSING,
    a_document,
    problems,
    shipped,
    small,
)

ASK = "wording.messages.ask.en"
SPOKEN = "This is {{ brand }}. Look at our message. Press 9 to stop these calls."
SMALL_WITH_VOICE = {f"{ASK}.voice": SPOKEN}
SID = "HX" + "0a" * 16
CONTENT = {"content_sid": SID, "variables": ["brand", "link"], "state": "approved"}


@pytest.mark.parametrize(("place", "value", "expected"), [
    ("contact", MISSING, [
        "contact: is missing: say why people are written to, and what they agreed to",
    ]),
    ("contact.purpose", "marketing", [
        "contact.purpose: 'marketing' is none of collections, service: say what people are "
        "written to for",
    ]),
    ("contact.priority", 0, [
        "contact.priority: has to be a whole number from 1 to 9: 1 goes first",
    ]),
    ("contact.priority", MISSING, ["contact.priority: is missing: 1 goes first"]),
    ("contact.country", "UK", ["contact.country: 'UK' is not in ISO 3166-1: write GB"]),
    ("contact.country", "usa", ["contact.country: 'usa' is not an ISO 3166-1 code such as US"]),
    ("contact.country", MISSING, [
        "contact.country: is missing: whose rules hold for people who are not known to be "
        'anywhere, e.g. "US"',
    ]),
    ("contact.consent", MISSING, [
        "contact.consent: is missing: say what people agreed to, and who says that they did",
    ]),
    ("contact.consent.basis", "implied", [
        "contact.consent.basis: 'implied' is none of source, stated: say who vouches for the "
        "consent",
    ]),
    ("contact.consent.version", MISSING, [
        'contact.consent.version: is missing: another wording is another version, e.g. "2026-01"',
    ]),
    ("contact.consent.version", "of 2026", [
        "contact.consent.version: has to be letters, digits and . _ -, at most 40",
    ]),
    ("contact.consent.en", MISSING, [
        "contact.consent.en: is missing: the exact words that people agreed to",
    ]),
    ("contact.consent.es", "x", [
        "contact.consent.es: is not known here: remove it, or correct its name",
    ]),
    ("contact.quiet", True, [
        "contact.quiet: is not known here: remove it, or correct its name",
    ]),
    ("cadence.steps[0].when", {}, [
        "cadence.steps[0].when: is empty: leave it out, and the step is always taken",
    ]),
    ("cadence.steps[0].when", {"remaning": "> 1.00"}, [
        "cadence.steps[0].when.remaning: there is no input 'remaning'; there are number, amount, "
        "due, segment, postcode, days_late, remaining, attempts, pay_done, sign_done, visited",
    ]),
    ("cadence.steps[0].when", {"remaining": "> 1,00"}, [
        "cadence.steps[0].when.remaining: > 1,00 for remaining (money) is a comma between "
        "digits: write 1000.50 for a number, or 1, 5 for a list, at character 4",
    ]),
    ("cadence.steps[0].when", {"visited": False}, [
        'cadence.steps[0].when.visited: has to be text, such as "-" or "< 60.00"',
    ]),
    ("cadence.steps[0].when", {"postcode": '"AB1"'}, [
        "cadence.steps[0].when.postcode: 'postcode' is sensitive: policy neither reads nor "
        "explains it",
    ]),
    ("trigger.facts.visited", {"kind": "boolean", "label": {"en": "x"}}, [
        "trigger.facts.visited: is a name the product gives itself: choose another",
    ]),
    ("policy.pay.inputs[1]", "visited", [
        "policy.pay.inputs[1]: there is no input 'visited'; there are number, amount, due, "
        "segment, postcode, days_late, remaining, attempts, pay_done, sign_done",
    ]),
    ("wording.messages.ask.version", MISSING, [
        "wording.messages.ask.version: is missing: other words are another version",
    ]),
    ("wording.messages.code.version", 0, [
        "wording.messages.code.version: has to be a whole number from 1 to 1000000: other words "
        "are another version",
    ]),
    (f"{ASK}.voice", "Look at our message. Press 9 to stop.", [
        f"{ASK}.voice: has to say {{{{ brand }}}}: people ask who calls",
    ]),
    (f"{ASK}.voice", "This is {{ brand }}. Look at our message.", [
        f"{ASK}.voice: has to say how to stop the calls: press 9",
    ]),
    ("wording.messages.code.en.voice", "This is {{ brand }}. It works for {{ minutes }} minutes.", [
        "wording.messages.code.en.voice: has to say {{ code }}",
    ]),
    (f"{ASK}.whatsapp", {**CONTENT, "content_sid": "HX12"}, [
        f"{ASK}.whatsapp.content_sid: has to be HX and 32 hex digits, small letters",
    ]),
    (f"{ASK}.whatsapp", {**CONTENT, "state": "ok"}, [
        f"{ASK}.whatsapp.state: 'ok' is none of approved, draft, rejected, submitted: say what "
        "WhatsApp has said of it",
    ]),
    (f"{ASK}.whatsapp", {**CONTENT, "variables": ["brand", "amount", "link"]}, [
        f"{ASK}.whatsapp.variables[1]: has the field 'amount'; allowed here: brand, "
        "name_initial, phone, link",
    ]),
    (f"{ASK}.whatsapp", {**CONTENT, "variables": ["brand"]}, [
        f"{ASK}.whatsapp.variables: has to have 'link'",
    ]),
    (f"{ASK}.whatsapp", {"content_sid": SID, "state": "draft"}, [
        f"{ASK}.whatsapp.variables: is missing: name the fields of its places {{{{1}}}}, "
        "{{2}}, ...",
    ]),
    # WhatsApp's own words, without a link (authentication templates).
    ("wording.messages.code.en.whatsapp", {**CONTENT, "variables": ["code", "link"]}, [
        "wording.messages.code.en.whatsapp.variables[1]: has the field 'link'; allowed here: code",
    ]),
])
def test_what_is_half_filled_is_refused_with_its_place_and_advice(
    place: str, value: object, expected: list[str]
) -> None:
    assert problems({place: value}) == expected


def test_contact_rules_are_read_exactly() -> None:
    assert small().contact == ContactRules(
        "collections", 5, "US",
        ConsentRule("source", "2026-01", {"en": "We may write to you about your account."}),
    )
    assert shipped("document_refresh").contact.purpose == "service"
    assert set(shipped("overdue_invoice").contact.consent.wording) == {"en", "es"}


def on_channel(channel: str, changes: dict[str, Any]) -> list[str]:
    """The problems of the small document when its one step goes over this channel."""
    document = a_document({"cadence.steps[0].channel": channel, **changes})
    try:
        read_workflow(
            document, "small.toml", miniapps=MINIAPPS, connectors=CONNECTORS,
            channels={"sms", "voice", "whatsapp"},
        )
    except WorkflowErrors as errors:
        return [f"{problem.place}: {problem.message}" for problem in errors.problems]
    return []


def test_a_step_that_calls_needs_something_to_say() -> None:
    assert on_channel("voice", {}) == [
        f"{ASK}.voice: is missing: a step of the cadence calls: write what is read aloud",
    ]
    assert on_channel("voice", SMALL_WITH_VOICE) == []


def test_a67_a_step_by_whatsapp_needs_approved_content() -> None:
    advice = "a step of the cadence goes by WhatsApp, which takes approved content only"
    assert on_channel("whatsapp", {}) == [f"{ASK}.whatsapp: is missing: {advice}"]
    for state in ("draft", "submitted", "rejected"):
        assert on_channel("whatsapp", {f"{ASK}.whatsapp": {**CONTENT, "state": state}}) == [
            f"{ASK}.whatsapp.state: is {state!r}: {advice}",
        ]
    assert on_channel("whatsapp", {f"{ASK}.whatsapp": CONTENT}) == []


def test_a_message_on_every_channel_is_read_exactly() -> None:
    workflow = small({
        **SMALL_WITH_VOICE, f"{ASK}.whatsapp": {**CONTENT, "state": "submitted"},
        "wording.messages.ask.version": 3,
    })
    message = workflow.message("ask", "en")
    assert message.voice == Template(SPOKEN)
    assert message.whatsapp == ApprovedText(SID, ("brand", "link"), ApprovalState.SUBMITTED)
    assert not message.whatsapp.approved
    assert workflow.message_versions == {
        "ask": 3, "code": 1, "receipt": 1, "renewed": 1, "paused": 1,
    }
    assert (small().message("ask", "en").voice, small().message("ask", "en").whatsapp) == (
        None, None,
    )


WHEN = {"remaining": ">= 50.00", "visited": "false"}
TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(("owed", "visited", "applies"), [
    ("50.00", False, True), ("49.99", False, False), ("50.00", True, False),
])
def test_a_step_is_taken_when_all_its_tests_match(owed: str, visited: bool, applies: bool) -> None:
    workflow = small({"cadence.steps[0].when": WHEN})
    (step,) = workflow.cadence.steps
    assert step == CadenceStep(timedelta(0), "sms", "ask", {
        "remaining": parse_test(">= 50.00", FactKind.MONEY, currency="USD"),
        "visited": parse_test("false", FactKind.BOOLEAN),
    })
    facts = {"amount": Money.parse(owed, "USD")}
    assert step.applies(workflow.step_inputs(facts, today=TODAY, visited=visited)) is applies


def test_a_step_without_a_condition_is_always_taken() -> None:
    assert CadenceStep(timedelta(0), "sms", "ask").applies({})


def test_a_missing_value_passes_no_test() -> None:
    (step,) = small({"cadence.steps[0].when": {"days_late": "> 3"}}).cadence.steps
    assert not step.applies({"days_late": None})
    assert step.applies({"days_late": 4})
