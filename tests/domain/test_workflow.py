"""A workflow decides, decides again from what it kept, and reads its facts."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.contract import Completes, CompletesWhen, Derived, DerivedRule
from inthread.domain.money import Money
from inthread.domain.refusals import Problem
from tests.domain.samples import MISSING, shipped, small

TODAY = date(2026, 11, 21)
OVERDUE, REFRESH = shipped("overdue_invoice"), shipped("document_refresh")


def usd(text):
    return Money.parse(text, "USD")


def facts(workflow, **raw):
    reading = workflow.read_facts(raw)
    assert reading.problems == ()
    return reading.facts


def test_every_input_a_table_may_look_at():
    workflow = small()
    given_facts = facts(workflow, number="7", amount="300.00", due="2026-11-01", segment="home")
    assert workflow.case_inputs(
        given_facts, today=TODAY, settled=usd("100.00"), attempts=2, done=("pay",)
    ) == {
        "number": "7", "amount": usd("300.00"), "due": date(2026, 11, 1), "segment": "home",
        "postcode": None, "days_late": 20, "remaining": usd("200.00"), "attempts": 2,
        "pay_done": True, "sign_done": False,
    }
    assert set(workflow.inputs) == set(workflow.case_inputs(given_facts, today=TODAY))


def test_days_are_counted_from_the_customers_own_date():
    since = Derived("days_late", DerivedRule.DAYS_SINCE, "due")
    until = Derived("days_left", DerivedRule.DAYS_UNTIL, "due")
    due = {"due": date(2026, 11, 24)}
    assert (since.value(due, TODAY), until.value(due, TODAY)) == (-3, 3)
    assert since.value({"due": None}, TODAY) is None


def test_a_decision_keeps_only_what_its_tables_read():
    workflow = small()
    decision = workflow.decide(
        facts(workflow, number="7", amount="300.00", segment="home", postcode="AB1"), today=TODAY
    )
    assert decision.as_json() == {
        "workflow": "small",
        "version": 3,
        "hash": workflow.hash,
        "inputs": {
            "remaining": {"minor": 30000, "currency": "USD"}, "segment": "home", "days_late": None,
        },
        "verdicts": [
            {
                "action": "pay", "offered": True,
                "terms": {
                    "least": {"minor": 100, "currency": "USD"},
                    "most": {"minor": 30000, "currency": "USD"},
                    "other": True,
                },
                "identity": "link+fact", "reason": None, "row": 1, "cells": [".+", "++"],
            },
            {
                "action": "sign", "offered": True, "terms": {"statement": "true_words"},
                "identity": "code", "reason": None, "row": 0, "cells": ["+"],
            },
        ],
    }
    assert [verdict.action for verdict in decision.offered] == ["pay", "sign"]


def test_a_verdict_is_found_by_its_action():
    decision = small().decide({"amount": usd("600.00")}, today=TODAY)
    assert decision.verdict("pay").reason == "too_much"
    with pytest.raises(KeyError, match="fly"):
        decision.verdict("fly")


CASES = st.fixed_dictionaries({
    "amount": st.integers(1, 10**7).map(lambda minor: Money(minor, "USD").plain()),
    "due": st.dates(date(2000, 1, 1), date(2050, 1, 1)).map(date.isoformat),
    "disputed": st.none() | st.booleans(),
    "settled": st.integers(0, 10**7).map(lambda minor: Money(minor, "USD")),
    "today": st.dates(date(2000, 1, 1), date(2050, 1, 1)),
    "attempts": st.integers(0, 50),
    "done": st.sets(st.sampled_from(["pay", "plan", "promise"])),
})


@given(CASES)
def test_deciding_again_from_what_was_kept_gives_the_same_bytes(case):
    read = facts(
        OVERDUE, invoice_number="1", amount_due=case["amount"], due_date=case["due"],
        disputed=case["disputed"],
    )
    decision = OVERDUE.decide(
        read, today=case["today"], settled=case["settled"], attempts=case["attempts"],
        done=case["done"],
    )
    kept = json.loads(json.dumps(decision.as_json()))
    assert OVERDUE.decide_again(kept).canonical() == decision.canonical()


def test_a_decision_of_another_version_is_not_decided_again():
    workflow = small()
    kept = workflow.decide({"amount": usd("5.00")}, today=TODAY).as_json()
    for name, value in {"workflow": "other", "version": 2, "hash": "0" * 64}.items():
        with pytest.raises(ValueError, match="another version than small 3"):
            workflow.decide_again({**kept, name: value})
    with pytest.raises(ValueError, match="exactly the inputs its tables read"):
        workflow.decide_again({**kept, "inputs": {"remaining": None}})


def test_a_changed_policy_is_another_hash():
    assert small({"policy.pay.rows[0].when[0]": "> 500.01"}).hash != small().hash
    assert small().hash == small().hash


def test_what_is_owed_is_more_than_nothing():
    assert small().read_facts({"number": "7", "amount": "0.00"}).problems == (
        Problem("/facts/amount", "has to be more than nothing"),
    )


def test_a47_a_card_number_is_no_natural_key():
    reading = small().read_facts({"number": "4111 1111 1111 1111", "amount": "5.00"})
    assert reading.problems == (
        Problem("/facts/number", "looks like a card number: never send one"),
    )


def test_the_natural_key_is_the_same_for_the_same_obligation():
    workflow = small({"trigger.natural_key": ["number", "amount"]})
    one = facts(workflow, number=" Cafe\u0301 7 ", amount="5")
    other = facts(workflow, number="Caf\u00e9 7", amount={"minor": 500, "currency": "USD"})
    assert workflow.natural_key(one) == workflow.natural_key(other)
    assert workflow.natural_key(one) == '["Caf\u00e9 7",{"currency":"USD","minor":500}]'


def test_a_case_goes_straight_to_a_person_when_the_referral_says_so():
    workflow = small()
    assert workflow.refer({"amount": usd("5.00"), "segment": "business"}, today=TODAY) == "question"
    assert workflow.refer({"amount": usd("5.00"), "segment": "home"}, today=TODAY) is None
    assert workflow.refer({"amount": usd("5.00"), "segment": None}, today=TODAY) is None
    assert small({"refer": MISSING}).refer({"segment": "business"}, today=TODAY) is None


@pytest.mark.parametrize(("wanted", "given_locale"), [
    ("es", "es"), ("es-MX", "es"), ("es_MX", "es"), ("en-GB", "en"), ("fr", "en"), (None, "en"),
    ("", "en"),
])
def test_the_locale_is_the_wish_its_language_or_the_first(wanted, given_locale):
    assert OVERDUE.locale(wanted) == given_locale
    expected = {"en": "{{ brand }}: your new link", "es": "{{ brand }}: su enlace nuevo"}
    assert OVERDUE.message("renewed", wanted).subject.text == expected[given_locale]


@pytest.mark.parametrize(("completes", "remaining", "done", "met"), [
    (Completes(CompletesWhen.ALWAYS), usd("5.00"), ["promise"], True),
    (Completes(CompletesWhen.SETTLED), usd("0.00"), ["pay"], True),
    (Completes(CompletesWhen.SETTLED), usd("-0.01"), ["pay"], True),
    (Completes(CompletesWhen.SETTLED), usd("0.01"), ["pay"], False),
    (Completes(CompletesWhen.SETTLED), None, ["pay"], False),
    (Completes(CompletesWhen.ALL, ("upload", "attest")), None, ["upload"], False),
    (Completes(CompletesWhen.ALL, ("upload", "attest")), None, ["attest", "upload"], True),
])
def test_when_an_action_completes_the_case(completes, remaining, done, met):
    assert completes.met(remaining, done) is met


def test_an_action_is_found_by_its_key():
    assert REFRESH.action("attest").miniapp == "attest"
    with pytest.raises(KeyError):
        REFRESH.action("pay")


def test_sections_are_typed():
    assert OVERDUE.trigger.expires_after == timedelta(days=90)
    assert OVERDUE.identity.fact_opens is True
    assert OVERDUE.trigger.fact("postcode").sensitive is True
    with pytest.raises(KeyError):
        OVERDUE.trigger.fact("shoe_size")
