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
from inthread.web.evidence import evidence_path
from inthread.web.identity import asks_for
from inthread.web.papers import card_of, receipt_paper, standing
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


@bp.get("/visit/receipt/<outcome_id>.pdf")
def receipt_file(outcome_id: str) -> Response:
    found = receipt(runtime(), visit_cookie.token(), outcome_id)
    return receipt_paper(found, _lines(found, read_as(found.taken)), _agreement(found))


def _receipt_page(found: Receipt, who: Reader) -> Response:
    taken, outcome, agreement = found.taken, found.outcome, _agreement(found)
    return show(
        "customer/receipt.html", kind=outcome.kind, name=taken.person.first_name,
        amount=outcome.amount, reference=taken.case.reference, at_time=outcome.at,
        lines=_lines(found, who), stands=standing(found, who), card=card_of(found),
        back=found.back, standing=found.money_state, by_other=found.by_other,
        agreement=agreement, more=taken.case.state is CaseState.OPEN,
        digest=hashlib.sha256(agreement.encode()).hexdigest(), expires=taken.link.expires_at,
        evidence=evidence_path(outcome.id) if agreement else "",
        pdf=paths.receipt_pdf(outcome.id),
    )


def _lines(found: Receipt, who: Reader) -> list[tuple[str, str]]:
    outcome = found.outcome
    app = runtime().registry.miniapps[found.taken.workflow.action(outcome.action).miniapp]
    kept = [KeptLine(app.wording.get(label, label), value) for label, value in outcome.lines]
    return lines_shown(kept if outcome.amount is None else amount_first(kept)[1], who)


def _agreement(found: Receipt) -> str:
    return str((found.outcome.evidence or {}).get("agreement") or "")


@bp.get("/visit/payment/<payment_id>")
def payment_page(payment_id: str) -> Response:
    found = payment(runtime(), visit_cookie.token(), payment_id)
    if found.outcome_id is not None:
        return see_other(paths.receipt(found.outcome_id))
    if found.taken.case.waits_for_its_day:
        return see_other(paths.SCHEDULED)
    read_as(found.taken)
    return show(
        "customer/payment.html", state=_state(found), amount=found.payment.amount,
        reference=found.taken.case.reference, due=found.due,
        open=found.payment.state is PaymentState.STARTED, mode=found.payment.mode.value,
        by_other=found.payment.payer_link_id is not None,
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
    """Where the provider sends people back to. It proves nothing (security R3.4). Whoever pays for
    somebody else is shown their own payment and nothing of the case."""
    payment = returned(runtime(), ref)
    if payment.payer_link_id is not None:
        return see_other(paths.paid_for(ref))
    return see_other(paths.payment(payment.id))


def _state(found: PaymentSeen) -> str:
    if found.payment.state is PaymentState.FAILED or found.declined:
        return "declined"
    if found.payment.state is PaymentState.STARTED and found.on_its_way:
        return "on_its_way"
    return "waiting" if found.payment.state is PaymentState.STARTED else "unsure"
