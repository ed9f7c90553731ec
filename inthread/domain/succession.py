"""What a new version of a workflow has to leave as it is, because cases live through the change."""

from __future__ import annotations

from collections.abc import Iterator

from inthread.domain.contract import Trigger
from inthread.domain.document import DocumentProblem
from inthread.domain.workflow import Workflow


def breaks(old: Workflow, new: Workflow, place: str) -> tuple[DocumentProblem, ...]:
    """What cases of *old* could not live with. *place* names the new document in the problems."""
    return tuple(DocumentProblem(place, where, says) for where, says in _breaks(old, new))


def _breaks(old: Workflow, new: Workflow) -> Iterator[tuple[str, str]]:
    if new.currency != old.currency:
        yield "currency", f"has to stay {old.currency}: cases hold amounts in it"
    yield from _trigger(old.trigger, new.trigger)
    there = {action.key for action in new.actions}
    for gone in (action.key for action in old.actions if action.key not in there):
        yield (
            "resolution.actions",
            f"has to keep {gone}: an outcome of it may be on its way. Refuse it in every row "
            "instead",
        )
    for reason in old.queues:
        if reason not in new.queues:
            yield f"exceptions.{reason}", "has to stay: work of this reason may be open"


def _trigger(old: Trigger, new: Trigger) -> Iterator[tuple[str, str]]:
    if new.natural_key != old.natural_key:
        yield "trigger.natural_key", "has to stay: it tells the cases apart that there are"
    if new.owed != old.owed:
        yield "trigger.owed", "has to stay: cases keep what is owed under it"
    kinds = {fact.name: fact.kind for fact in new.facts}
    for fact in old.facts:
        if kinds.get(fact.name, fact.kind) is not fact.kind:
            yield (
                f"trigger.facts.{fact.name}.kind",
                f"has to stay {fact.kind}: cases hold it so. Add another fact instead",
            )
