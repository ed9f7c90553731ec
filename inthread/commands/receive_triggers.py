"""Take triggers from a back office: each opens a case, refreshes one, or is told why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from inthread.commands.steps.take_in import take_in
from inthread.commands.steps.trigger_reader import trigger_reader
from inthread.domain.actor import Actor
from inthread.domain.intake import Answer, AnswerStatus, Asked
from inthread.domain.refusals import Problem, Stale
from inthread.runtime import Runtime
from inthread.store.db import Tx

CHUNK = 1000
# How often a batch is begun again because another transaction was first.
TRIES = 5

Row = Asked | tuple[Problem, ...]
Also = Callable[[Tx, Sequence[Answer]], None]


def receive_triggers(
    rt: Runtime, *, actor: Actor, triggers: Sequence[object], text: bool = False,
    region: str | None = None,
) -> list[Answer]:
    """One answer a trigger, in their order; a bad one is refused and never loses the others.

    One transaction for up to 1,000. *text*: facts are cells of a text file. *region*: where a phone
    number without `+` is dialled. Raises Forbidden, and Stale when other transactions were first
    five times in a row: the triggers before that chunk are taken in, and all may be sent again.
    """
    actor.require("triggers:write")
    read = trigger_reader(rt, text=text, region=region).read
    answers: list[Answer] = []
    for start in range(0, len(triggers), CHUNK):
        rows = [read(raw) for raw in triggers[start : start + CHUNK]]
        answers += take_rows(rt, actor=actor, rows=rows)
    return answers


def take_rows(
    rt: Runtime, *, actor: Actor, rows: Sequence[Row], also: Also | None = None
) -> list[Answer]:
    """Answer rows that were read, in one transaction. *also* writes in it, with the answers."""
    asked = [row for row in rows if isinstance(row, Asked)]
    if not asked and also is None:
        return [_refused(row) for row in rows if not isinstance(row, Asked)]
    for left in reversed(range(TRIES)):
        try:
            with rt.db.begin() as tx:
                taken = iter(take_in(rt, tx, actor=actor, asked=asked) if asked else ())
                answers = [
                    next(taken) if isinstance(row, Asked) else _refused(row) for row in rows
                ]
                if also is not None:
                    also(tx, answers)
                return answers
        except Stale:
            if not left:
                raise
    raise AssertionError("not reached")


def _refused(problems: tuple[Problem, ...]) -> Answer:
    return Answer(AnswerStatus.REFUSED, problems=problems)
