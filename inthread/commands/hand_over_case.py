"""A person gives a case to people: a queue of its workflow, with a note and the whole packet."""

from __future__ import annotations

from inthread.commands.steps.hand_over import hand_over
from inthread.commands.steps.staff_words import staff_words
from inthread.domain.actor import Actor
from inthread.domain.handing_over import reasons_of
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.work_item import WorkItem
from inthread.runtime import Runtime
from inthread.store import cases, work_items

LONGEST_NOTE = 500


def hand_over_case(
    rt: Runtime, *, actor: Actor, case_id: str, reason: str, note: str
) -> WorkItem:
    """The WorkItem, in the queue that the workflow names for *reason*. Reminders stop; what is on
    its way to a system of record goes on. *note*: what whoever takes it has to know.

    Raises NotFound, and BadInput: also when the case has ended, or a person has it already.
    """
    actor.require("cases:write")
    words = staff_words(note, "/note", LONGEST_NOTE, ask="say what they have to know")
    with rt.db.begin() as tx:
        case = cases.lock(tx, case_id)
        held = work_items.open_of(tx, case.id)
        if held is not None:
            raise BadInput([Problem("/case", f"is with {held.queue} already")])
        if not case.live:
            raise BadInput([Problem("/case", f"is {case.state}: nothing is left to do")])
        given = reasons_of(rt.workflows[case.workflow])
        if reason not in given:
            raise BadInput([Problem("/reason", f"use one of {', '.join(given)}")])
        hand_over(
            rt, tx, actor=actor, case=case, reason=reason, why="handed over by staff",
            trouble=words,
        )
        made = work_items.open_of(tx, case.id)
    if made is None:
        raise ValueError(f"{case_id} was handed over and nobody has it")
    return made
