"""A person resolves what was in the way, and the case goes back where it belongs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.commands.ask_for_help import ask_for_help
from inthread.commands.open_link import open_link
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER, api_key
from inthread.domain.audit import sealed
from inthread.domain.case import CaseState, NextStep
from inthread.domain.refusals import AlreadySettled, BadInput, Forbidden, LinkGone, NotFound
from inthread.domain.work_item import WorkItem
from inthread.runtime import Runtime
from tests.build import (
    AVisit,
    Fakes,
    a_case,
    a_coded_visit,
    a_person,
    a_provider_event,
    a_started_payment,
    a_submission,
    an_asked_case,
    an_open_visit,
    carry_all,
    link_token,
    the_case,
)
from tests.clock import Clock
from tests.look import item_of, said_of, state_of, waiting_for
from tests.races import at_once
from tests.rows import every_row, nothing_written


def resolve(rt: Runtime, visit: AVisit, result: str, note: str = "") -> WorkItem:
    item = item_of(rt, visit.case)
    return resolve_work_item(rt, actor=OPERATOR, item_id=item.id, result=result, note=note)


def helped(rt: Runtime, visit: AVisit, reason: str = "question") -> AVisit:
    ask_for_help(rt, actor=CUSTOMER, token=visit.token, reason=reason)
    return visit


def test_resumed_an_open_case_is_open_quietly(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    visit = helped(rt, an_open_visit(rt=rt))
    clock.tick(hours=3)
    item = resolve(rt, visit, "resume", "explained by phone")
    again = clock.at + timedelta(days=3)
    case = the_case(rt, visit.case.id)
    assert (case.state, case.next) == (CaseState.OPEN, NextStep("contact", "cadence", again))
    assert waiting_for(rt, visit.case) == [("contact", again)]
    assert (item.resolution, item.resolved_at, item.note) == (
        "resume", clock.at, "explained by phone"
    )
    assert said_of(rt, visit.case)[-2:] == [
        ("work.resolved", {
            "work_item": item.id, "reason": "question", "result": "resume",
            "note_sha256": sealed("explained by phone"),
        }),
        ("case.resumed", {"state": "open"}),
    ]
    carry_all(rt)
    assert len(fakes.sms.sent) == 1


def test_resumed_before_the_first_message_it_waits_a_day(rt: Runtime, clock: Clock) -> None:
    person = a_person(rt=rt, contacts=())
    case = a_case(rt=rt, person=person)
    carry_all(rt)
    resolve_work_item(rt, actor=OPERATOR, item_id=item_of(rt, case).id, result="resume")
    assert the_case(rt, case.id).next == NextStep(
        "contact", "cadence", clock.at + timedelta(days=1)
    )


def test_resumed_after_the_whole_cadence_it_gives_up_in_a_day(rt: Runtime, clock: Clock) -> None:
    case = an_asked_case(rt=rt)
    for _ in range(22):
        clock.tick(days=1)
        carry_all(rt)
    resolve_work_item(rt, actor=OPERATOR, item_id=item_of(rt, case).id, result="resume")
    assert the_case(rt, case.id).next == NextStep(
        "give_up", "cadence", clock.at + timedelta(days=1)
    )
    clock.tick(days=1)
    carry_all(rt)
    assert item_of(rt, case).reason == "no_response"


def test_resumed_while_a_payment_is_on_its_way(rt: Runtime, clock: Clock) -> None:
    visit, payment = a_started_payment(rt=rt)
    helped(rt, visit)
    resolve(rt, visit, "resume")
    assert state_of(rt, visit.case) is CaseState.PENDING
    assert [due for k, due in waiting_for(rt, visit.case) if k == "payment"] == [clock.at]
    a_provider_event(rt=rt, payment_id=payment)
    carry_all(rt)
    assert state_of(rt, visit.case) is CaseState.OPEN


def test_resumed_while_the_write_is_on_its_way(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit)
    fakes.billing.script.append("timeout_after")
    carry_all(rt)
    helped(rt, visit)
    resolve(rt, visit, "resume")
    assert the_case(rt, visit.case.id).next == NextStep(
        "prove", "billing", clock.at + timedelta(hours=4)
    )
    clock.tick(minutes=1)
    carry_all(rt)
    assert state_of(rt, visit.case) is CaseState.CLOSED


def failed_write(rt: Runtime, fakes: Fakes) -> AVisit:
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit)
    fakes.billing.script.append("refuse")
    carry_all(rt)
    assert item_of(rt, visit.case).reason == "writeback_failed"
    return visit


def test_tried_again_it_is_written_with_the_same_id(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    visit = failed_write(rt, fakes)
    clock.tick(hours=1)
    resolve(rt, visit, "retry")
    assert [kind for kind, _ in waiting_for(rt, visit.case)] == ["writeback"]
    for _ in range(10):
        carry_all(rt)
        clock.tick(minutes=1)
    assert state_of(rt, visit.case) is CaseState.CLOSED
    assert fakes.billing.calls == [fakes.billing.calls[0]] * 2


def test_a_write_that_failed_cannot_be_passed_over(rt: Runtime, fakes: Fakes) -> None:
    visit = failed_write(rt, fakes)
    for result, why in (("resume", "use retry"), ("withdraw", "resume or retry")):
        with nothing_written(rt.db), pytest.raises(BadInput, match=why):
            resolve(rt, visit, result)


def test_what_did_not_fail_cannot_be_tried_again(rt: Runtime) -> None:
    visit = helped(rt, an_open_visit(rt=rt))
    with nothing_written(rt.db), pytest.raises(BadInput, match="nothing failed here"):
        resolve(rt, visit, "retry")


def test_a47_a_card_number_in_the_note_is_masked(rt: Runtime) -> None:
    visit = helped(rt, an_open_visit(rt=rt))
    item = item_of(rt, visit.case)
    resolve_work_item(
        rt, actor=OPERATOR, item_id=item.id, result="resume", note="said 4111 1111 1111 1111"
    )
    [kept] = every_row(rt.db)["work_items"]
    assert kept["note"] == "said [card number removed] …1111"


def test_withdrawn_it_ends_with_its_links(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    visit = helped(rt, an_open_visit(rt=rt), "dispute")
    token = link_token(rt, visit.case)
    resolve(rt, visit, "withdraw")
    case = the_case(rt, visit.case.id)
    assert (case.state, case.next, case.ended_at) == (CaseState.WITHDRAWN, None, clock.at)
    with pytest.raises(LinkGone):
        open_link(rt, actor=CUSTOMER, token=token)
    clock.tick(days=30)
    carry_all(rt)
    assert len(fakes.sms.sent) == 1


def test_with_a_payment_on_its_way_it_cannot_be_withdrawn(rt: Runtime) -> None:
    visit, _ = a_started_payment(rt=rt)
    helped(rt, visit)
    with nothing_written(rt.db), pytest.raises(BadInput, match="on its way"):
        resolve(rt, visit, "withdraw")


def test_resolved_twice(rt: Runtime) -> None:
    visit = helped(rt, an_open_visit(rt=rt))
    item = item_of(rt, visit.case)
    resolve(rt, visit, "resume")
    with nothing_written(rt.db), pytest.raises(AlreadySettled):
        resolve_work_item(rt, actor=OPERATOR, item_id=item.id, result="withdraw")


def test_two_people_at_once(rt: Runtime) -> None:
    """One of them is first; the other is told."""
    visit = helped(rt, an_open_visit(rt=rt))
    item = item_of(rt, visit.case)
    came = at_once([
        lambda r=r: resolve_work_item(rt, actor=OPERATOR, item_id=item.id, result=r)
        for r in ("resume", "withdraw") * 4
    ])
    assert sum(isinstance(r, WorkItem) for r in came) == 1
    assert sum(isinstance(r, AlreadySettled) for r in came) == 7
    assert [w["resolved_at"] is not None for w in every_row(rt.db)["work_items"]] == [True]


def test_the_person_and_the_proof_at_once(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit)
    carry_all(rt, kinds=("code", "message"))
    helped(rt, visit)
    at_once([
        lambda: resolve(rt, visit, "resume"), lambda: carry_all(rt, kinds=("writeback",)),
    ])
    assert state_of(rt, visit.case) is CaseState.CLOSED
    assert len(fakes.billing.effects) == 1


def test_a_result_that_is_none(rt: Runtime) -> None:
    visit = helped(rt, an_open_visit(rt=rt))
    with nothing_written(rt.db), pytest.raises(BadInput) as refusal:
        resolve(rt, visit, "close")
    assert [p.path for p in refusal.value.problems] == ["/result"]


def test_an_item_that_is_none(rt: Runtime) -> None:
    with nothing_written(rt.db), pytest.raises(NotFound):
        resolve_work_item(rt, actor=OPERATOR, item_id="wi_0", result="resume")


@pytest.mark.parametrize("actor", [
    CUSTOMER, WORKER, api_key("key_1", frozenset({"work:read", "cases:write"})),
])
def test_who_may_not(rt: Runtime, actor) -> None:  # type: ignore[no-untyped-def]
    visit = helped(rt, an_open_visit(rt=rt))
    item = item_of(rt, visit.case)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        resolve_work_item(rt, actor=actor, item_id=item.id, result="resume")
