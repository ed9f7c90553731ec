"""Replies that a person has to read, with whose each may be."""

from __future__ import annotations

from collections.abc import Callable

from inthread.commands.receive_reply import receive_reply
from inthread.domain.actor import provider
from inthread.runtime import Runtime
from inthread.spi import Incoming
from tests.build import PHONE, a_case, a_person, the_case
from tests.rows import every_row
from tests.web.console.colleague import Colleague
from tests.web.console.test_exceptions_pages import words

ROOM = "/console/replies"
Hire = Callable[..., Colleague]


def waits(rt: Runtime, body: str = "don't stop my plan", event: str = "SM1") -> str:
    reply = receive_reply(
        rt, actor=provider("sms"), provider="sms", incoming=Incoming(event, PHONE, body)
    )
    assert reply is not None
    assert reply.state.value == "waiting"
    return reply.id


def two_people(rt: Runtime) -> tuple[str, str]:
    mine = a_case(rt=rt, person=a_person(rt=rt))
    theirs = a_case(rt=rt, number="INV-2", person=a_person(
        rt=rt, reference="CUST-2", name="Noor Haddad", contacts=(("sms", PHONE),)
    ))
    return mine.id, theirs.id


def test_nothing_waits(colleague: Hire) -> None:
    assert "No reply waits" in colleague("agent").get(ROOM).text


def test_it_is_matched_to_one_of_those_it_may_be_from(rt: Runtime, colleague: Hire) -> None:
    ada = colleague("agent")
    mine, theirs = two_people(rt)
    reply_id = waits(rt, "I paid already, 4111 1111 1111 1111")
    page = words(ada.get(ROOM).text)
    for part in ("Says it is paid", "due Tue 15:00", "I paid already, [card number removed]",
                 "••• 482", "Maya Okafor, case INV-1", "Noor Haddad, case INV-2",
                 "For Customer care."):
        assert part in page, part
    answer = ada.post(f"{ROOM}/{reply_id}/resolve", {"result": f"assign:{theirs}"}, on=ROOM)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{ROOM}?said=reply_resolved")
    assert [the_case(rt, c).state.value for c in (mine, theirs)] == ["open", "exception"]
    [kept] = every_row(rt.db)["replies"]
    assert (kept["state"], kept["resolution"], kept["resolved_by"]) == (
        "read", "assign", str(ada.actor)
    )
    gone = ada.post(f"{ROOM}/{reply_id}/resolve", {"result": "read"}, on="/console/")
    assert gone.status_code == 409


def test_it_was_a_stop(rt: Runtime, colleague: Hire) -> None:
    ada = colleague("agent")
    two_people(rt)
    ada.post(f"{ROOM}/{waits(rt)}/resolve", {"result": "stop"}, on=ROOM)
    assert [s["address"] for s in every_row(rt.db)["suppressions"]] == [PHONE]


def test_what_is_no_answer(rt: Runtime, colleague: Hire) -> None:
    ada, viewer = colleague("agent"), colleague("viewer")
    two_people(rt)
    reply_id = waits(rt)
    path = f"{ROOM}/{reply_id}/resolve"
    for form, status in (({"result": ""}, 422), ({"result": "assign"}, 422),
                         ({"result": "assign:case_0"}, 404)):
        answer = ada.post(path, form, on=ROOM)
        assert answer.status_code == status
        assert "Nothing was changed" in answer.text
    assert "/resolve" not in viewer.get(ROOM).text
    assert viewer.post(path, {"result": "read"}).status_code == 403
    assert [r["state"] for r in every_row(rt.db)["replies"]] == ["waiting"]
