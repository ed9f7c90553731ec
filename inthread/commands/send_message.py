"""Send one message: decide again, say that we are sending, call with nothing open, record."""

from __future__ import annotations

from inthread.commands.steps.can_send import Decided, may_answer, may_ask
from inthread.commands.steps.deliver import Going, deliver
from inthread.commands.steps.keep_back import keep_back
from inthread.commands.steps.make_outgoing import make_outgoing
from inthread.commands.steps.permit_for import permit_for
from inthread.commands.steps.try_elsewhere import try_elsewhere
from inthread.domain.actor import Actor
from inthread.domain.case import Case, CaseState
from inthread.domain.gate import Gate
from inthread.domain.link import Link
from inthread.domain.message import Message, MessageState, Purpose
from inthread.domain.person import Person
from inthread.runtime import Runtime
from inthread.store import cases, challenges, links, messages, outbox, people
from inthread.store.db import Tx
from inthread.traffic import Permit


def send_message(rt: Runtime, *, actor: Actor, job: outbox.Job) -> None:
    """Carry the message `job.ref`: sent, or kept back with its reasons, or to be tried again."""
    actor.require("carry")
    permit = _permit(rt, job)
    if permit.provider is None:
        _not_now(rt, actor, job, permit)
        return
    going = _take(rt, actor, job, permit.provider)
    if going is None:
        rt.traffic.give_back(permit)
        return
    deliver(rt, actor=actor, going=going, job=job)


def _permit(rt: Runtime, job: outbox.Job) -> Permit:
    if job.way is not None:
        return permit_for(rt, job.way)
    with rt.db.read() as tx:
        return permit_for(rt, messages.ways(tx, [job.ref])[job.ref])


def _not_now(rt: Runtime, actor: Actor, job: outbox.Job, permit: Permit) -> None:
    """No provider may carry it now, or ever: then another way is tried. Waiting for its turn in a
    rate is nothing to tell of: thousands do so at once."""
    now = rt.now()
    again = None if permit.wait is None else now + permit.wait
    with rt.db.begin() as tx:
        if again is not None and permit.reasons == ("rate",):
            outbox.postpone_held(tx, job, again, now)
            return
        case = cases.lock(tx, job.case_id)
        message = messages.held(tx, job, now)
        if message is None:
            return
        keep_back(tx, actor, job, message, Gate(permit.reasons, again), now)
        if again is None:
            try_elsewhere(rt, tx, actor=actor, case=case, message=message)


def _take(rt: Runtime, actor: Actor, job: outbox.Job, provider: str) -> Going | None:
    """Mark the message `unknown` and make its text; None when it is not to be sent now."""
    with rt.db.begin() as tx:
        case = cases.lock(tx, job.case_id)
        now = rt.now()
        message = messages.held(tx, job, now)
        if message is None:
            return None
        asks = message.purpose is Purpose.ASK
        person = (people.lock if asks else people.get)(tx, message.person_id)
        link = links.get(tx, message.link_id) if message.link_id else None
        decided = _decide(rt, tx, message, case, person, link)
        contact = person.contact(message.contact_id)
        if not decided.gate.open or contact is None:
            keep_back(tx, actor, job, message, decided.gate, now, decided.document)
            return None
        leaving = message.leaving(provider, decided.document, now)
        messages.save(tx, leaving)
        return Going(leaving, make_outgoing(rt, tx, leaving, case, person, contact, link))


def _decide(
    rt: Runtime, tx: Tx, message: Message, case: Case, person: Person, link: Link | None
) -> Decided:
    """Whether it may go now, at this very instant (R4.1)."""
    now = rt.now()
    contact = person.contact(message.contact_id)
    if message.state is not MessageState.QUEUED:
        return Decided(Gate(("may have left",)), {})
    if contact is None:
        return Decided(Gate(("stopped",)), {})
    if message.purpose is Purpose.ASK:
        decided = may_ask(
            rt, tx, case=case, person=person, contact=contact, template=message.template,
            but=message.id,
        )
    else:
        decided = may_answer(
            rt, tx, message=message, case=case, person=person, contact=contact
        )
    if not decided.gate.open:
        return decided
    if message.purpose in (Purpose.ASK, Purpose.LINK) and not (link and link.alive(now)):
        return Decided(Gate(("the link is dead",)), decided.document)
    if message.challenge_id is not None:
        open_now = challenges.get(tx, message.challenge_id).open(now)
        if not open_now or case.state in (CaseState.WITHDRAWN, CaseState.EXPIRED):
            return Decided(Gate(("the code is no longer wanted",)), decided.document)
    return decided
