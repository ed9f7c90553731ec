"""A person has read a reply and says what it was: it is done with, and asking goes on."""

from __future__ import annotations

from dataclasses import replace

from inthread.commands.steps.forget_contact import forget_contact
from inthread.commands.steps.hand_over import hand_over
from inthread.commands.steps.stop_address import stop_address
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.case import Case, CaseState
from inthread.domain.person import Person, address_kind
from inthread.domain.refusals import AlreadySettled, BadInput, NotFound, Problem
from inthread.domain.reply import Reply, ReplyState
from inthread.runtime import Runtime
from inthread.store import audit, cases, people, replies
from inthread.store.db import Tx

RESULTS = ("read", "stop", "wrong_person", "assign")


def resolve_reply(
    rt: Runtime, *, actor: Actor, reply_id: str, result: str, case_id: str | None = None
) -> Reply:
    """*result*: `read` - nothing more is needed; `stop` - it was a stop; `wrong_person` - whoever
    has the address is not the case's person; `assign` - it belongs to the case *case_id*, whose
    queue for questions gets it, if the case waits for the customer.

    Raises NotFound, BadInput, and AlreadySettled when somebody was first."""
    actor.require("work:write")
    _check(result, case_id)
    with rt.db.begin() as tx:
        # Cases are locked before the reply is. A stop locks those of its people, in their order:
        # none is held before it, and nothing of it stays when somebody else read the reply first.
        found = replies.get(tx, reply_id)
        about = case_id or found.case_id
        case = cases.lock(tx, about) if about and result != "stop" else None
        if result == "stop" and found.state is ReplyState.WAITING:
            _stop(rt, tx, actor, found)
        reply = replies.lock(tx, reply_id)
        if reply.state is not ReplyState.WAITING:
            raise AlreadySettled(reply_id)
        person = people.get(tx, case.person_id) if case else None
        if case is not None and person is not None:
            _act(rt, tx, actor, reply, result, case, person)
        now = rt.now()
        resolved = replace(
            reply, state=ReplyState.READ, queue=None, due_at=None, resolved_at=now,
            resolution=result, resolved_by=str(actor),
            case_id=case.id if case else reply.case_id,
            person_id=person.id if person else reply.person_id,
        )
        replies.save(tx, resolved)
        if case is None and resolved.person_id is not None:
            people.lock(tx, resolved.person_id)
        subject = case.id if case else resolved.person_id or reply.id
        audit.append(
            tx, now, actor, subject, AuditEvent.REPLY_RESOLVED, reply=reply.id, result=result
        )
        return resolved


def _check(result: str, case_id: str | None) -> None:
    if result not in RESULTS:
        raise BadInput([Problem("/result", f"use one of {', '.join(RESULTS)}")])
    if result in ("assign", "wrong_person") and case_id is None:
        raise BadInput([Problem("/case", "say which case is meant")])


def _stop(rt: Runtime, tx: Tx, actor: Actor, reply: Reply) -> None:
    stop_address(
        rt, tx, actor=actor, kind=address_kind(reply.channel), address=reply.address,
        source="reply", words=reply.body, evidence={"reply": reply.id, "read_by": str(actor)},
    )


def _act(
    rt: Runtime, tx: Tx, actor: Actor, reply: Reply, result: str, case: Case, person: Person
) -> None:
    kind = address_kind(reply.channel)
    if result == "assign" and case.state is CaseState.OPEN:
        hand_over(
            rt, tx, actor=actor, case=case, reason="question", why="a reply was found to be theirs",
            words=reply.body,
        )
    if result == "wrong_person":
        here = [c for c in person.contacts if (c.kind, c.address) == (kind, reply.address)]
        if not here:
            raise NotFound("contact")
        if case.state is CaseState.OPEN:
            hand_over(
                rt, tx, actor=actor, case=case, reason="wrong_person",
                why="a person read the reply", words=reply.body,
            )
        forget_contact(rt, tx, actor=actor, person=person, contact=here[0], subject=case.id)
