"""One action's form, and the page that shows what would happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inthread.acting.choose import Chosen, choose
from inthread.acting.make_ready import Ready, check_identity, make_ready
from inthread.acting.take_visit import see_visit
from inthread.domain.refusals import Refused
from inthread.runtime import Runtime
from inthread.spi import NeedsCard, NeedsPayment
from inthread.store import outcomes


@dataclass(frozen=True)
class ActionForm:
    """`draft`: what was chosen before, to fill the form with."""

    ready: Ready
    page: Mapping[str, object]
    draft: Mapping[str, object]


@dataclass(frozen=True)
class Check:
    """What would happen. `step_up`: what has to be shown first, and `purpose` is what such a code
    is bound to. `pays`: the customer goes to the provider's page next."""

    ready: Ready
    chosen: Chosen
    purpose: str
    step_up: Refused | None
    pays: bool


def action_form(rt: Runtime, token: str, action: str) -> ActionForm:
    """Raises NotFound, NotEligible, AlreadySettled, StepUpNeeded, VisitEnded, LinkGone."""
    with rt.db.read() as tx:
        ready = make_ready(rt, see_visit(rt, tx, token), action)
        draft = outcomes.draft(tx, ready.taken.case.id, action)
    unsure = check_identity(rt, ready, None)
    if unsure is not None:
        raise unsure
    return ActionForm(ready, ready.miniapp.page(ready.offer), draft or {})


def check(rt: Runtime, token: str, action: str) -> Check:
    """The same refusals, OutOfOrder without a draft (A37), ChoiceChanged when the terms no longer
    allow it."""
    with rt.db.read() as tx:
        ready = make_ready(rt, see_visit(rt, tx, token), action)
        chosen = choose(ready, outcomes.draft(tx, ready.taken.case.id, action))
    purpose = f"{action}:{chosen.digest}"
    unsure = check_identity(rt, ready, None)
    if unsure is not None:
        raise unsure
    return Check(
        ready, chosen, purpose, check_identity(rt, ready, purpose, guarded=chosen.guarded),
        isinstance(chosen.result, NeedsPayment | NeedsCard),
    )
