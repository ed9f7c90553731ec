"""Writebacks, messages and audit as people use them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from inthread.runtime import Runtime
from tests.build import Fakes, the_case
from tests.clock import Clock
from tests.commands.delivery import go, promised
from tests.look import writeback_of
from tests.rows import nothing_written
from tests.web.console.colleague import Colleague

Hire = Callable[..., Colleague]
LIST = "/console/writebacks"


@pytest.fixture
def failed(rt: Runtime, clock: Clock, fakes: Fakes) -> str:
    """The id of a writeback that the office refused."""
    fakes.billing.mode = "refuse"
    case = promised(rt)
    go(rt, clock)
    fakes.billing.mode = "ok"
    return writeback_of(rt, case).id


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_what_failed_is_found_and_tried_again(
    rt: Runtime, clock: Clock, colleague: Hire, failed: str
) -> None:
    ada = colleague("admin")
    assert failed in ada.get(f"{LIST}?state=failed").text
    assert failed not in ada.get(f"{LIST}?state=proved").text
    page = ada.get(f"{LIST}/{failed}")
    assert "Stopped" in text(page.text)
    assert "POST /promises" in text(page.text)
    answer = ada.post(f"{LIST}/{failed}/replay", on=f"{LIST}/{failed}")
    assert (answer.status_code, answer.headers["Location"]) == (
        303, f"{LIST}/{failed}?said=writeback_replayed"
    )
    go(rt, clock)
    again = ada.post(f"{LIST}/{failed}/replay", on=LIST)
    assert again.status_code == 409
    assert "It is proved" in text(again.text)


def test_a_range_is_replayed_and_told(
    rt: Runtime, clock: Clock, colleague: Hire, failed: str
) -> None:
    ada = colleague("admin")
    answer = ada.post(f"{LIST}/replay", {"connector": "billing", "hours": "12"}, on=LIST)
    assert answer.headers["Location"] == f"{LIST}?connector=billing&replayed=1&refused=0"
    assert "1 tried again" in text(ada.get(answer.headers["Location"]).text)
    with nothing_written(rt.db):
        wrong = ada.post(f"{LIST}/replay", {"connector": "billing", "hours": "9999"}, on=LIST)
    assert wrong.status_code == 422


def test_pause_and_go_on(rt: Runtime, clock: Clock, colleague: Hire) -> None:
    ada = colleague("admin")
    answer = ada.post(f"{LIST}/connectors/billing/pause", {"why": "<b>upkeep</b>"}, on=LIST)
    assert answer.status_code == 303
    page = ada.get(LIST).text
    assert "Paused by us" in page
    assert "&lt;b&gt;upkeep" in page
    assert ada.post(f"{LIST}/connectors/billing/resume", on=LIST).status_code == 303
    assert "Paused by us" not in ada.get(LIST).text
    assert ada.post(f"{LIST}/connectors/nobody/pause", {"why": "x"}, on=LIST).status_code == 404


def test_an_agent_sees_and_cannot_touch(
    rt: Runtime, colleague: Hire, failed: str
) -> None:
    ben = colleague("agent")
    assert "Write it again" not in ben.get(f"{LIST}/{failed}").text
    with nothing_written(rt.db, but=("audit",)):  # that they were turned away is recorded
        assert ben.post(f"{LIST}/{failed}/replay", on="/console/").status_code == 403
    assert ben.get("/console/audit").status_code == 403


def test_messages_and_one_of_them(rt: Runtime, colleague: Hire) -> None:
    case = promised(rt)
    ben = colleague("viewer")
    page = ben.get("/console/messages?purpose=ask").text
    assert case.reference in page
    assert "+1555010" not in page
    ids = re.findall(r"/console/messages/(msg_\w+)", page)
    one = text(ben.get(f"/console/messages/{ids[0]}").text)
    assert "{{ link }}" in one
    assert "/l/k1" not in one
    assert ben.get("/console/messages/msg_nobody").status_code == 404


def test_the_audit_names_people_and_leaves_as_a_file(
    rt: Runtime, clock: Clock, colleague: Hire
) -> None:
    case = promised(rt)
    eve = colleague("auditor", name="Eve Holt")
    page = text(eve.get(f"/console/audit?subject={case.id}").text)
    assert "Every event of this subject fits its chain" in page
    answer = eve.post("/console/audit/export", {"form": "csv", "subject": case.id},
                      on="/console/audit")
    assert answer.status_code == 200
    assert answer.text.startswith("at,subject,n,actor,event,detail,prev,hash\r\n")
    assert "Eve Holt" in eve.get("/console/audit?actor=staff").text
    assert the_case(rt, case.id).live


@pytest.mark.parametrize("day", ["tomorrow", "2026-13-01", "0001-01-01"])
def test_a_day_that_is_none_is_told(rt: Runtime, colleague: Hire, day: str) -> None:
    answer = colleague("auditor").get(f"/console/audit?since={day}")
    assert answer.status_code == 422
    assert "write the day as" in answer.text
