"""The customer acts: decided again now, once, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

import pytest

from inthread.commands.ask_for_help import ask_for_help
from inthread.commands.receive_triggers import receive_triggers
from inthread.commands.save_choice import save_choice
from inthread.commands.submit_action import Device, Submitted, submit_action
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.audit import stamp
from inthread.domain.case import CaseState
from inthread.domain.refusals import (
    AlreadySettled,
    ChoiceChanged,
    Forbidden,
    NotFound,
    OutOfOrder,
    StepUpNeeded,
    VisitEnded,
)
from inthread.queries.action import check
from inthread.runtime import Runtime
from inthread.spi import Form
from tests.build import (
    ALL,
    PART,
    PLAN,
    PROMISE,
    AVisit,
    a_choice,
    a_coded_visit,
    a_person,
    a_submission,
    an_asked_case,
    an_open_visit,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.look import events_of, state_of
from tests.rows import every_row, nothing_written
from tests.triggers import a_trigger

# What a refusal keeps when it says that policy or identity spoke: that it did.
RECORDED = ("audit", "decisions")


def submit(
    rt: Runtime, visit: AVisit, shown: str | None, action: str = "promise", nonce: str = "nonce-1"
) -> Submitted:
    return submit_action(
        rt, actor=CUSTOMER, token=visit.token, action=action, nonce=nonce, shown=shown
    )


def last_decision(rt: Runtime) -> Mapping[str, object]:
    return max(every_row(rt.db)["decisions"], key=lambda row: row["id"])


def test_the_whole_outcome(rt: Runtime, clock: Clock) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit)
    before = every_row(rt.db)
    made = submit(rt, visit, shown)
    after = every_row(rt.db)
    new = {
        name: [row for row in after[name] if row not in before[name]]
        for name in after if after[name] != before[name]
    }
    assert {name: len(rows) for name, rows in new.items()} == {
        "cases": 1, "outcomes": 1, "writebacks": 1, "submissions": 1, "decisions": 1, "drafts": 0,
        "links": 1, "messages": 1, "outbox": 3, "audit": 2,
    }
    [outcome] = new["outcomes"]
    assert (made.kind, made.ref, outcome["attempt"]) == ("outcome", outcome["id"], 0)
    assert outcome["values"] == {"on": "2026-01-08", "minor": 184_20, "currency": "USD"}
    assert outcome["lines"] == [
        ["you_will_pay", {"minor": 184_20, "currency": "USD"}], ["by", {"date": "2026-01-08"}],
    ]
    [links] = new["links"]
    [decision] = new["decisions"]
    assert (links["state"], decision["stage"], decision["chosen"]) == (
        "spent", "executed", "promise"
    )
    assert events_of(rt, visit.case)[-2:] == ["outcome.recorded", "message.queued"]


def test_r4_12_the_evidence(rt: Runtime, clock: Clock) -> None:
    opened_at = clock.at
    visit = an_open_visit(rt=rt)
    clock.tick(seconds=10)
    visit = a_coded_visit(rt=rt, visit=visit)
    shown = a_choice(rt=rt, visit=visit, action="plan", form=PLAN)
    agreement = check(rt, visit.token, "plan").chosen.agreement
    coded_at = clock.at
    clock.tick(seconds=50)
    submit_action(
        rt, actor=CUSTOMER, token=visit.token, action="plan", nonce="nonce-1", shown=shown,
        device=Device("198.51.100.7", "A Browser/1.0"),
    )
    [outcome] = every_row(rt.db)["outcomes"]
    workflow = rt.workflows["overdue_invoice"]
    assert agreement is not None
    assert outcome["evidence"] == {
        "agreement": agreement, "agreement_sha256": sha256(agreement.encode()).hexdigest(),
        "locale": "en",
        "workflow": {"key": "overdue_invoice", "version": workflow.version, "hash": workflow.hash},
        "act": {"miniapp": "plan", "form": PLAN, "checked": True, "shown_sha256": shown},
        "identity": {"level": "code", "fact": False, "at": stamp(coded_at),
                     "opened_at": stamp(opened_at), "strong_at": None},
        "destination": {"channel": "sms", "address": "482"},
        "device": {"ip": "198.51.100.7", "agent": "A Browser/1.0"},
        "at": stamp(clock.at),
    }
    assert agreement.startswith("I agree to pay $184.20 in 3 payments")


def test_what_was_offered_chosen_and_executed_is_kept(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit)
    workflow = rt.workflows["overdue_invoice"]
    kept = every_row(rt.db)["decisions"]
    assert [(d["stage"], d["chosen"], d["version"], d["hash"]) for d in kept] == [
        ("offered", None, workflow.version, workflow.hash),
        ("executed", "promise", workflow.version, workflow.hash),
    ]
    for d in kept:
        assert workflow.decide_again(d["document"]).as_json() == d["document"]


# --- steps in order, and what was shown ------------------------------------------------------


def test_a37_without_a_choice(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(OutOfOrder):
        submit(rt, visit, "anything")


def test_a37_a_form_cannot_pass_by_the_check_page(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(OutOfOrder):
        submit_action(rt, actor=CUSTOMER, token=visit.token, action="pay", nonce="n",
                      form=Form(ALL))


@pytest.mark.parametrize("shown", [None, "", "0" * 64])
def test_a48_another_digest_than_what_was_shown(rt: Runtime, shown: str | None) -> None:
    visit = a_coded_visit(rt=rt)
    a_choice(rt=rt, visit=visit)
    with nothing_written(rt.db), pytest.raises(ChoiceChanged):
        submit(rt, visit, shown)


def test_a48_the_choice_was_changed_in_another_tab(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit, action="pay", form=PART)
    save_choice(rt, actor=CUSTOMER, token=visit.token, action="pay", form=Form(ALL))
    with nothing_written(rt.db), pytest.raises(ChoiceChanged):
        submit(rt, visit, shown, "pay")


def test_another_amount_is_owed_now(rt: Runtime, clock: Clock) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit, action="pay", form=ALL)
    clock.tick(seconds=10)
    [answer] = receive_triggers(rt, actor=OPERATOR, triggers=[
        a_trigger(number="INV-1", amount="180.00", facts={"postcode": "10001"})
    ])
    assert answer.case_id == visit.case.id
    with nothing_written(rt.db), pytest.raises(ChoiceChanged):
        submit(rt, visit, shown, "pay")


def test_a_promise_for_today_submitted_after_midnight(rt: Runtime, clock: Clock) -> None:
    """The terms are those of the customer's own day, and that is over."""
    case = an_asked_case(rt=rt)
    clock.tick(hours=13, minutes=58)  # 23:58 in New York
    visit = a_coded_visit(rt=rt, visit=an_open_visit(rt=rt, case=case))
    shown = a_choice(rt=rt, visit=visit, form={"on": "2026-01-05", "how": "all"})
    clock.tick(minutes=2)
    with nothing_written(rt.db), pytest.raises(ChoiceChanged):
        submit(rt, visit, shown)


# --- whose it is, and how sure we are --------------------------------------------------------


def test_a40_an_action_of_another_workflow(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    for action in ("attest", "nothing", "../pay"):
        with nothing_written(rt.db), pytest.raises(NotFound):
            submit(rt, visit, "x", action)


def test_r1_5_a_link_alone_may_not_act(rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    shown = a_choice(rt=rt, visit=a_coded_visit(rt=rt, case=case))
    other = an_open_visit(rt=rt, case=case)
    with nothing_written(rt.db, but=RECORDED), pytest.raises(StepUpNeeded, match="code"):
        submit(rt, other, shown)
    assert events_of(rt, case)[-1] == "decision.denied"
    assert (last_decision(rt)["stage"], state_of(rt, case)) == ("denied", CaseState.OPEN)


def test_a24_a_strong_code_is_for_the_choice_it_was_sent_for(rt: Runtime, clock: Clock) -> None:
    """A plan over 1,000 asks for a fresh code bound to it; another plan voids it."""
    visit = a_coded_visit(rt=rt, owed="1500.00")
    shown = a_choice(rt=rt, visit=visit, action="plan", form={"option": "monthly-3"})
    with nothing_written(rt.db, but=RECORDED), pytest.raises(StepUpNeeded, match="strong"):
        submit(rt, visit, shown, "plan")
    clock.tick(seconds=30)
    strong = a_coded_visit(rt=rt, visit=visit, purpose=f"plan:{shown}")
    other = a_choice(rt=rt, visit=strong, action="plan", form={"option": "monthly-4"})
    with nothing_written(rt.db, but=RECORDED), pytest.raises(StepUpNeeded, match="strong"):
        submit(rt, strong, other, "plan", "nonce-2")
    a_choice(rt=rt, visit=strong, action="plan", form={"option": "monthly-3"})
    assert submit(rt, strong, shown, "plan", "nonce-3").kind == "outcome"


def test_a_strong_code_of_five_minutes_ago(rt: Runtime, clock: Clock) -> None:
    visit = a_coded_visit(rt=rt, owed="1500.00")
    shown = a_choice(rt=rt, visit=visit, action="plan", form={"option": "monthly-3"})
    clock.tick(seconds=30)
    strong = a_coded_visit(rt=rt, visit=visit, purpose=f"plan:{shown}")
    clock.tick(minutes=4)
    a_choice(rt=rt, visit=strong, action="plan", form={"option": "monthly-3"})
    clock.tick(minutes=1)
    with nothing_written(rt.db, but=RECORDED), pytest.raises(StepUpNeeded, match="strong"):
        submit(rt, strong, shown, "plan")


def test_while_a_person_has_the_case(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit)
    ask_for_help(rt, actor=CUSTOMER, token=visit.token, reason="dispute")
    with nothing_written(rt.db), pytest.raises(AlreadySettled):
        submit(rt, visit, shown)


def test_without_a_visit(rt: Runtime) -> None:
    a_coded_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(VisitEnded):
        submit_action(rt, actor=CUSTOMER, token="token-0", action="pay", nonce="n", shown="x")


def test_the_case_of_somebody_else_is_untouched(rt: Runtime) -> None:
    """A visit acts on its own case; there is no id to change."""
    mine = a_coded_visit(rt=rt)
    other = an_asked_case(rt=rt, person=a_person(rt=rt, reference="CUST-2"), number="INV-2")
    before = the_case(rt, other.id)
    a_submission(rt=rt, visit=mine)
    carry_all(rt)
    assert the_case(rt, other.id) == before


def test_only_a_customer_submits(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit, form=PROMISE)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        submit_action(
            rt, actor=WORKER, token=visit.token, action="promise", nonce="n", shown=shown
        )
