"""The payment that was set for a day: what is taken when, and calling it off."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from inthread.commands.cancel_scheduled import cancel_scheduled
from inthread.domain.actor import CUSTOMER
from inthread.domain.payment import ScheduleState
from inthread.domain.refusals import AlreadySettled, NotFound, StepUpNeeded
from inthread.queries.scheduled import ScheduleSeen, scheduled_payment
from inthread.queries.visit import bare_visit
from inthread.web import form_tokens, paths, visit_cookie
from inthread.web.identity import asks_for
from inthread.web.papers import brand_of
from inthread.web.responding import read_as, runtime, see_other, show

bp = Blueprint("scheduled", __name__)
bp.before_request(form_tokens.demand)


@bp.errorhandler(StepUpNeeded)
def step_up(refusal: StepUpNeeded) -> Response:
    return asks_for(refusal, bare_visit(runtime(), visit_cookie.token()))


@bp.get(paths.SCHEDULED)
def scheduled_page() -> Response:
    """Once its day has come, what became of the money is the payment's page to tell."""
    try:
        found = scheduled_payment(runtime(), visit_cookie.token())
    except NotFound:
        return see_other(paths.MENU)
    payment_id, state = found.schedule.payment_id, found.schedule.state
    if payment_id is not None:
        return see_other(paths.payment(payment_id))
    if state not in (ScheduleState.WAITING, ScheduleState.CANCELLED) or found.card is None:
        return see_other(paths.MENU)
    return _page(found, found.card.brand, found.card.last_four)


def _page(found: ScheduleSeen, brand: str, digits: str) -> Response:
    read_as(found.taken)
    return show(
        "customer/scheduled.html", amount=found.schedule.amount, on=found.schedule.due_on,
        card=brand_of(brand), digits=digits, reference=found.taken.case.reference,
        waiting=found.schedule.state is ScheduleState.WAITING,
    )


@bp.post(paths.SCHEDULED)
def call_off() -> Response:
    """Pressed twice, or after its day has come, the page says how it stands."""
    if request.form.get("do") != "cancel":
        raise BadRequest
    with suppress(AlreadySettled, NotFound):
        cancel_scheduled(runtime(), actor=CUSTOMER, token=visit_cookie.token())
    return see_other(paths.SCHEDULED)
