"""Read a form that may carry files, with nothing open: decoding and scanning take their time."""

from __future__ import annotations

from dataclasses import replace

from inthread.acting.choose import Chosen, chosen_from
from inthread.acting.make_ready import Ready, check_identity, make_ready
from inthread.acting.take_visit import see_visit
from inthread.commands.steps.keep_files import Infected, keep_files, look_at
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import OutOfOrder
from inthread.runtime import Runtime
from inthread.spi import Form, Invalid
from inthread.store import audit, cases


def read_files(rt: Runtime, token: str, action: str, form: Form, *, actor: Actor) -> Chosen:
    """The files are kept before the transaction that speaks of them; what it does not name is to be
    left (`left_if_unused`). Each is looked at as it came and as it is kept: one with malware is
    Invalid `infected`, audited, and nothing of it stays (security R8.8). Raises Invalid and every
    refusal; OutOfOrder for an action that has a check page."""
    with rt.db.read() as tx:
        ready = make_ready(rt, see_visit(rt, tx, token), action)
    if ready.checked:
        raise OutOfOrder(action)
    unsure = check_identity(rt, ready, None)
    if unsure is not None:
        raise unsure
    rt.db.assert_closed()
    field = next(iter(form.uploads), "file")
    try:
        for upload in (each for sent in form.uploads.values() for each in sent):
            look_at(rt, upload.content)
        chosen = chosen_from(ready, form)
        return replace(chosen, documents=keep_files(rt, chosen.files, chosen.result.kind))
    except Infected as why:
        _refused(rt, actor, ready, why.found)
        raise Invalid({field: ("infected", {})}) from None


def _refused(rt: Runtime, actor: Actor, ready: Ready, found: str) -> None:
    case_id = ready.taken.case.id
    with rt.db.begin() as tx:
        cases.hold(tx, case_id)
        audit.append(
            tx, rt.now(), actor, case_id, AuditEvent.DOCUMENT_REFUSED, found=found[:200],
            action=ready.verdict.action,
        )
