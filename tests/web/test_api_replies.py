"""Replies to read over HTTP: the most urgent first, with whose each may be, and read once."""

from __future__ import annotations

import pytest
from flask import Flask

from inthread.commands.receive_reply import receive_reply
from inthread.domain.actor import provider
from inthread.runtime import Runtime
from inthread.spi import Incoming
from tests.build import PHONE, a_case, a_person, the_case
from tests.clock import Clock
from tests.rows import every_row, nothing_written
from tests.web.caller import Caller, problem

REPLIES = "/api/v1/replies"
NOW = "2026-01-05T15:00:00Z"


@pytest.fixture
def office(app: Flask, rt: Runtime) -> Caller:
    return Caller(app, rt)


def waits(rt: Runtime, body: str = "don't stop my plan", event_id: str = "SM1",
          address: str = PHONE) -> str:
    """The id of a reply that a person has to read."""
    reply = receive_reply(
        rt, actor=provider("sms"), provider="sms", incoming=Incoming(event_id, address, body)
    )
    assert reply is not None
    assert reply.state.value == "waiting"
    return reply.id


def test_a_reply_of_two_people_waits_with_whose_it_may_be(rt: Runtime, office: Caller) -> None:
    """A shared number: never the wrong person's, so nobody's until it is read."""
    case = a_case(rt=rt, person=a_person(rt=rt))
    a_person(rt=rt, reference="CUST-2", name="", contacts=(("whatsapp", PHONE),))
    reply_id = waits(rt, "I paid this already, 4111 1111 1111 1111")
    page = office.get(f"{REPLIES}?state=waiting").get_json()
    [reply] = page["replies"]
    assert page["after"] is None
    assert reply == {
        "id": reply_id, "channel": "sms", "address": "482",
        "body": reply["body"], "choice": "", "intent": "already_paid", "case_id": None,
        "state": "waiting", "queue": rt.answers.queue,
        "due_at": "2026-01-06T15:00:00Z",
        "received_at": NOW, "resolved_at": None, "resolution": None, "person": None,
        "candidates": [
            {"person": "CUST-1", "name": "Maya Okafor", "case_id": case.id, "reference": "INV-1",
             "workflow": "overdue_invoice"},
            {"person": "CUST-2", "name": "", "case_id": None, "reference": None, "workflow": None},
        ],
    }
    assert "4111" not in reply["body"]


def test_who_is_known_is_named_and_needs_no_candidates(rt: Runtime, office: Caller) -> None:
    case = a_case(rt=rt)
    waits(rt)
    [reply] = office.get(REPLIES).get_json()["replies"]
    assert (reply["person"], reply["case_id"], reply["candidates"]) == ("CUST-1", case.id, [])
    assert (reply["intent"], reply["queue"]) == (
        "unsure_stop", rt.workflows["overdue_invoice"].queues["question"].queue
    )


def test_the_most_urgent_first_a_page_at_a_time_whatever_is_read_meanwhile(
    rt: Runtime, office: Caller, clock: Clock
) -> None:
    ids = []
    for n in range(5):
        ids.append(waits(rt, event_id=f"SM{n}", address=f"+155501004{n:02d}"))
        clock.tick(minutes=1)
    seen, query = [], "limit=2"
    while True:
        page = office.get(f"{REPLIES}?{query}").get_json()
        seen.append([r["id"] for r in page["replies"]])
        office.post(f"{REPLIES}/{seen[-1][-1]}/resolve", {"result": "read"})
        if page["after"] is None:
            break
        query = f"limit=2&after={page['after']}"
    assert seen == [ids[:2], ids[2:4], ids[4:]]


@pytest.mark.parametrize("query", [
    "state=done", "after=rep_1", "after=due_x_rep_1", "after=due_99999999999999999_rep_1",
    "limit=0", "queue=x",
])
def test_a_list_that_there_is_not(office: Caller, query: str) -> None:
    assert office.get(f"{REPLIES}?{query}").status_code == 422


def test_a_person_reads_it_once(rt: Runtime, office: Caller, clock: Clock) -> None:
    a_case(rt=rt)
    reply_id = waits(rt)
    clock.tick(hours=1)
    answer = office.post(f"{REPLIES}/{reply_id}/resolve", {"result": "read"})
    assert answer.status_code == 200
    told = answer.get_json()
    assert {k: told[k] for k in ("state", "queue", "due_at", "resolved_at", "resolution")} == {
        "state": "read", "queue": None, "due_at": None, "resolved_at": "2026-01-05T16:00:00Z",
        "resolution": "read",
    }
    assert office.get(REPLIES).get_json() == {"replies": [], "after": None}
    with nothing_written(rt.db):
        again = office.post(f"{REPLIES}/{reply_id}/resolve", {"result": "stop"})
    assert (again.status_code, problem(again)["type"]) == (
        409, "/api/docs#problem-already_settled"
    )


def test_it_was_a_stop(rt: Runtime, office: Caller) -> None:
    a_case(rt=rt)
    office.post(f"{REPLIES}/{waits(rt)}/resolve", {"result": "stop"})
    assert [s["address"] for s in every_row(rt.db)["suppressions"]] == [PHONE]


def test_it_belongs_to_a_case(rt: Runtime, office: Caller) -> None:
    case = a_case(rt=rt, person=a_person(rt=rt))
    a_person(rt=rt, reference="CUST-2", contacts=(("sms", PHONE),))
    told = office.post(
        f"{REPLIES}/{waits(rt, 'what is this?')}/resolve", {"result": "assign", "case": case.id}
    ).get_json()
    assert (told["case_id"], told["resolution"]) == (case.id, "assign")
    assert the_case(rt, case.id).state.value == "exception"


@pytest.mark.parametrize(("sent", "status", "path"), [
    ({}, 422, "/result"), ({"result": "answer"}, 422, "/result"),
    ({"result": "assign"}, 422, "/case"), ({"result": "assign", "case": "INV 1"}, 422, "/case"),
    ({"result": "read", "note": "x"}, 422, "/note"),
    ({"result": "assign", "case": f"case_{9:026d}"}, 404, None),
])
def test_what_resolves_nothing(
    rt: Runtime, office: Caller, sent: dict[str, str], status: int, path: str | None
) -> None:
    a_case(rt=rt)
    reply_id = waits(rt)
    with nothing_written(rt.db):
        answer = office.post(f"{REPLIES}/{reply_id}/resolve", sent)
    assert (answer.status_code, [e["path"] for e in problem(answer)["errors"]]) == (
        status, [path] if path else []
    )


def test_a40_nobodys_reply_and_no_scope(app: Flask, rt: Runtime, office: Caller) -> None:
    reply_id = waits(rt)
    other = Caller(app, rt, "cases:read")
    with nothing_written(rt.db):
        assert office.post(f"{REPLIES}/rep_{9:026d}/resolve", {"result": "read"}).status_code == 404
        assert other.get(REPLIES).status_code == 403
        assert other.post(f"{REPLIES}/{reply_id}/resolve", {"result": "read"}).status_code == 403
