"""Failed payment and card expiring: what they offer, to whom, and why not."""

from datetime import date
from itertools import product

import pytest

from inthread.domain.contract import MESSAGES, WORK_REASONS, CompletesWhen
from inthread.domain.money import Money
from tests.domain.samples import shipped

TODAY = date(2026, 11, 21)
FAILED, EXPIRING = shipped("failed_payment"), shipped("card_expiring")
ACTIONS = ("pay", "update_card", "promise", "plan")


def usd(text):
    return Money.parse(text, "USD")


def verdicts(amount, *, settled=None, done=(), **facts):
    reading = FAILED.read_facts({
        "payment_reference": "SUB-1", "amount_due": amount, "failed_on": "2026-11-20", **facts,
    })
    assert reading.problems == ()
    decision = FAILED.decide(reading.facts, today=TODAY, settled=settled, done=done)
    return [decision.verdict(action) for action in ACTIONS]


def said(*args, **how):
    return [str(v.identity) if v.offered else v.reason for v in verdicts(*args, **how)]


@pytest.mark.parametrize(("amount", "expected"), [
    ("0.01", ["link+fact", "code", "code", "plan_below_least"]),
    ("59.99", ["link+fact", "code", "code", "plan_below_least"]),
    ("60.00", ["link+fact", "code", "code", "code"]),
    ("200.00", ["link+fact", "code", "code", "code"]),
    ("200.01", ["code", "code", "code", "code"]),
    ("1000.01", ["code", "code", "code", "strong"]),
    ("2000.00", ["code", "code", "code", "strong"]),
    ("2000.01", ["code", "pay_it_first", "code", "strong"]),
    ("5000.01", ["code", "pay_it_first", "promise_above_most", "plan_above_most"]),
    ("20000.01", ["too_much_for_a_card", "pay_it_first", "promise_above_most", "plan_above_most"]),
])
def test_a36_what_a_failed_payment_is_offered_at_its_limits(amount, expected):
    assert said(amount) == expected


def test_a_disputed_payment_goes_to_a_person_and_is_not_split_or_put_off():
    assert said("100.00", disputed=True) == ["link+fact", "code", "disputed", "disputed"]
    facts = {"disputed": True, "amount_due": usd("100")}
    assert FAILED.refer(facts, today=TODAY) == "dispute"
    assert FAILED.refer({**facts, "disputed": False}, today=TODAY) is None


def test_what_nobody_could_do_here_goes_to_a_person_at_once():
    facts = {"disputed": False, "amount_due": usd("20000.01")}
    assert FAILED.refer(facts, today=TODAY) == "question"
    assert FAILED.refer({**facts, "amount_due": usd("20000")}, today=TODAY) is None
    assert EXPIRING.refer({"card_expires": date(2026, 9, 21)}, today=TODAY) == "question"
    assert EXPIRING.refer({"card_expires": date(2026, 9, 22)}, today=TODAY) is None


def test_a_day_is_promised_once():
    assert said("100.00", done=("promise",)) == ["link+fact", "code", "promised", "code"]
    completes = {action.key: action.completes.when for action in FAILED.actions}
    assert completes == {
        "pay": CompletesWhen.SETTLED, "update_card": CompletesWhen.ALWAYS,
        "promise": CompletesWhen.SETTLED, "plan": CompletesWhen.ALWAYS,
    }


def test_what_was_paid_counts():
    assert said("100.00", settled=usd("100.00")) == [
        "nothing_left", "nothing_left", "nothing_left", "plan_below_least",
    ]


def test_a38_terms_bound_what_can_be_chosen():
    pay, card, promise, plan = (v.terms for v in verdicts("184.20"))
    assert pay == {"least": usd("10"), "most": usd("184.20"), "other": True, "latest_days": 7,
                   "others": True}
    assert card == {"methods": ("card",), "brands": ("visa", "mastercard", "amex")}
    assert promise == {"latest_days": 10, "least": usd("10")}
    assert plan == {
        "least_instalment": usd("20"), "most_instalments": 4, "most_days_to_first": 31,
        "frequencies": ("fortnightly", "monthly"), "latest_end_days": 150,
        "most_down": usd("184.20"), "debits": "may",
    }
    assert verdicts("100.00", why="account_closed")[1].terms["methods"] == ("card", "bank")
    assert verdicts("100.00", failed_on="2026-10-21")[2].terms["latest_days"] == 5
    large = verdicts("1500.00")[3].terms
    assert (large["least_down"], large["debits"], large["least_instalments"]) == (
        usd("100"), "must", 3,
    )


@pytest.mark.parametrize(("expires", "expected"), [
    ("2027-01-31", "code"), ("2026-11-21", "code"), ("2026-09-22", "code"),
    ("2026-09-21", "too_long_ago"),
])
def test_a_card_can_be_replaced_until_sixty_days_after_its_end(expires, expected):
    reading = EXPIRING.read_facts({
        "card_reference": "C-1", "card_last_four": "4242", "card_expires": expires,
    })
    assert reading.problems == ()
    [verdict] = EXPIRING.decide(reading.facts, today=TODAY).verdicts
    assert (str(verdict.identity) if verdict.offered else verdict.reason) == expected


def test_r3_3_no_fact_of_a_card_can_hold_its_number():
    for workflow in (FAILED, EXPIRING):
        assert workflow.trigger.fact("card_last_four").max_length == 4
    reading = EXPIRING.read_facts({
        "card_reference": "C-1", "card_last_four": "4242424242424242", "card_expires": "2027-01-31",
    })
    assert [problem.path for problem in reading.problems] == ["/facts/card_last_four"]


@pytest.mark.parametrize("workflow", [FAILED, EXPIRING], ids=lambda w: w.key)
def test_what_ships_is_complete_in_two_languages(workflow):
    assert workflow.locales == ("en", "es")
    assert set(workflow.tables) == set(workflow.proofs) == {a.key for a in workflow.actions}
    assert set(workflow.queues) == set(WORK_REASONS)
    assert set(workflow.messages) == {"ask", "remind", "last", *MESSAGES}
    assert all(set(texts) == {"en", "es"} for texts in workflow.messages.values())


@pytest.mark.parametrize("workflow", [FAILED, EXPIRING], ids=lambda w: w.key)
def test_every_row_that_ships_can_decide(workflow):
    """No row is dead, and `no_rule` is never the answer to a complete case."""
    seen = {key: set() for key in workflow.tables}
    for decision in every_decision(workflow):
        for verdict in decision.verdicts:
            assert verdict.row is not None, (decision.inputs, verdict.action)
            seen[verdict.action].add(verdict.row)
    assert seen == {key: set(range(len(t.rows))) for key, t in workflow.tables.items()}


def every_decision(workflow):
    if workflow is EXPIRING:
        for day in (date(2026, 1, 1), TODAY, date(2027, 1, 1)):
            yield workflow.decide({"card_expires": day}, today=TODAY)
        return
    amounts = ("0.01", "10", "60", "200", "1000", "1000.01", "5000.01", "20000.01")
    days = (date(2026, 1, 1), date(2026, 11, 20), date(2026, 12, 20))
    whys = ("insufficient_funds", "account_closed")
    for amount, disputed, day, why, done, paid in product(
        amounts, (True, False), days, whys, ((), ("promise",)), (True, False)
    ):
        facts = {"amount_due": usd(amount), "disputed": disputed, "failed_on": day, "why": why}
        settled = usd(amount if paid else "0")
        yield workflow.decide(facts, today=TODAY, settled=settled, done=done)
