"""Ask what a draft would have done to the cases that were really decided."""

from __future__ import annotations

from inthread.acting.read_document import read_document
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.console_setting import IMPACT, SETTINGS
from inthread.domain.draft import LIVE, Draft, pointer
from inthread.domain.impact import Impact, ImpactState, Tally
from inthread.domain.refusals import BadInput, NotFound, Problem
from inthread.domain.workflow_reader import WorkflowErrors
from inthread.runtime import Runtime
from inthread.store import audit, console_settings, drafts, impacts, outbox
from inthread.store.db import Tx

JOB = "impact"


def measure_impact(
    rt: Runtime, *, actor: Actor, draft_id: str, most: int | None = None
) -> Impact:
    """The measurement, which a worker carries out; one of this draft that goes on still is
    replaced. *most*: how many decisions, the newest of the workflow; None: as admins have set it.

    Raises NotFound; Stale when the draft is no longer live; BadInput when it cannot be read yet, or
    for a *most* out of its limits.
    """
    actor.require("policy:write")
    with rt.db.begin() as tx:
        draft = drafts.lock(tx, draft_id)
        draft.demand(*LIVE)
        _check_document(rt, draft)
        impact = _begin(rt, tx, actor, draft, _most(tx, most))
        impacts.stop_unfinished(tx, draft.id, rt.now())
        impacts.add(tx, impact)
        outbox.put(tx, rt.new_id("job"), JOB, impact.id, rt.now(), None)
        audit.append(
            tx, rt.now(), actor, draft.id, AuditEvent.IMPACT_ASKED, impact=impact.id,
            hash=draft.hash, decisions=impact.asked,
        )
    return impact


def _begin(rt: Runtime, tx: Tx, actor: Actor, draft: Draft, most: int) -> Impact:
    live = rt.workflows.get(draft.key)
    if live is None:
        raise NotFound(draft.key)
    cursor = rt.new_id("dec")  # ids sort by time: what is decided from now on is left out
    return Impact(
        id=rt.new_id("imp"), draft_id=draft.id, hash=draft.hash, state=ImpactState.WAITING,
        asked=impacts.count_before(tx, draft.key, cursor, most), done=0, changed=0, mismatches=0,
        cursor=cursor, live_version=live.version, live_hash=live.hash, tally=Tally(),
        started_at=rt.now(), ended_at=None, asked_by=str(actor), trouble=None,
    )


def _most(tx: Tx, given: int | None) -> int:
    if given is None:
        return console_settings.get(tx, IMPACT)["decisions"]
    largest = SETTINGS[IMPACT].numbers["decisions"].most
    if not 1 <= given <= largest:
        raise BadInput([Problem("/most", f"use a whole number from 1 to {largest:,}")])
    return given


def _check_document(rt: Runtime, draft: Draft) -> None:
    """What cannot be read cannot decide. Raises BadInput."""
    try:
        read_document(rt.registry, draft.document, "draft")
    except WorkflowErrors as wrong:
        raise BadInput([
            Problem(f"/document{pointer(one.place)}", one.message) for one in wrong.problems
        ]) from None
