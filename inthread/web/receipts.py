"""What became of it: receipts, and payments on their way."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from inthread.commands.look_at_payment import look_at_payment
from inthread.commands.open_checkout import open_checkout
from inthread.domain.actor import CUSTOMER
from inthread.domain.case import CaseState
from inthread.domain.payment import PaymentState
from inthread.domain.refusals import StepUpNeeded
from inthread.queries.receipt import PaymentSeen, Receipt, payment, receipt, returned
from inthread.queries.visit import bare_visit
from inthread.web import form_tokens, paths, visit_cookie
from inthread.web.identity import asks_for
from inthread.web.reader import Reader
from inthread.web.responding import read_as, runtime, see_other, show
from inthread.web.rows import KeptLine, amount_first, lines_shown

bp = Blueprint("receipts", __name__)
bp.before_request(form_tokens.demand)


@bp.errorhandler(StepUpNeeded)
def step_up(refusal: StepUpNeeded) -> Response:
    return asks_for(refusal, bare_visit(runtime(), visit_cookie.token()))


@bp.get("/visit/receipt/<outcome_id>")
def receipt_page(outcome_id: str) -> Response:
    found = receipt(runtime(), visit_cookie.token(), outcome_id)
    return _receipt_page(found, read_as(found.taken))


def _receipt_page(found: Receipt, who: Reader) -> Response:
    taken, outcome = found.taken, found.outcome
    app = runtime().registry.miniapps[taken.workflow.action(outcome.action).miniapp]
    said = [KeptLine(app.wording.get(label, label), value) for label, value in outcome.lines]
    lines = said if outcome.amount is None else amount_first(said)[1]
    agreement = str((outcome.evidence or {}).get("agreement") or "")
    return show(
        "customer/receipt.html", kind=outcome.kind, name=taken.person.first_name,
        amount=outcome.amount, reference=taken.case.reference, at_time=outcome.at,
        lines=lines_shown(lines, who), proved_at=found.proved_at, troubled=found.troubled,
        due=found.due, agreement=agreement, more=taken.case.state is CaseState.OPEN,
        digest=hashlib.sha256(agreement.encode()).hexdigest(), expires=taken.link.expires_at,
    )


@bp.get("/visit/payment/<payment_id>")
def payment_page(payment_id: str) -> Response:
    found = payment(runtime(), visit_cookie.token(), payment_id)
    if found.outcome_id is not None:
        return see_other(paths.receipt(found.outcome_id))
    read_as(found.taken)
    return show(
        "customer/payment.html", state=_state(found), amount=found.payment.amount,
        reference=found.taken.case.reference, due=found.due,
        open=found.payment.state is PaymentState.STARTED,
        try_again=paths.action(found.payment.action),
    )


@bp.post("/visit/payment/<payment_id>")
def look(payment_id: str) -> Response:
    """`do`: look (ask the provider), pay (back to its page), or give_up (another way)."""
    rt, token, do = runtime(), visit_cookie.token(), request.form.get("do", "")
    if do == "pay":
        return see_other(open_checkout(rt, actor=CUSTOMER, token=token, payment_id=payment_id))
    if do not in ("look", "give_up"):
        raise BadRequest
    state = look_at_payment(
        rt, actor=CUSTOMER, token=token, payment_id=payment_id, give_up=do == "give_up"
    )
    if do == "give_up" and state is PaymentState.FAILED:
        return see_other(paths.MENU)
    return see_other(paths.payment(payment_id))


@bp.get("/return/<ref>")
def come_back(ref: str) -> Response:
    """Where the provider sends people back to. It proves nothing (security R3.4)."""
    return see_other(paths.payment(returned(runtime(), ref).id))


def _state(found: PaymentSeen) -> str:
    if found.payment.state is PaymentState.FAILED or found.declined:
        return "declined"
    return "waiting" if found.payment.state is PaymentState.STARTED else "unsure"
