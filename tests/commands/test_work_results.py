"""Each result brings the case back at its place, and is refused where it does not fit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.commands.open_link import open_link
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.commands.sweep import sweep
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.case import CaseState
from inthread.domain.refusals import BadInput, LinkGone
from inthread.domain.work_item import PACKET, WorkItem
from inthread.queries.work_item_page import work_item_page
from inthread.runtime import Runtime
from inthread.store import cases, people
from tests.build import (
    Fakes,
    a_case,
    a_person,
    a_started_payment,
    an_open_visit,
    carry_all,
    link_token,
    the_case,
)
from tests.clock import MONDAY, Clock
from tests.commands.test_resolve_work_item import helped
from tests.commands.work import asked, refused_write
from tests.look import events_of, item_of, said_of, waiting_for
from tests.rows import every_row, nothing_written

WEEK = timedelta(days=7)


def test_resumed_at_a_later_day_nothing_is_asked_before(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    visit = asked(rt, "hardship")
    item, until = item_of(rt, visit.case), clock.at + WEEK
    sent = len(fakes.sms.sent)
    resolve_work_item(rt, actor=OPERATOR, item_id=item.id, result="resume_at", until=until)
    case = the_case(rt, visit.case.id)
    assert (case.state, case.paused_until) == (CaseState.OPEN, until)
    assert [event for event, _ in said_of(rt, case)[-3:]] == [
        "work.resolved", "case.resumed", "case.paused"
    ]
    assert said_of(rt, case)[-1][1]["until"] == until.isoformat()
    for _ in range(6):
        clock.tick(days=1)
        carry_all(rt)
    assert len(fakes.sms.sent) + len(fakes.email.sent) == sent
    clock.tick(days=1, hours=1)
    carry_all(rt)
    assert len(fakes.sms.sent) + len(fakes.email.sent) == sent + 1


def test_the_link_is_given_again(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    visit = asked(rt, "question")
    item = item_of(rt, visit.case)
    resolve_work_item(rt, actor=OPERATOR, item_id=item.id, result="relink")
    assert the_case(rt, visit.case.id).state is CaseState.OPEN
    carry_all(rt)
    assert "link.resent" in events_of(rt, visit.case)
    assert link_token(rt, visit.case) in fakes.sms.sent[-1].body
    for _ in range(2):
        helped(rt, visit)
        resolve_work_item(
            rt, actor=OPERATOR, item_id=item_of(rt, visit.case).id, result="relink"
        )
    helped(rt, visit)
    with nothing_written(rt.db), pytest.raises(BadInput, match="no more until tomorrow"):
        resolve_work_item(
            rt, actor=OPERATOR, item_id=item_of(rt, visit.case).id, result="relink"
        )


def test_who_was_written_to_is_somebody_else(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    """The case goes on with the contact point that it has not used."""
    visit = helped(rt, an_open_visit(rt=rt))
    token = link_token(rt, visit.case)
    resolve_work_item(
        rt, actor=OPERATOR, item_id=item_of(rt, visit.case).id, result="stop_contact"
    )
    assert the_case(rt, visit.case.id).state is CaseState.OPEN
    stopped = {c["channel"]: c["stopped_why"] for c in every_row(rt.db)["contacts"]}
    assert stopped == {"sms": "wrong_person", "email": None}
    with pytest.raises(LinkGone):
        open_link(rt, actor=CUSTOMER, token=token)
    clock.tick(days=4)
    carry_all(rt)
    assert (len(fakes.sms.sent), len(fakes.email.sent)) == (1, 1)


def test_with_nobody_else_to_write_to_it_ends(rt: Runtime) -> None:
    visit = asked(rt)
    resolve_work_item(
        rt, actor=OPERATOR, item_id=item_of(rt, visit.case).id, result="stop_contact"
    )
    assert the_case(rt, visit.case.id).state is CaseState.WITHDRAWN
    assert events_of(rt, visit.case)[-3:] == [
        "contact.stopped", "work.resolved", "case.withdrawn"
    ]
    assert waiting_for(rt, visit.case) == []


@pytest.mark.parametrize(("days", "why"), [
    (None, "say until when"), (0, "is over already"), (-1, "is over already"),
    (31, "more than 30 days"),
])
def test_a_pause_that_cannot_be(rt: Runtime, clock: Clock, days: int | None, why: str) -> None:
    visit = asked(rt, "hardship")
    until = clock.at + timedelta(days=days) if days is not None else None
    with nothing_written(rt.db), pytest.raises(BadInput, match=why) as refusal:
        resolve_work_item(
            rt, actor=OPERATOR, item_id=item_of(rt, visit.case).id, result="resume_at",
            until=until,
        )
    assert [p.path for p in refusal.value.problems] == ["/until"]


def test_no_day_goes_with_another_result(rt: Runtime, clock: Clock) -> None:
    visit = asked(rt)
    with nothing_written(rt.db), pytest.raises(BadInput, match="is not for resume"):
        resolve_work_item(
            rt, actor=OPERATOR, item_id=item_of(rt, visit.case).id, result="resume",
            until=clock.at + WEEK,
        )


def test_at_the_end_of_its_time_it_is_withdrawn_or_nothing(rt: Runtime, clock: Clock) -> None:
    visit = asked(rt)
    item, case = item_of(rt, visit.case), the_case(rt, visit.case.id)
    clock.at = case.expires_at
    for result in ("resume_at", "relink"):
        with nothing_written(rt.db), pytest.raises(BadInput, match="time is over"):
            resolve_work_item(
                rt, actor=OPERATOR, item_id=item.id, result=result,
                until=clock.at + WEEK if result == "resume_at" else None,
            )
    with nothing_written(rt.db):
        sweep(rt, actor=WORKER)
    resolve_work_item(rt, actor=OPERATOR, item_id=item.id, result="withdraw")
    assert the_case(rt, case.id).state is CaseState.WITHDRAWN


@pytest.mark.parametrize("result", ["resume_at", "relink", "stop_contact", "withdraw"])
def test_what_is_on_its_way_is_not_passed_over(rt: Runtime, clock: Clock, result: str) -> None:
    visit, _ = a_started_payment(rt=rt)
    helped(rt, visit)
    until = clock.at + WEEK if result == "resume_at" else None
    with nothing_written(rt.db), pytest.raises(BadInput, match="on its way"):
        resolve_work_item(
            rt, actor=OPERATOR, item_id=item_of(rt, visit.case).id, result=result, until=until
        )


def test_the_page_says_what_the_command_will_say(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    """Each choice that fits is carried out, and each that does not is refused with its sentence."""
    def choices(item: WorkItem) -> dict[str, str | None]:
        page = work_item_page(rt, actor=OPERATOR, item_id=item.id)
        return {result.value: why for result, why in page.choices}

    failed = item_of(rt, refused_write(rt, fakes).case)
    asked_for = item_of(rt, asked(rt, number="7").case)
    for item, fit in ((failed, {"retry"}), (asked_for, {
        "resume", "resume_at", "relink", "stop_contact", "withdraw",
    })):
        said = choices(item)
        assert {result for result, why in said.items() if why is None} == fit
        for result, why in said.items():
            if why is not None:
                with nothing_written(rt.db), pytest.raises(BadInput) as refusal:
                    resolve_work_item(rt, actor=OPERATOR, item_id=item.id, result=result)
                assert refusal.value.problems[0].message == why
    assert next(iter(choices(failed))) == "retry"


def test_a_stopped_customer_gets_no_link(rt: Runtime) -> None:
    visit = asked(rt)
    with rt.db.begin() as tx:
        case = cases.get(tx, visit.case.id)
        people.stop(tx, case.person_id, "sup_1", rt.now())
    with nothing_written(rt.db), pytest.raises(BadInput, match="wants no more messages"):
        resolve_work_item(
            rt, actor=OPERATOR, item_id=item_of(rt, visit.case).id, result="relink"
        )


def test_a_packet_that_lacks_something_is_no_hand_over() -> None:
    whole = dict.fromkeys(PACKET)
    WorkItem("wi_1", "case_1", "question", "care", MONDAY, whole, MONDAY)
    for part in PACKET:
        with pytest.raises(ValueError, match=f"packet lacks {part}"):
            WorkItem(
                "wi_1", "case_1", "question", "care", MONDAY,
                {k: v for k, v in whole.items() if k != part}, MONDAY,
            )


def test_a_case_without_a_person_to_write_to(rt: Runtime) -> None:
    person = a_person(rt=rt, contacts=())
    case = a_case(rt=rt, person=person)
    carry_all(rt)
    item = item_of(rt, case)
    for result, why in (("relink", "no contact point"), ("stop_contact", "wrote to no")):
        with nothing_written(rt.db), pytest.raises(BadInput, match=why):
            resolve_work_item(rt, actor=OPERATOR, item_id=item.id, result=result)
