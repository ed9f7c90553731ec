"""The page of a case: what it shows, what it keeps back, and what staff do from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from inthread.domain.case import Case, CaseState
from inthread.runtime import Runtime
from inthread.store import case_parts, people
from tests.build import (
    EMAIL,
    PHONE,
    Fakes,
    a_case,
    a_coded_visit,
    a_person,
    a_submission,
    an_asked_case,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.rows import every_row, nothing_written
from tests.web.console.colleague import Colleague

Colleagues = Callable[..., Colleague]


@pytest.fixture
def ada(colleague: Colleagues) -> Colleague:
    return colleague("agent")


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def path_of(case: Case) -> str:
    return f"/console/cases/{case.id}"


def test_what_a_case_shows(rt: Runtime, ada: Colleague) -> None:
    visit = a_coded_visit(rt=rt)
    page = text_of(ada.get(path_of(visit.case)).text)
    for said in (
        "Case INV-1", "Maya O.", "CUST-1", "Ask the customer", "$184.20", "Works until",
        "Here now", "a code sent to them", "The customer gave the right code",
        "The customer opened the link", "Text message •••482", "May be used for collections",
        "Offered: ",
    ):
        assert said in page, said


def test_what_is_personal_is_not_in_the_page(rt: Runtime, ada: Colleague) -> None:
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit)
    carry_all(rt)
    for path in (path_of(visit.case), "/console/cases",
                 f"/console/people/{visit.case.person_id}"):
        page = ada.get(path).text
        assert "Okafor" not in page
        assert PHONE[2:] not in page
        assert EMAIL not in page
        assert "10001" not in page  # the postcode is the question they are asked


def test_a_decision_is_explained_cell_by_cell(rt: Runtime, ada: Colleague) -> None:
    visit = a_coded_visit(rt=rt)
    with rt.db.read() as tx:
        [kept] = case_parts.decisions(tx, visit.case.id, 10)
    path = f"{path_of(visit.case)}/decisions/{kept.id}"
    assert path in ada.get(path_of(visit.case)).text
    page = text_of(ada.get(path).text)
    assert "Decides again to the same" in page
    assert "Decides" in page.replace("Decides again", "")
    other = a_case(rt=rt, number="INV-2", person=a_person(rt=rt, reference="CUST-2"))
    assert ada.get(f"{path_of(other)}/decisions/{kept.id}").status_code == 404


def test_what_was_agreed_and_its_evidence(rt: Runtime, ada: Colleague) -> None:
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit, action="plan")
    carry_all(rt)
    page = ada.get(path_of(visit.case)).text
    assert "What they agreed to" in page
    file = ada.get(f"{path_of(visit.case)}/evidence.json")
    assert file.mimetype == "application/json"
    assert file.headers["Content-Disposition"].startswith(
        f'attachment; filename="{visit.case.id}-2026-01-05'
    )
    assert [c["id"] for c in file.json["cases"]] == [visit.case.id]


def test_why_a_message_was_held(rt: Runtime, clock: Clock, colleague: Colleagues) -> None:
    case = a_case(rt=rt)
    clock.tick(hours=12)  # night in New York
    carry_all(rt)
    page = text_of(colleague("viewer").get(path_of(case)).text)
    assert "A message was held back" in page
    assert "It is not the hour for messages where they are" in page


def test_reveal_is_audited_and_shown_once(rt: Runtime, ada: Colleague) -> None:
    case = an_asked_case(rt=rt)
    path = f"{path_of(case)}/reveal"
    answer = ada.post(path, {"reason": "on_the_line"}, on=path)
    assert answer.status_code == 200
    assert "Maya Okafor" in answer.text
    assert PHONE in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Okafor" not in ada.get(path_of(case)).text
    [event] = [e for e in every_row(rt.db)["audit"] if e["event"] == "person.revealed"]
    assert (event["subject"], event["actor"], event["detail"]) == (
        case.person_id, str(ada.actor), {"reason": "on_the_line"}
    )
    assert "Ada Lin" in ada.get(f"/console/people/{case.person_id}").text


def test_reveal_asks_why(rt: Runtime, ada: Colleague) -> None:
    case = a_case(rt=rt)
    path = f"{path_of(case)}/reveal"
    with nothing_written(rt.db):
        answer = ada.post(path, {"reason": "curious"}, on=path)
    assert answer.status_code == 422
    assert "Choose one of these" in answer.text
    assert "Okafor" not in answer.text


def test_a_viewer_sees_and_does_nothing(rt: Runtime, colleague: Colleagues) -> None:
    case, vera = an_asked_case(rt=rt), colleague("viewer")
    page = vera.get(path_of(case)).text
    for act in ("link", "pause", "hand-over", "close", "reveal"):
        assert f"{path_of(case)}/{act}" not in page
        assert vera.get(f"{path_of(case)}/{act}").status_code == 403
        answer = vera.post(f"{path_of(case)}/{act}", {"reason": "x"}, on="/console/cases")
        assert answer.status_code == 403
    assert the_case(rt, case.id) == case


def test_send_the_link(rt: Runtime, ada: Colleague, fakes: Fakes) -> None:
    case = an_asked_case(rt=rt)
    with rt.db.read() as tx:
        contact = people.get(tx, case.person_id).contacts[0]
    path = f"{path_of(case)}/link"
    answer = ada.post(path, {"contact": contact.id, "asked": "yes"}, on=path)
    assert answer.headers["Location"] == f"{path_of(case)}?said=link_sent"
    assert "The link is on its way." in ada.get(answer.headers["Location"]).text
    carry_all(rt, kinds=("message",))
    assert len(fakes.sms.sent) == 2


def test_why_the_link_cannot_be_sent(rt: Runtime, ada: Colleague) -> None:
    case = an_asked_case(rt=rt)
    with rt.db.read() as tx:
        contact = people.get(tx, case.person_id).contacts[1]
    path = f"{path_of(case)}/link"
    before = every_row(rt.db)["messages"]
    answer = ada.post(path, {"contact": contact.id, "asked": "no"}, on=path)
    assert answer.status_code == 422
    assert "they were written to often enough for now. Try again from" in answer.text
    chosen = re.search(rf'value="{contact.id}"([^>]*)>', answer.text)
    assert chosen is not None
    assert "checked" in chosen[1]
    assert every_row(rt.db)["messages"] == before


def test_pause_and_end_the_pause(rt: Runtime, clock: Clock, ada: Colleague) -> None:
    case = an_asked_case(rt=rt)
    path, day = f"{path_of(case)}/pause", (clock.at + timedelta(days=10)).date()
    answer = ada.post(path, {"until": day.isoformat(), "reason": "in hospital"}, on=path)
    assert answer.headers["Location"] == f"{path_of(case)}?said=case_paused"
    page = text_of(ada.get(path_of(case)).text)
    assert "“in hospital”" in page
    assert "Paused: nothing is asked" in page
    until = the_case(rt, case.id).paused_until
    assert until is not None
    assert until.date() == day
    answer = ada.post(f"{path_of(case)}/resume", on=path_of(case))
    assert answer.headers["Location"] == f"{path_of(case)}?said=case_resumed"
    assert the_case(rt, case.id).paused_until is None


@pytest.mark.parametrize(("until", "reason", "says"), [
    ("", "ill", "That day is no day: choose one"),
    ("2026-09-01", "ill", "That day is more than 30 days ahead"),
    ("2026-01-09", "", "The reason is empty"),
])
def test_a_pause_that_cannot_be(
    rt: Runtime, ada: Colleague, until: str, reason: str, says: str
) -> None:
    case = an_asked_case(rt=rt)
    path = f"{path_of(case)}/pause"
    answer = ada.post(path, {"until": until, "reason": reason}, on=path)
    assert answer.status_code == 422
    assert says in answer.text
    assert f'value="{until}"' in answer.text
    assert the_case(rt, case.id) == case


def test_hand_over(rt: Runtime, ada: Colleague) -> None:
    case = an_asked_case(rt=rt)
    path = f"{path_of(case)}/hand-over"
    answer = ada.post(path, {"reason": "dispute", "note": ""}, on=path)
    assert answer.status_code == 422
    assert "The note is empty" in answer.text
    answer = ada.post(path, {"reason": "dispute", "note": "paid in March"}, on=path)
    assert answer.headers["Location"] == f"{path_of(case)}?said=case_handed_over"
    assert the_case(rt, case.id).state is CaseState.EXCEPTION
    assert "has it." in text_of(ada.get(path_of(case)).text)


def test_close(rt: Runtime, ada: Colleague) -> None:
    case = an_asked_case(rt=rt)
    path = f"{path_of(case)}/close"
    answer = ada.post(path, {"reason": "credited"}, on=path)
    assert answer.headers["Location"] == f"{path_of(case)}?said=case_closed"
    page = text_of(ada.get(path_of(case)).text)
    assert "“credited”" in page
    answer = ada.post(path, {"reason": "again"}, on=path)
    assert answer.status_code == 422
    assert "The case is withdrawn already." in answer.text


def test_what_is_not_there(ada: Colleague) -> None:
    for path in ("/console/cases/case_none", "/console/cases/case_none/evidence.json",
                 "/console/people/per_none", "/console/cases/case_none/pause"):
        assert ada.get(path).status_code == 404
    assert ada.get("/console/cases/case_none?before=x").status_code == 404
