"""Write a line about a work item; it is never changed."""

from __future__ import annotations

from inthread.commands.steps.staff_words import staff_words
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.card_numbers import mask_cards
from inthread.domain.refusals import BadInput, NotFound, Problem
from inthread.domain.work_item import Comment
from inthread.runtime import Runtime
from inthread.store import audit, cases, work_comments, work_items

LONGEST = 2000


def comment_work_item(rt: Runtime, *, actor: Actor, item_id: str, body: str) -> Comment:
    """The comment as it is kept: without card numbers (R3.2). One that was resolved can still be
    commented upon. Raises NotFound, and BadInput for no words or too many."""
    actor.require("work:write")
    words, now = _words(body), rt.now()
    with rt.db.begin() as tx:
        item = work_items.get(tx, item_id)
        if item is None:
            raise NotFound("work item")
        cases.hold(tx, item.case_id)
        comment = Comment(rt.new_id("wic"), item_id, str(actor), words, now)
        work_comments.add(tx, comment)
        audit.append(
            tx, now, actor, item.case_id, AuditEvent.WORK_COMMENTED, work_item=item_id,
            comment=comment.id, body_sha256=sealed(words),
        )
        return comment


def _words(body: str) -> str:
    """Line by line, since a comment has several."""
    lines = [staff_words(line, "/body", LONGEST, ask="") for line in body.splitlines()]
    words = mask_cards("\n".join(lines).strip())
    if not words:
        raise BadInput([Problem("/body", "is empty: say what the next person has to know")])
    if len(words) > LONGEST:
        raise BadInput([Problem("/body", f"has {len(words)} characters; the most is {LONGEST}")])
    return words
