"""Exceptions: what waits, by cause; one laid out to be acted on; many mended at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from inthread.commands.claim_work_item import claim_work_item
from inthread.commands.comment_work_item import comment_work_item
from inthread.domain.case import CaseState
from inthread.runtime import Runtime
from tests.build import Fakes, the_case
from tests.clock import Clock
from tests.commands.later import a_left_card
from tests.commands.test_record_payment_event import tell
from tests.commands.work import asked, item_now, refused_write
from tests.look import item_of, state_of
from tests.rows import nothing_written
from tests.web.console.colleague import Colleague

ROOM = "/console/exceptions"
Hire = Callable[..., Colleague]


def words(html: str) -> str:
    """The page as it is read."""
    body = html.split("<main", 1)[-1]
    plain = " ".join(re.sub(r"<[^>]+>", " ", body).split())
    return re.sub(r" ([.,:])", r"\1", plain)


def test_nothing_waits(colleague: Hire) -> None:
    page = words(colleague("agent").get(ROOM).text)
    assert "Nobody is late." in page
    assert "Nothing waits for a person" in page


def test_causes_with_their_cases_and_what_the_customer_sees(
    rt: Runtime, colleague: Hire, fakes: Fakes
) -> None:
    ada = colleague("agent")
    refused_write(rt, fakes)
    for n in ("5", "6"):
        asked(rt, "dispute", number=n)
    page = words(ada.get(ROOM).text)
    assert "3 open from 2 causes. Nobody is late." in page
    assert "Refused: the period is closed 1 case" in page
    assert "4 h left" in page, "of working time: it is due at 14:30 in New York, after lunch"
    assert "A receipt that says we are passing it on. Nobody has told them it failed." in page
    assert "Billing operations 1" in page
    assert "INV-5" not in page, "of the cause that is not chosen"
    both = ada.get(f"{ROOM}?cause=dispute%7Coverdue_invoice%7Cthe+customer+asked").text
    assert "Showing 2 of 2, due first." in words(both)
    assert both.count('type="checkbox"') == 2


def test_views_queues_and_filters(rt: Runtime, colleague: Hire, clock: Clock) -> None:
    ada, ben = colleague("agent"), colleague("agent", name="Ben Ode")
    visits = {n: asked(rt, reason, number=n) for n, reason in (
        ("1", "dispute"), ("2", "question"), ("3", "hardship"),
    )}
    items = {n: item_of(rt, visit.case) for n, visit in visits.items()}
    claim_work_item(rt, actor=ada.actor, item_id=items["2"].id)

    def shown(query: str) -> list[str]:
        return sorted(set(re.findall(r"INV-\d", ada.get(f"{ROOM}?{query}").text)))

    assert shown("view=all") == ["INV-1", "INV-2", "INV-3"]
    assert shown("view=mine") == ["INV-2"]
    assert shown("view=free") == ["INV-1", "INV-3"]
    assert shown("view=late") == []
    assert shown("view=all&reason=hardship") == ["INV-3"]
    assert shown("view=all&queue=billing_disputes") == ["INV-1"]
    assert shown(f"view=all&owner={ada.person.id}") == ["INV-2"]
    assert shown(f"view=all&owner={ben.person.id}") == []
    assert shown("view=all&queue=nobody_has_it") == ["INV-1", "INV-2", "INV-3"]
    clock.tick(days=2, hours=1)
    fresh = colleague("agent")
    late = words(fresh.get(f"{ROOM}?view=late").text)
    assert "3 late, the first since Tue 15:00." in late
    assert "late by 13 h" in late, "a day of twelve hours and one more, of customer care"
    assert "Nobody is late" not in late


def test_a_page_at_a_time(rt: Runtime, colleague: Hire, clock: Clock) -> None:
    ada = colleague("agent")
    for n in range(1, 29):
        asked(rt, number=str(n))
        clock.tick(seconds=1)
    first = ada.get(f"{ROOM}?view=all").text
    assert len(set(re.findall(r">INV-\d+<", first))) == 25
    after = re.search(r"after=(wi_\d+)", first)
    assert after is not None
    rest = ada.get(f"{ROOM}?view=all&after={after[1]}").text
    assert set(re.findall(r">INV-\d+<", rest)) == {">INV-26<", ">INV-27<", ">INV-28<"}


def test_the_packet_is_laid_out(rt: Runtime, colleague: Hire, fakes: Fakes, clock: Clock) -> None:
    ada = colleague("agent")
    visit = refused_write(rt, fakes)
    page = words(ada.get(f"{ROOM}/{item_of(rt, visit.case).id}").text)
    for part in (
        "Refused: the period is closed", "billing: refused: the period is closed",
        "their link and a code, moments before", "sms ••• 482: agreed to collections",
        "promises to billing: failed after 1 try", "Pay Offered", "ask Mon 5 Jan, 15:00 sent",
        "Write again What failed is written again with the same id",
        "What does not fit here, and why Resume: the write failed: use retry.",
    ):
        assert part in page, part


def test_claim_comment_assign_resolve(rt: Runtime, colleague: Hire, clock: Clock) -> None:
    ada, ben = colleague("agent"), colleague("agent", name="Ben Ode")
    visit = asked(rt, "hardship", words="I lost my job.")
    item = item_of(rt, visit.case)
    path = f"{ROOM}/{item.id}"
    assert "I lost my job." in ada.get(path).text
    answer = ada.post(f"{path}/claim", on=path)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?said=work_claimed")
    assert "With you until 15:30" in words(ada.get(path).text)
    theirs = words(ben.get(path).text)
    assert "Ada Lin works on it until 15:30. Then it returns by itself." in theirs
    with nothing_written(rt.db):
        refused = ben.post(f"{path}/resolve", {"result": "resume"}, on=path)
    assert refused.status_code == 409
    assert "Somebody else works on it until Mon 15:30" in words(refused.text)
    assert ada.post(f"{path}/comments", {"body": "Called her."}, on=path).status_code == 303
    assert ada.post(f"{path}/assign", {"to": ben.person.id}, on=path).status_code == 303
    page = words(ben.get(path).text)
    assert "Called her." in page
    assert item_now(rt, item.id).assigned_to == str(ben.actor)
    until = (clock.at + timedelta(days=7)).date().isoformat()
    done = ben.post(
        f"{path}/resolve", {"result": "resume_at", "until": until, "note": "pays in a week"},
        on=path,
    )
    assert (done.status_code, done.headers["Location"]) == (303, f"{path}?said=work_resolved")
    page = words(ben.get(f"{path}?said=work_resolved").text)
    assert "Pause until a day. Ben Ode, Mon 5 Jan, 15:00: pays in a week" in page
    assert "The case is now: Open paused until Mon 12 Jan, 00:00" in page
    assert the_case(rt, visit.case.id).state is CaseState.OPEN
    again = ada.post(f"{path}/claim", on=path)
    assert (again.status_code, "Somebody resolved it before" in words(again.text)) == (409, True)


def test_what_was_typed_stays_when_it_does_not_do(rt: Runtime, colleague: Hire) -> None:
    ada = colleague("agent")
    path = f"{ROOM}/{item_of(rt, asked(rt, 'hardship').case).id}"
    for until, why in (("", "Say until when"), ("2020-01-01", "Is over already"),
                       ("tomorrow", "Is no day")):
        answer = ada.post(
            f"{path}/resolve", {"result": "resume_at", "until": until, "note": "as agreed"},
            on=path,
        )
        assert answer.status_code == 422
        assert why in words(answer.text)
        assert "as agreed</textarea>" in answer.text
    assert ada.post(f"{path}/comments", {"body": " "}, on=path).status_code == 422
    assert ada.get(f"{ROOM}/wi_0").status_code == 404


def test_a_cause_is_mended_at_once_and_what_stays_is_listed(
    rt: Runtime, colleague: Hire, clock: Clock
) -> None:
    ada, ben = colleague("agent"), colleague("agent", name="Ben Ode")
    visits = [asked(rt, "dispute", number=str(n)) for n in (1, 2, 3)]
    items = [item_of(rt, v.case).id for v in visits]
    claim_work_item(rt, actor=ben.actor, item_id=items[1])
    form = {f"item-{i}": "on" for i in items} | {
        "result": "resume", "note": "checked",
        "cause": "dispute|overdue_invoice|the customer asked",
    }
    answer = ada.post(f"{ROOM}/resolve", form, on=ROOM)
    assert answer.status_code == 422
    assert "2 of 3 were resolved. INV-2: somebody else works on it." in words(answer.text)
    assert [state_of(rt, v.case).value for v in visits] == ["open", "exception", "open"]
    clock.tick(hours=3)
    carol = colleague("agent")
    rest = carol.post(
        f"{ROOM}/resolve", {f"item-{items[1]}": "on", "result": "withdraw"}, on=ROOM
    )
    assert (rest.status_code, rest.headers["Location"]) == (
        303, f"{ROOM}?said=work_resolved_all"
    )
    none = carol.post(f"{ROOM}/resolve", {"result": "resume"}, on="/console/")
    assert (none.status_code, "Choose 1 to 50" in words(none.text)) == (422, True)


@pytest.mark.parametrize("role", ["viewer", "author", "approver", "auditor"])
def test_who_only_looks(rt: Runtime, colleague: Hire, role: str) -> None:
    someone = colleague(role)
    visit = asked(rt)
    path = f"{ROOM}/{item_of(rt, visit.case).id}"
    page = someone.get(path)
    assert page.status_code == 200
    assert "/resolve" not in page.text
    for act, form in (("claim", {}), ("release", {}), ("assign", {"to": ""}),
                      ("comments", {"body": "x"}), ("resolve", {"result": "resume"})):
        assert someone.post(f"{path}/{act}", form).status_code == 403
    assert someone.post(f"{ROOM}/resolve", {"result": "resume"}).status_code == 403
    assert state_of(rt, visit.case) is CaseState.EXCEPTION


def test_names_of_customers_are_escaped_and_short(rt: Runtime, colleague: Hire) -> None:
    ada = colleague("agent")
    visit = asked(rt, words="<script>alert(1)</script>")
    item = item_of(rt, visit.case)
    comment_work_item(rt, actor=ada.actor, item_id=item.id, body="<b>bold</b>")
    page = ada.get(f"{ROOM}/{item.id}").text
    assert "<script>alert" not in page
    assert "<b>bold" not in page
    assert "Maya O." in page
    assert "Okafor" not in page


def test_what_the_provider_said_is_there_for_who_looks_for_the_money(
    rt: Runtime, colleague: Hire
) -> None:
    visit, payment, event = a_left_card(rt=rt, money=True)
    tell(rt, replace(event, card=None))
    page = words(colleague("agent").get(f"{ROOM}/{item_of(rt, visit.case).id}").text)
    assert f"The provider said Succeeded: $62.00, Mon 5 Jan, 15:00 co-{payment}" in page
