"""Work over HTTP: found, resolved, once."""

from __future__ import annotations

import pytest
from flask import Flask

from inthread.runtime import Runtime
from tests.build import the_case
from tests.clock import Clock
from tests.commands.work import a_colleague
from tests.rows import nothing_written
from tests.triggers import a_trigger
from tests.web.caller import Caller, problem

WORK = "/api/v1/work-items"


@pytest.fixture
def office(app: Flask, rt: Runtime) -> Caller:
    return Caller(app, rt)


def disputed(office: Caller, *numbers: str) -> list[str]:
    """Ids of cases that a person has."""
    told = office.post("/api/v1/triggers", {"triggers": [
        a_trigger(number=n, facts={"disputed": True}) for n in numbers
    ]}).get_json()
    return [answer["case_id"] for answer in told["answers"]]


def test_work_waits_with_all_that_is_needed(rt: Runtime, office: Caller) -> None:
    [case_id] = disputed(office, "1")
    queue = rt.workflows["overdue_invoice"].queues["dispute"]
    page = office.get(WORK).get_json()
    [item] = page["items"]
    assert page["after"] is None
    assert item == {
        "id": item["id"], "case_id": case_id, "reason": "dispute", "queue": queue.queue,
        "due_at": "2026-01-07T15:00:00Z",
        "opened_at": "2026-01-05T15:00:00Z", "resolved_at": None, "resolution": None,
        "note": None, "assigned_to": None, "claimed_by": None, "claimed_until": None,
        "cause": "dispute|overdue_invoice|the facts ask for a person",
        "packet": {
            "why": "the facts ask for a person", "identity": None, "offered": None,
            "outcome": None, "payment": None, "event": None, "writeback": None, "failed": [],
            "messages": [], "words": "",
            "consent": {"purpose": "collections", "stopped": None, "contacts": [{
                "channel": "sms", "address": "482", "given": True, "source": "trigger",
                "at": "2026-01-05T15:00:00+00:00", "stopped": False, "unreachable": False,
            }]},
        },
    }


def test_the_most_urgent_is_first_a_page_at_a_time(
    rt: Runtime, office: Caller, clock: Clock
) -> None:
    for n in range(5):
        disputed(office, str(n))
        clock.tick(minutes=1)
    seen, query = [], "limit=2"
    while True:
        page = office.get(f"{WORK}?{query}").get_json()
        seen.append([i["case_id"] for i in page["items"]])
        if page["after"] is None:
            break
        query = f"limit=2&after={page['after']}"
    assert [len(ids) for ids in seen] == [2, 2, 1]
    flat = [case_id for ids in seen for case_id in ids]
    assert [the_case(rt, case_id).reference for case_id in flat] == ["0", "1", "2", "3", "4"]


def test_work_of_one_queue(rt: Runtime, office: Caller) -> None:
    disputed(office, "1")
    queue = rt.workflows["overdue_invoice"].queues["dispute"].queue
    assert len(office.get(f"{WORK}?queue={queue}").get_json()["items"]) == 1
    assert office.get(f"{WORK}?queue=nobody").get_json() == {"items": [], "after": None}


def test_a_page_after_nothing(office: Caller) -> None:
    answer = office.get(f"{WORK}?after=wi_00000000000000000000000099")
    assert (answer.status_code, problem(answer)["type"]) == (404, "/api/docs#problem-not_found")


def test_a_person_resolves_it(rt: Runtime, office: Caller, clock: Clock) -> None:
    [case_id] = disputed(office, "1")
    [item] = office.get(WORK).get_json()["items"]
    clock.tick(hours=1)
    answer = office.post(
        f"{WORK}/{item['id']}/resolve", {"result": "resume", "note": "All is well.\nReally."}
    )
    assert (answer.status_code, answer.get_json()) == (200, {
        **item, "resolved_at": "2026-01-05T16:00:00Z", "resolution": "resume",
        "note": "All is well.\nReally.",
    })
    assert the_case(rt, case_id).state.value == "open"
    assert office.get(WORK).get_json()["items"] == []
    with nothing_written(rt.db):
        again = office.post(f"{WORK}/{item['id']}/resolve", {"result": "resume"})
    assert (again.status_code, problem(again)["type"]) == (
        409, "/api/docs#problem-already_settled"
    )


@pytest.mark.parametrize(("sent", "path"), [
    ({}, "/result"), ({"result": "close"}, "/result"), ({"result": 1}, "/result"),
    ({"result": "resume", "note": "x" * 501}, "/note"),
    ({"result": "resume", "note": "a\0"}, "/note"),
    ({"result": "resume", "note": None}, "/note"),
    ({"result": "resume", "by": "me"}, "/by"),
    ({"result": "resume_at"}, "/until"),
    ({"result": "resume_at", "until": "tomorrow"}, "/until"),
    ({"result": "resume", "until": "2026-01-09T15:00:00Z"}, "/until"),
    ({"result": "retry"}, "/result"),
])
def test_a_resolution_that_is_not_understood(
    rt: Runtime, office: Caller, sent: object, path: str
) -> None:
    disputed(office, "1")
    [item] = office.get(WORK).get_json()["items"]
    with nothing_written(rt.db):
        answer = office.post(f"{WORK}/{item['id']}/resolve", sent)
    assert (answer.status_code, [e["path"] for e in problem(answer)["errors"]]) == (422, [path])


@pytest.mark.parametrize("item_id", ["wi_00000000000000000000000099", "case_1", "wi_%00", "x"])
def test_a40_work_nobody_has_is_not_found(rt: Runtime, office: Caller, item_id: str) -> None:
    with nothing_written(rt.db):
        answer = office.post(f"{WORK}/{item_id}/resolve", {"result": "resume"})
    assert (answer.status_code, problem(answer)["type"]) == (404, "/api/docs#problem-not_found")


def two(app: Flask, rt: Runtime) -> tuple[Caller, Caller]:
    return Caller(app, rt, "work:read", "work:write"), Caller(app, rt, "work:read", "work:write")


def test_claimed_it_is_nobody_elses_for_a_while(
    app: Flask, rt: Runtime, office: Caller, clock: Clock
) -> None:
    disputed(office, "1")
    [item] = office.get(WORK).get_json()["items"]
    ada, ben = two(app, rt)
    path = f"{WORK}/{item['id']}"
    told = ada.post(f"{path}/claim", {}).get_json()
    assert (told["claimed_by"][:8], told["claimed_until"]) == ("api:key_", "2026-01-05T17:00:00Z")
    assert [i["id"] for i in ada.get(f"{WORK}?owner=mine").get_json()["items"]] == [item["id"]]
    assert ben.get(f"{WORK}?owner=mine").get_json()["items"] == []
    assert ben.get(f"{WORK}?owner=nobody").get_json()["items"] == []
    for act, body in (("claim", {}), ("release", {}), ("resolve", {"result": "resume"})):
        with nothing_written(rt.db):
            answer = ben.post(f"{path}/{act}", body)
        assert (answer.status_code, problem(answer)["type"]) == (409, "/api/docs#problem-claimed")
    assert ada.post(f"{path}/release", {}).get_json()["claimed_by"] is None
    clock.tick(hours=1)
    assert ben.post(f"{path}/claim", {}).get_json()["claimed_until"] == "2026-01-05T18:00:00Z"


def test_assigned_and_commented(app: Flask, rt: Runtime, office: Caller) -> None:
    disputed(office, "1")
    [item] = office.get(WORK).get_json()["items"]
    path, ada = f"{WORK}/{item['id']}", a_colleague(rt)
    assert office.post(f"{path}/assign", {"to": ada.id}).get_json()["assigned_to"] == str(ada)
    assert office.post(f"{path}/assign", {"to": None}).get_json()["assigned_to"] is None
    with nothing_written(rt.db):
        nobody = office.post(f"{path}/assign", {"to": "stf_0"})
        empty = office.post(f"{path}/comments", {"body": "  "})
    assert [nobody.status_code, empty.status_code] == [422, 422]
    made = office.post(f"{path}/comments", {"body": "One line.\nAnother."}).get_json()
    assert office.get(f"{path}/comments").get_json() == {"comments": [made]}
    assert (made["body"], made["at"]) == ("One line.\nAnother.", "2026-01-05T15:00:00Z")


def test_paused_until_a_day(rt: Runtime, office: Caller) -> None:
    [case_id] = disputed(office, "1")
    [item] = office.get(WORK).get_json()["items"]
    answer = office.post(
        f"{WORK}/{item['id']}/resolve", {"result": "resume_at", "until": "2026-01-12T15:00:00Z"}
    )
    assert answer.status_code == 200
    paused = the_case(rt, case_id).paused_until
    assert paused is not None
    assert paused.isoformat() == "2026-01-12T15:00:00+00:00"


def test_several_alike(rt: Runtime, office: Caller) -> None:
    ids = disputed(office, "1", "2", "3")
    items = [i["id"] for i in office.get(WORK).get_json()["items"]]
    office.post(f"{WORK}/{items[1]}/resolve", {"result": "withdraw"})
    told = office.post(f"{WORK}/resolve", {"items": items, "result": "resume"}).get_json()
    assert told == {
        "done": [items[0], items[2]],
        "refused": [{"id": items[1], "why": "somebody resolved it before"}],
    }
    assert [the_case(rt, i).state.value for i in ids] == ["open", "withdrawn", "open"]


@pytest.mark.parametrize("act", ["claim", "release", "assign", "comments", "resolve"])
def test_a40_nobodys_work_and_no_scope(
    app: Flask, rt: Runtime, office: Caller, act: str
) -> None:
    disputed(office, "1")
    [item] = office.get(WORK).get_json()["items"]
    body = {"claim": {}, "release": {}, "assign": {"to": None}, "comments": {"body": "x"},
            "resolve": {"result": "resume"}}[act]
    reader = Caller(app, rt, "work:read", "cases:write")
    with nothing_written(rt.db):
        assert reader.post(f"{WORK}/{item['id']}/{act}", body).status_code == 403
        assert office.post(f"{WORK}/wi_{9:026d}/{act}", body).status_code == 404
