"""The two workflows that ship: what they offer, to whom, and why not."""

import csv
from datetime import date
from itertools import product

import pytest

from inthread.domain.contract import MESSAGES, WORK_REASONS, CompletesWhen
from inthread.domain.money import Money
from tests.domain.samples import shipped

TODAY = date(2026, 11, 21)
OVERDUE, REFRESH = shipped("overdue_invoice"), shipped("document_refresh")


def usd(text):
    return Money.parse(text, "USD")


def offer(amount, action, *, due="2026-11-01", disputed=False, settled=None):
    reading = OVERDUE.read_facts({
        "invoice_number": "611365", "amount_due": amount, "due_date": due, "disputed": disputed,
    })
    assert reading.problems == ()
    decision = OVERDUE.decide(reading.facts, today=TODAY, settled=settled)
    verdict = decision.verdict(action)
    return str(verdict.identity) if verdict.offered else verdict.reason


@pytest.mark.parametrize(("amount", "pay", "plan", "promise"), [
    ("0.01", "link+fact", "plan_below_least", "code"),
    ("9.99", "link+fact", "plan_below_least", "code"),
    ("10.00", "link+fact", "plan_below_least", "code"),
    ("59.99", "link+fact", "plan_below_least", "code"),
    ("60.00", "link+fact", "code", "code"),
    ("200.00", "link+fact", "code", "code"),
    ("200.01", "code", "code", "code"),
    ("1000.00", "code", "code", "code"),
    ("1000.01", "code", "strong", "code"),
    ("5000.00", "code", "strong", "code"),
    ("5000.01", "code", "plan_above_most", "promise_above_most"),
    ("20000.00", "code", "plan_above_most", "promise_above_most"),
    ("20000.01", "too_much_for_a_card", "plan_above_most", "promise_above_most"),
])
def test_a36_what_an_invoice_is_offered_at_its_limits(amount, pay, plan, promise):
    assert [offer(amount, action) for action in ("pay", "plan", "promise")] == [pay, plan, promise]


def test_a36_what_was_paid_counts():
    assert offer("100.00", "plan", settled=usd("40.01")) == "plan_below_least"
    assert offer("300.00", "pay", settled=usd("100.00")) == "link+fact"
    assert [offer("100.00", a, settled=usd("100.00")) for a in ("pay", "plan", "promise")] == [
        "nothing_left", "plan_below_least", "nothing_left",
    ]


def test_a_disputed_invoice_goes_to_a_person_and_is_not_split_or_put_off():
    assert [offer("100.00", a, disputed=True) for a in ("pay", "plan", "promise")] == [
        "link+fact", "disputed", "disputed",
    ]
    reading = OVERDUE.read_facts({
        "invoice_number": "7900770", "amount_due": "61.74", "due_date": "2013-02-25",
        "disputed": True,
    })
    assert OVERDUE.refer(reading.facts, today=TODAY) == "dispute"
    assert OVERDUE.queues["dispute"].queue == "billing_disputes"
    assert OVERDUE.refer({**reading.facts, "disputed": False}, today=TODAY) is None


def test_a38_terms_bound_what_can_be_chosen():
    def terms(amount, action, due="2026-11-01"):
        reading = OVERDUE.read_facts({
            "invoice_number": "1", "amount_due": amount, "due_date": due,
        })
        return OVERDUE.decide(reading.facts, today=TODAY).verdict(action).terms

    whole = {"least": usd("10"), "most": usd("184.20"), "other": True}
    assert terms("184.20", "pay") == {**whole, "latest_days": 14, "others": True}
    assert terms("200.01", "pay")["methods"] == ("card", "bank")
    assert terms("9.99", "pay") == {"least": usd("9.99"), "most": usd("9.99"), "other": False}
    assert terms("184.20", "plan") == {
        "least_instalment": usd("20"), "most_instalments": 6, "most_days_to_first": 30,
        "frequencies": ("weekly", "fortnightly", "monthly"),
        "most_down": usd("184.20"), "debits": "may",
    }
    assert terms("4000.00", "plan") == {
        "least_instalment": usd("100"), "most_instalments": 12, "most_days_to_first": 31,
        "frequencies": ("fortnightly", "monthly", "month_ends"), "latest_end_days": 400,
        "most_down": usd("4000"), "debits": "may",
        "methods": ("card", "bank"),
    }
    assert terms("184.20", "promise")["latest_days"] == 14
    assert terms("184.20", "promise", due="2026-09-22")["latest_days"] == 14
    assert terms("184.20", "promise", due="2026-09-21")["latest_days"] == 7


def document(kind="passport", expires_on="2026-12-24", done=()):
    reading = REFRESH.read_facts({
        "document_reference": "DOC-1", "document_kind": kind, "expires_on": expires_on,
    })
    assert reading.problems == ()
    decision = REFRESH.decide(reading.facts, today=TODAY, done=done)
    return [
        str(verdict.identity) if verdict.offered else verdict.reason
        for verdict in decision.verdicts
    ]


def test_a_document_is_sent_first_and_signed_then():
    assert document() == ["link+fact", "send_first"]
    assert document(done=("upload",)) == ["already_sent", "code"]
    assert document(done=("upload", "attest")) == ["already_sent", "already_signed"]
    completes = REFRESH.action("upload").completes
    assert completes == REFRESH.action("attest").completes
    assert completes.when is CompletesWhen.ALL
    assert [completes.met(None, done) for done in (["upload"], ["upload", "attest"])] == [
        False, True,
    ]


def test_a_document_that_ran_out_long_ago_is_for_a_person():
    assert document(expires_on="2025-11-21")[0] == "link+fact"
    assert document(expires_on="2025-11-20")[0] == "too_long_ago"


def test_the_kinds_taken_follow_the_document():
    def kinds(kind):
        reading = REFRESH.read_facts({
            "document_reference": "DOC-1", "document_kind": kind, "expires_on": "2026-12-24",
        })
        return REFRESH.decide(reading.facts, today=TODAY).verdict("upload").terms["kinds"]

    assert kinds("identity_card") == ("passport", "identity_card")
    assert kinds("proof_of_address") == ("proof_of_address",)


@pytest.mark.parametrize(("workflow", "more_reasons"), [
    (OVERDUE, set()), (REFRESH, {"document_found"}),
], ids=["overdue_invoice", "document_refresh"])
def test_what_ships_is_complete_in_two_languages(workflow, more_reasons):
    assert workflow.locales == ("en", "es")
    assert set(workflow.tables) == set(workflow.proofs) == {a.key for a in workflow.actions}
    assert set(workflow.queues) == {*WORK_REASONS, *more_reasons}
    assert set(workflow.messages) == {"ask", "remind", "last", *MESSAGES}
    assert all(set(texts) == {"en", "es"} for texts in workflow.messages.values())


@pytest.mark.parametrize("workflow", [OVERDUE, REFRESH], ids=lambda w: w.key)
def test_every_row_that_ships_can_decide(workflow):
    """No row is dead, and `no_rule` is never the answer to a complete case."""
    seen = {key: set() for key in workflow.tables}
    for decision in every_decision(workflow):
        for verdict in decision.verdicts:
            assert verdict.row is not None, (decision.inputs, verdict.action)
            seen[verdict.action].add(verdict.row)
    assert seen == {key: set(range(len(t.rows))) for key, t in workflow.tables.items()}


def every_decision(workflow):
    if workflow is REFRESH:
        kinds = ("passport", "identity_card", "proof_of_address")
        days = ("2020-01-01", "2026-11-21", "2027-01-01")
        done = ((), ("upload",), ("attest",), ("upload", "attest"))
        for kind, day, actions in product(kinds, days, done):
            facts = {"document_kind": kind, "expires_on": date.fromisoformat(day)}
            yield workflow.decide(facts, today=TODAY, done=actions)
        return
    amounts = ("0.01", "10", "60", "200", "1000", "1000.01", "5000.01", "20000.01")
    days = ("2013-01-01", "2026-11-20", "2026-12-20")
    for amount, disputed, day, paid in product(amounts, (True, False), days, (True, False)):
        facts = {
            "amount_due": usd(amount), "disputed": disputed, "due_date": date.fromisoformat(day),
        }
        yield workflow.decide(facts, today=TODAY, settled=usd(amount if paid else "0"))


def test_the_columns_of_a_plain_receivables_file_are_read_exactly():
    """Two rows as a system of record exports them, dates already put into ISO form."""
    rows = csv.DictReader([
        "invoice_number,amount_due,invoice_date,due_date,disputed,country",
        "611365,55.94,2013-01-02,2013-02-01,false,391",
        "7900770,61.74,2013-01-26,2013-02-25,true,406",
    ])
    read = [OVERDUE.read_facts(row, text=True) for row in rows]
    assert [reading.problems for reading in read] == [(), ()]
    assert read[0].facts == {
        "invoice_number": "611365", "amount_due": usd("55.94"), "due_date": date(2013, 2, 1),
        "invoice_date": date(2013, 1, 2), "disputed": False, "country": "391", "postcode": None,
    }
    assert [OVERDUE.refer(reading.facts, today=TODAY) for reading in read] == [None, "dispute"]
