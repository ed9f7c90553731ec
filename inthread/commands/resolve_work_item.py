"""A person resolves a WorkItem into a typed result, and the case goes back where it belongs."""

from __future__ import annotations

from datetime import datetime

from inthread.commands.steps.go_on import go_on
from inthread.commands.steps.open_item import held_by_another
from inthread.commands.steps.work_results import RESULTS, Resolving
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.card_numbers import mask_cards
from inthread.domain.case import Case, CaseState
from inthread.domain.refusals import AlreadySettled, BadInput, NotFound, Problem
from inthread.domain.resolution import Result, misfit, pause_misfit
from inthread.domain.work_item import WorkItem
from inthread.runtime import Runtime
from inthread.store import audit, cases, people, work_items, work_stands
from inthread.store.db import Tx

LONGEST_NOTE = 500


def resolve_work_item(
    rt: Runtime, *, actor: Actor, item_id: str, result: str, note: str = "",
    until: datetime | None = None,
) -> WorkItem:
    """`resume`: back to autopilot where it stood, quietly; money that came meanwhile and that the
    case can take is booked, and what it cannot take is the person's to give back. `retry`: what
    failed is written again, with the same id. `resume_at`: open, and nothing is asked before
    *until*, at most thirty days ahead. `relink`: open, and the customer gets their link again.
    `stop_contact`: who was written to is somebody else; the case goes on with other contact points
    or, without one, ends. `withdraw`: the case ends; money that came for it is the person's to
    give back.

    Raises NotFound, Claimed when somebody else works on it, AlreadySettled when it was resolved
    before, BadInput when the result does not fit what is open.
    """
    actor.require("work:write")
    if result not in list(Result):
        raise BadInput([Problem("/result", f"use one of {', '.join(Result)}")])
    chosen, now, said = Result(result), rt.now(), mask_cards(note)[:LONGEST_NOTE] or None
    with rt.db.begin() as tx:
        found = work_items.get(tx, item_id)
        if found is None:
            raise NotFound("work item")
        case = cases.lock(tx, found.case_id)
        item = work_items.get(tx, item_id) or found
        held_by_another(item, actor, now)
        if not work_items.resolve(tx, item_id, result, str(actor), now, said):
            raise AlreadySettled(item_id)
        _fits(tx, case, chosen, until, now)
        after = RESULTS[chosen](Resolving(rt, tx, actor, case, until))
        cases.save(tx, case, after)
        audit.append_all(tx, now, actor, case.id, [
            (AuditEvent.WORK_RESOLVED,
             {"work_item": item_id, "reason": item.reason, "result": result,
              "note_sha256": sealed(said)}),
            *_events(case, after),
        ])
        if after.state is CaseState.OPEN:
            go_on(rt, tx, actor=actor, case=after)
        return work_items.get(tx, item_id) or item


def _fits(tx: Tx, case: Case, result: Result, until: datetime | None, now: datetime) -> None:
    stands = work_stands.stands(tx, case, people.get(tx, case.person_id), now)
    why = misfit(result, stands, now)
    if why is not None:
        raise BadInput([Problem("/result", why)])
    late = pause_misfit(until, stands, now) if result is Result.RESUME_AT else None
    if late is not None:
        raise BadInput([Problem("/until", late)])
    if until is not None and result is not Result.RESUME_AT:
        raise BadInput([Problem("/until", f"is not for {result.value}: leave it out")])


def _events(before: Case, after: Case) -> list[audit.Entry]:
    if after.state is CaseState.WITHDRAWN:
        return [(AuditEvent.CASE_WITHDRAWN, {"state": after.state.value})]
    events: list[audit.Entry] = [(AuditEvent.CASE_RESUMED, {"state": after.state.value})]
    if after.paused_until is not None and after.paused_until != before.paused_until:
        events.append((AuditEvent.CASE_PAUSED, {
            "until": after.paused_until.isoformat(), "reason_sha256": sealed(after.paused_why),
        }))
    if after.state is CaseState.CLOSED:
        events.append((AuditEvent.CASE_CLOSED, {}))
    if after.attempt != before.attempt:
        events.append((AuditEvent.CASE_REOPENED, {}))
    return events
