"""A person has read a reply."""

from __future__ import annotations

import pytest

from inthread.commands.receive_reply import receive_reply
from inthread.commands.resolve_reply import resolve_reply
from inthread.domain.actor import OPERATOR, WORKER, provider
from inthread.domain.case import CaseState
from inthread.domain.refusals import AlreadySettled, BadInput, Forbidden, NotFound
from inthread.domain.reply import Reply, ReplyState
from inthread.runtime import Runtime
from inthread.spi import Incoming
from tests.build import PHONE, Fakes, a_person, an_asked_case, carry_all, the_case
from tests.clock import Clock
from tests.look import events_of, item_of
from tests.races import at_once
from tests.rows import every_row, nothing_written


def doubtful(rt: Runtime, words: str = "don't stop my plan") -> Reply:
    reply = receive_reply(
        rt, actor=provider("sms"), provider="sms", incoming=Incoming("ev-1", PHONE, words)
    )
    assert reply is not None
    assert reply.state is ReplyState.WAITING
    return reply


def test_read_releases_what_was_held(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    case = an_asked_case(rt=rt)
    reply = doubtful(rt)
    clock.tick(days=3)
    carry_all(rt)
    assert fakes.email.sent == []
    resolved = resolve_reply(rt, actor=OPERATOR, reply_id=reply.id, result="read")
    assert (resolved.state, resolved.resolution, resolved.queue) == (ReplyState.READ, "read", None)
    clock.tick(hours=1)
    carry_all(rt)
    assert len(fakes.email.sent) == 1
    assert "reply.resolved" in events_of(rt, case)


def test_it_was_a_stop(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    case = an_asked_case(rt=rt)
    reply = doubtful(rt)
    resolve_reply(rt, actor=OPERATOR, reply_id=reply.id, result="stop")
    assert item_of(rt, case).reason == "opted_out"
    [stop] = every_row(rt.db)["suppressions"]
    assert stop["evidence"] == {"reply": reply.id, "read_by": "operator:cli"}


def test_it_is_given_to_the_case_it_belongs_to(rt: Runtime) -> None:
    mine = an_asked_case(rt=rt)
    theirs = an_asked_case(rt=rt, number="INV-2", person=a_person(rt=rt, reference="CUST-2"))
    reply = doubtful(rt, "call me")
    resolved = resolve_reply(
        rt, actor=OPERATOR, reply_id=reply.id, result="assign", case_id=theirs.id
    )
    assert (resolved.case_id, resolved.person_id) == (theirs.id, theirs.person_id)
    assert (item_of(rt, theirs).reason, item_of(rt, theirs).packet["words"]) == (
        "question", "call me"
    )
    assert the_case(rt, mine.id).state is CaseState.OPEN


def test_one_of_two_at_a_number_is_somebody_else(rt: Runtime) -> None:
    mine = an_asked_case(rt=rt)
    theirs = an_asked_case(rt=rt, number="INV-2", person=a_person(rt=rt, reference="CUST-2"))
    reply = doubtful(rt, "wrong number")
    resolve_reply(rt, actor=OPERATOR, reply_id=reply.id, result="wrong_person", case_id=mine.id)
    stopped = {c["person_id"] for c in every_row(rt.db)["contacts"] if c["stopped_at"]}
    assert stopped == {mine.person_id}
    assert item_of(rt, mine).reason == "wrong_person"
    assert the_case(rt, theirs.id).state is CaseState.OPEN


@pytest.mark.parametrize(("result", "case"), [
    ("forget", None), ("assign", None), ("wrong_person", None),
])
def test_what_cannot_be_meant(rt: Runtime, result: str, case: str | None) -> None:
    an_asked_case(rt=rt)
    reply = doubtful(rt)
    with nothing_written(rt.db), pytest.raises(BadInput):
        resolve_reply(rt, actor=OPERATOR, reply_id=reply.id, result=result, case_id=case)


def test_a_case_of_somebody_who_is_not_at_that_address(rt: Runtime) -> None:
    an_asked_case(rt=rt)
    reply = doubtful(rt)
    far = a_person(rt=rt, reference="CUST-9", contacts=(("sms", "+15550100999"),))
    other = an_asked_case(rt=rt, number="INV-9", person=far)
    with nothing_written(rt.db), pytest.raises(NotFound):
        resolve_reply(
            rt, actor=OPERATOR, reply_id=reply.id, result="wrong_person", case_id=other.id
        )


def test_only_once_and_only_by_whoever_may(rt: Runtime) -> None:
    an_asked_case(rt=rt)
    reply = doubtful(rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        resolve_reply(rt, actor=WORKER, reply_id=reply.id, result="read")
    with nothing_written(rt.db), pytest.raises(NotFound):
        resolve_reply(rt, actor=OPERATOR, reply_id="rep_nobody", result="read")
    read = lambda: resolve_reply(rt, actor=OPERATOR, reply_id=reply.id, result="read")  # noqa: E731
    ends = at_once([read, read])
    assert sorted(type(e).__name__ for e in ends) == ["AlreadySettled", "Reply"]
    with nothing_written(rt.db), pytest.raises(AlreadySettled):
        resolve_reply(rt, actor=OPERATOR, reply_id=reply.id, result="stop")
