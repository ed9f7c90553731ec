"""Every way to leave a contract half-filled is refused with its place and what to do: trigger,
resolution, identity and the document itself. Policy, proof and wording have files of their own."""

from datetime import date

import pytest

from tests.domain.samples import MISSING, problems


def test_the_small_document_is_complete():
    assert problems({}) == []


@pytest.mark.parametrize(("place", "value", "expected"), [
    ("key", MISSING, ["key: is missing: name the workflow, e.g. overdue_invoice"]),
    ("version", MISSING, ["version: is missing: count it up with each change"]),
    ("locales", MISSING, ['locales: is missing: name the languages, the default first: ["en"]']),
    ("currency", MISSING, ['currency: is missing: the ISO 4217 code, e.g. "USD"']),
    ("title", MISSING, ["title: is missing: what staff call this kind of case, in en"]),
    ("identity", MISSING, [
        "identity: is missing: say what is asked before the case is shown",
        "policy.pay.rows[1].identity: is less than seeing the case asks for (code)",
        "policy.pay.rows[1].identity: asks for a known fact, but identity.fact names none",
    ]),
    ("title.en", MISSING, ["title.en: is missing: what staff call this kind of case"]),
    ("title.es", "x", ["title.es: is not known here: remove it, or correct its name"]),
    ("title", "x", ["title: has to be a table: what staff call this kind of case, in en"]),
    ("colour", "red", ["colour: is not known here: remove it, or correct its name"]),
    ("version", 0, [
        "version: has to be a whole number from 1 to 1000000: count it up with each change",
    ]),
    ("version", "1", [
        "version: has to be a whole number from 1 to 1000000: count it up with each change",
    ]),
    ("version", True, [
        "version: has to be a whole number from 1 to 1000000: count it up with each change",
    ]),
    ("version", 1.5, ['version: is a number with a fraction: write it as text, "1.5"']),
    ("title.en", date(2026, 1, 1), [
        "title.en: is a date or time without quotation marks: write it as text",
    ]),
    ("title.en", None, ["title.en: is null: leave it out"]),
    ("key", "Small Bill", ["key: is not a name: small letters, digits and _, at most 40"]),
    ("locales", [], ['locales: needs 1 or more: name the languages, the default first: ["en"]']),
    ("locales", ["english"], ["locales[0]: 'english' is not a locale such as en or es-MX"]),
    ("currency", "dollars", ["currency: 'dollars' is not an ISO 4217 code such as USD"]),
    ("trigger.event", MISSING, [
        'trigger.event: is missing: name the event, e.g. "invoice.overdue"',
    ]),
    ("trigger.expires_after", MISSING, [
        "trigger.expires_after: is missing: say when an open case ends by itself",
    ]),
    ("trigger.expires_after", "30 days", [
        "trigger.expires_after: is not a duration: write 90s, 15m, 4h, 30d or 2w (say when an "
        "open case ends by itself)",
    ]),
    ("trigger.expires_after", "P30D", [
        "trigger.expires_after: is not a duration: write 90s, 15m, 4h, 30d or 2w (say when an "
        "open case ends by itself)",
    ]),
    ("trigger.expires_after", "0d", [
        "trigger.expires_after: has to be more than nothing and at most ten years",
        "cadence.give_up_after: is after trigger.expires_after: make it shorter",
    ]),
    ("trigger.expires_after", "9999w", [
        "trigger.expires_after: has to be more than nothing and at most ten years",
    ]),
    ("trigger.facts.number.label", MISSING, [
        "trigger.facts.number.label: is missing: what the customer's page calls it, in en",
    ]),
    ("trigger.facts.number.label.en", MISSING, [
        "trigger.facts.number.label.en: is missing: what the customer's page calls it",
    ]),
    ("trigger.facts.number.kind", "string", [
        "trigger.facts.number.kind: 'string' is none of boolean, choice, date, integer, money, "
        "text: say what kind of value it is",
    ]),
    ("trigger.facts.number.kind", MISSING, [
        "trigger.facts.number.kind: is missing: say what kind of value it is",
    ]),
    ("trigger.facts.number.size", 3, [
        "trigger.facts.number.size: is not known here: remove it, or correct its name",
    ]),
    ("trigger.facts.number.max_length", 9999, [
        "trigger.facts.number.max_length: has to be a whole number from 1 to 500: the most "
        "characters",
    ]),
    ("trigger.facts.number.required", "yes", [
        "trigger.facts.number.required: has to be true or false",
    ]),
    ("trigger.facts.segment.choices", MISSING, [
        "trigger.facts.segment.choices: is missing: name what it can be",
        "policy.pay.rows[1].when[1]: \"home\" for segment (choice) 'home' is none of , at "
        "character 1",
        "refer.rows[0].when[0]: \"business\" for segment (choice) 'business' is none of , at "
        "character 1",
    ]),
    ("trigger.facts.segment.choices", ["home"], [
        "trigger.facts.segment.choices: needs 2 or more: name what it can be",
        "refer.rows[0].when[0]: \"business\" for segment (choice) 'business' is none of home, at "
        "character 1",
    ]),
    ("trigger.facts.segment.choices", ["home", "home"], [
        "trigger.facts.segment.choices: names something twice: name it once",
        "refer.rows[0].when[0]: \"business\" for segment (choice) 'business' is none of home, "
        "home, at character 1",
    ]),
    ("trigger.facts.segment.default", "vip", [
        "trigger.facts.segment.default: is none of home, business",
    ]),
    ("trigger.facts.number.default", "1", [
        "trigger.facts.number.default: is for a fact that may be missing: add required = false",
    ]),
    ("trigger.facts.postcode.default", "1", [
        "trigger.facts.postcode.default: cannot stand for what only the customer knows: remove it",
    ]),
    ("trigger.facts.due.known_fact", True, [
        "trigger.facts.due.known_fact: has to be a fact of kind text",
    ]),
    ("trigger.facts.remaining", {"kind": "money", "label": {"en": "x"}}, [
        "trigger.facts.remaining: is a name the product gives itself: choose another",
    ]),
    ("trigger.facts.pay_done", {"kind": "boolean", "label": {"en": "x"}}, [
        "trigger.facts.pay_done: is a name the product gives itself: choose another",
    ]),
    ("trigger.facts.Big", {"kind": "money"}, [
        "trigger.facts.Big: is not a name: small letters, digits and _",
    ]),
    ("trigger.natural_key", MISSING, [
        "trigger.natural_key: is missing: name the facts that say: the same obligation",
    ]),
    ("trigger.natural_key", [], [
        "trigger.natural_key: needs 1 or more: name the facts that say: the same obligation",
    ]),
    ("trigger.natural_key", ["nr"], [
        "trigger.natural_key[0]: there is no fact 'nr' in this trigger",
    ]),
    ("trigger.natural_key", ["due"], [
        "trigger.natural_key[0]: 'due' may be missing: make it required",
    ]),
    ("trigger.natural_key", ["number", "number"], [
        "trigger.natural_key: names something twice: name it once",
    ]),
    ("trigger.facts.amount.sensitive", True, [
        "trigger.owed: 'amount' is sensitive, but the customer has to see what is owed",
    ]),
    ("trigger.derived.days_late", "days_since(number)", [
        "trigger.derived.days_late: 'number' is no date fact of this trigger",
        "policy.sign.inputs[0]: there is no input 'days_late'; there are number, amount, due, "
        "segment, postcode, remaining, attempts, pay_done, sign_done",
    ]),
    ("trigger.derived.days_late", "hours_since(due)", [
        'trigger.derived.days_late: has to be "days_since(FACT)" or "days_until(FACT)"',
        "policy.sign.inputs[0]: there is no input 'days_late'; there are number, amount, due, "
        "segment, postcode, remaining, attempts, pay_done, sign_done",
    ]),
    ("trigger.derived.days_late", "days_since due", [
        'trigger.derived.days_late: has to be "days_since(FACT)" or "days_until(FACT)"',
        "policy.sign.inputs[0]: there is no input 'days_late'; there are number, amount, due, "
        "segment, postcode, remaining, attempts, pay_done, sign_done",
    ]),
    ("trigger.derived.number", "days_since(due)", [
        "trigger.derived.number: is already the name of something else: choose another",
    ]),
    ("trigger.derived.attempts", "days_since(due)", [
        "trigger.derived.attempts: is already the name of something else: choose another",
    ]),
    ("resolution.actions[0].label", MISSING, [
        "resolution.actions[0].label: is missing: what the button says, in en",
    ]),
    ("resolution.actions[0].hint.en", MISSING, [
        "resolution.actions[0].hint.en: is missing: the line below the label: how long, what it "
        "costs",
    ]),
    ("resolution.actions[0].completes", MISSING, [
        'resolution.actions[0].completes: is missing: "always", "when_settled", or { when_all = '
        "[actions] }",
    ]),
    ("resolution.actions[0].completes", "never", [
        'resolution.actions[0].completes: has to be "always", "when_settled", or { when_all = '
        "[actions] }",
    ]),
    ("resolution.actions[0].completes", {"when_all": ["pay", "sing"]}, [
        "resolution.actions[0].completes.when_all[1]: there is no action 'sing'",
    ]),
    ("resolution.actions[0].completes", {"when_all": ["pay"]}, [
        "resolution.actions[0].completes.when_all: needs 2 or more: name the actions that have "
        "to be done",
    ]),
    ("resolution.actions[0].completes", {"when_all": ["sign", "sign"]}, [
        "resolution.actions[0].completes.when_all: names something twice: name it once",
        "resolution.actions[0].completes.when_all: has to name 'pay' itself too",
    ]),
    ("identity.view", "link", [
        "identity.view: 'link' is none of code, link+fact: a link alone shows nothing",
        "policy.pay.rows[1].identity: is less than seeing the case asks for (code)",
    ]),
    ("identity.view", MISSING, [
        "identity.view: is missing: a link alone shows nothing",
        "policy.pay.rows[1].identity: is less than seeing the case asks for (code)",
    ]),
    ("identity.fact", MISSING, [
        "identity.fact: is missing, though 'postcode' is a known fact: name it here",
        "identity.question: is not known here: remove it, or correct its name",
        "policy.pay.rows[1].identity: asks for a known fact, but identity.fact names none",
    ]),
    ("identity.fact", "number", ["identity.fact: 'number' is no fact with known_fact = true"]),
    ("identity.question", MISSING, [
        "identity.question: is missing: how it is asked, without any of it, in en",
    ]),
    ("identity.question.en", "What do you owe?", [
        "identity.question.en: says 'owe' before it is known who reads it: leave it out",
    ]),
    ("trigger.expires_after", "5d", [
        "cadence.give_up_after: is after trigger.expires_after: make it shorter",
    ]),
])
def test_what_is_half_filled_is_refused_with_its_place_and_advice(place, value, expected):
    assert problems({place: value}) == expected


def test_a_natural_key_is_never_a_secret():
    assert problems({
        "trigger.natural_key": ["postcode"], "trigger.facts.postcode.required": True,
    }) == ["trigger.natural_key[0]: 'postcode' is a known fact: take one that is not secret"]


def test_a_view_with_a_known_fact_needs_one():
    found = problems({
        "identity.fact": MISSING, "identity.question": MISSING,
        "trigger.facts.postcode.known_fact": False,
    })
    assert found == [
        "identity.fact: is missing: view asks for a known fact, so name the one",
        "policy.pay.rows[1].identity: asks for a known fact, but identity.fact names none",
    ]


def test_two_actions_do_not_share_a_key():
    found = problems({"resolution.actions[1].key": "pay"})
    assert found[0] == "resolution.actions[1].key: 'pay' is the key of an action above"


def test_an_action_needs_an_installed_mini_app():
    found = problems({"resolution.actions[0].miniapp": "paypal"})
    assert found[0] == (
        "resolution.actions[0].miniapp: 'paypal' is none of attest, contract, pay, plan, promise, "
        "update_card, upload: name a mini-app that is installed"
    )


def test_an_empty_resolution_is_no_contract():
    found = problems({"resolution.actions": []})
    assert found[0] == "resolution.actions: is empty: nobody could do anything"


def test_values_of_another_type_are_named_where_they_stand():
    assert problems({"trigger.event": 5}) == [
        'trigger.event: has to be text: name the event, e.g. "invoice.overdue"',
    ]
    assert problems({"trigger.facts.number": "text"})[0] == (
        "trigger.facts.number: has to be a table"
    )
    assert problems({"trigger.owed": "number"})[0] == (
        "trigger.owed: 'number' is not a required money fact of this trigger"
    )


def test_what_is_settled_needs_something_owed():
    found = problems({"trigger.owed": MISSING})
    assert found[0] == "resolution.actions[0].completes: needs trigger.owed: nothing is owed"
