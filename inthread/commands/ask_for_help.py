"""The customer asks for a person, disputes, or says "this isn't me"; contact stops."""

from __future__ import annotations

from inthread.acting.take_visit import Taken, take_visit
from inthread.commands.steps.forget_contact import forget_contact
from inthread.commands.steps.hand_over import hand_over
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.card_numbers import mask_cards
from inthread.domain.case import Case
from inthread.domain.refusals import BadInput, LinkGone, NotFound, Problem
from inthread.runtime import Runtime
from inthread.store import audit, links
from inthread.store.db import Tx

REASONS = ("dispute", "hardship", "wrong_person", "question")
LONGEST_WORDS = 2000


def ask_for_help(rt: Runtime, *, actor: Actor, token: str, reason: str, words: str = "") -> Case:
    """The case as a person now has it: in `exception`, with an owner and a due time.

    A visit at LINK is enough: asking for help, and getting rid of us, needs no proof. Asked again,
    it is only noted. Raises BadInput for an unknown reason, for words that are too long, and for
    words with a card number in them, which is not kept (security R3.2). When the case is over
    there is nothing to ask about, LinkGone; but "this isn't me" still stops the contact point.
    """
    actor.require("visit")
    _check(reason, words)
    with rt.db.begin() as tx:
        taken = take_visit(rt, tx, token)
        if not taken.case.live:
            if reason != "wrong_person":
                raise LinkGone(taken.case.state.value)
            _forget(rt, tx, actor, taken)
            return taken.case
        case = hand_over(
            rt, tx, actor=actor, case=taken.case, reason=reason, why="the customer asked",
            words=words.strip(),
        )
        if reason == "wrong_person":
            _forget(rt, tx, actor, taken)
        else:
            links.save_visit(tx, taken.visit.seen(rt.now()))
        return case


def _check(reason: str, words: str) -> None:
    if reason not in REASONS:
        raise BadInput([Problem("/reason", "choose what this is about")])
    if len(words) > LONGEST_WORDS:
        raise BadInput([Problem("/words", f"use at most {LONGEST_WORDS} characters")])
    if mask_cards(words) != words:
        raise BadInput([Problem("/words", "leave out the card number: we never need it here")])


def _forget(rt: Runtime, tx: Tx, actor: Actor, taken: Taken) -> None:
    contact = taken.person.contact(taken.visit.contact_id)
    if contact is None:
        raise NotFound("contact")
    forget_contact(
        rt, tx, actor=actor, person=taken.person, contact=contact, subject=taken.case.id
    )
    audit.append(tx, rt.now(), actor, taken.case.id, AuditEvent.LINK_REVOKED, link=taken.link.id)
