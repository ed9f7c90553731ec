"""A small complete workflow document, and ways to change one place of it."""

from __future__ import annotations

import tomllib
from copy import deepcopy
from pathlib import Path

from inthread.domain.workflow_reader import WorkflowErrors, read_workflow

ROOT = Path(__file__).parents[2]
MINIAPPS = {
    "pay": {
        "least": ("money", True), "most": ("money", True), "other": ("boolean", True),
        "latest_days": ("integer", False), "methods": ("texts", False),
        "others": ("boolean", False),
    },
    "plan": {
        "least_instalment": ("money", True),
        "most_instalments": ("integer", True),
        "most_days_to_first": ("integer", True),
        "frequencies": ("texts", True),
        "least_instalments": ("integer", False),
        "latest_end_days": ("integer", False),
        "business_days": ("boolean", False),
        "least_down": ("money", False),
        "most_down": ("money", False),
        "debits": ("text", False),
        "methods": ("texts", False),
    },
    "update_card": {"methods": ("texts", False), "brands": ("texts", False)},
    "promise": {"latest_days": ("integer", True), "least": ("money", True)},
    "upload": {
        "kinds": ("texts", True),
        "most_files": ("integer", True),
        "most_pages": ("integer", True),
        "one_document": ("boolean", False),
        "clear_photos": ("text", False),
    },
    "attest": {"statement": ("text", True), "consent": ("text", False)},
    "contract": {"agreement": ("text", True), "until": ("date", False), "odd": ("colour", False)},
}
CONNECTORS = {"billing", "compliance"}
CHANNELS = {"sms", "email"}

SMALL = """
key = "small"
version = 3
locales = ["en"]
currency = "USD"
title = { en = "Small" }

[trigger]
event = "small.due"
natural_key = ["number"]
owed = "amount"
expires_after = "30d"
[trigger.facts.number]
kind = "text"
label = { en = "Number" }
[trigger.facts.amount]
kind = "money"
label = { en = "Amount" }
[trigger.facts.due]
kind = "date"
required = false
label = { en = "Due" }
[trigger.facts.segment]
kind = "choice"
choices = ["home", "business"]
required = false
label = { en = "Segment" }
[trigger.facts.postcode]
kind = "text"
required = false
known_fact = true
label = { en = "Postcode" }
[trigger.derived]
days_late = "days_since(due)"

[[resolution.actions]]
key = "pay"
miniapp = "pay"
completes = "when_settled"
label = { en = "Pay" }
hint = { en = "Now" }
[[resolution.actions]]
key = "sign"
miniapp = "attest"
completes = "always"
label = { en = "Sign" }
hint = { en = "A text" }

[identity]
view = "link+fact"
fact = "postcode"
question = { en = "What is your postcode?" }

[policy.pay]
inputs = ["remaining", "segment"]
[[policy.pay.rows]]
when = ["> 500.00", "-"]
refuse = "too_much"
[[policy.pay.rows]]
when = ["-", '"home"']
offer = { least = "1.00", most = "remaining", other = true }
identity = "link+fact"
[policy.sign]
inputs = ["days_late"]
[[policy.sign.rows]]
when = ["-"]
offer = { statement = "true_words" }
identity = "code"

[reasons.no_rule]
customer = { en = "Not today." }
staff = "No row matched."
[reasons.too_much]
customer = { en = "{{ remaining }} is more than we take here." }
staff = "Above 500."

[refer]
inputs = ["segment"]
rows = [{ when = ['"business"'], reason = "question" }]

[proof.pay]
connector = "billing"
operation = "payments"
within = "4h"
must_equal = ["minor"]
fields = { number = "fact.number", minor = "outcome.minor", who = "person.reference" }
[proof.sign]
connector = "compliance"
operation = "attestations"
within = "90s"
must_equal = ["sha256"]
fields = { case = "case.reference", sha256 = "outcome.sha256", by = { literal = "web" } }

[exceptions]
dispute = { queue = "care", due = "2d" }
hardship = { queue = "care", due = "2d" }
wrong_person = { queue = "care", due = "2d" }
question = { queue = "care", due = "2d" }
writeback_failed = { queue = "ops", due = "4h" }
no_response = { queue = "care", due = "10d" }
locked = { queue = "care", due = "2d" }
payment_unclear = { queue = "ops", due = "15m" }
opted_out = { queue = "care", due = "5d" }

[contact]
purpose = "collections"
priority = 5
country = "US"
[contact.consent]
basis = "source"
version = "2026-01"
en = "We may write to you about your account."

[cadence]
zone = "America/New_York"
per_day = 1
give_up_after = "10d"
[[cadence.steps]]
after = "0m"
channel = "sms"
template = "ask"

[wording.messages.ask]
version = 1
[wording.messages.ask.en]
subject = "{{ brand }}: hello"
text = "{{ brand }}: look {{ link }} Reply STOP to opt out."
[wording.messages.code]
version = 1
[wording.messages.code.en]
subject = "{{ brand }}: code"
text = '''{{ brand }}: {{ code }} is your code for {{ minutes }} minutes.
@{{ host }} #{{ code }}'''
[wording.messages.receipt]
version = 1
[wording.messages.receipt.en]
subject = "{{ brand }}: done"
text = "{{ brand }}: done, {{ reference }}. Reply STOP to opt out."
[wording.messages.renewed]
version = 1
[wording.messages.renewed.en]
subject = "{{ brand }}: new link"
text = "{{ brand }}: your new link {{ link }} Reply STOP to opt out."
[wording.messages.paused]
version = 1
[wording.messages.paused.en]
subject = "{{ brand }}: paused"
text = "{{ brand }}: paused. Reply STOP to opt out."
[wording.page]
before = { en = "There is something for you." }
name = { en = "Your bill" }
menu = ["remaining", "number"]
[wording.statements.true_words]
version = 2
text = { en = "It is true." }
[wording.agreements]
pay = { en = "I pay {{ total }}." }
"""

MISSING = object()


def a_document(changes=None):
    """The small document, with the values at these places (`policy.pay.rows[0].when`) changed, or
    taken out where the value is MISSING."""
    document = tomllib.loads(SMALL)
    for place, value in (changes or {}).items():
        _set(document, place, value)
    return document


def _set(document, place, value):
    steps = [
        int(step) if step.isdigit() else step
        for step in place.replace("[", ".").replace("]", "").split(".")
    ]
    for step in steps[:-1]:
        document = document[step]
    if value is MISSING:
        del document[steps[-1]]
    elif isinstance(document, list) and steps[-1] == len(document):
        document.append(deepcopy(value))
    else:
        document[steps[-1]] = deepcopy(value)


def read(document, queues=()):
    return read_workflow(
        document, "small.toml", miniapps=MINIAPPS, connectors=CONNECTORS, channels=CHANNELS,
        queues=queues,
    )


def small(changes=None, queues=()):
    return read(a_document(changes), queues)


def problems(changes):
    """`place: message` for each problem of the changed document; none when it is taken."""
    try:
        small(changes)
    except WorkflowErrors as errors:
        return [f"{problem.place}: {problem.message}" for problem in errors.problems]
    return []


def shipped(name):
    path = ROOT / "workflows" / f"{name}.toml"
    return read_workflow(
        tomllib.loads(path.read_text(encoding="utf-8")), path.name,
        miniapps=MINIAPPS, connectors=CONNECTORS, channels=CHANNELS,
    )
