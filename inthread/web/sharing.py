"""The customer lets somebody else pay: makes a link, sees it once, switches it off."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from inthread.acting.pay_for import shareable
from inthread.commands.end_sharing import end_sharing
from inthread.commands.share_payment import Shared, share_payment
from inthread.domain.actor import CUSTOMER
from inthread.domain.payer_link import DAYS, MOST_LIVE, MOST_OPENS, OFFERED_DAYS
from inthread.domain.refusals import (
    ChoiceChanged,
    NotEligible,
    NotFound,
    OutOfOrder,
    StepUpNeeded,
)
from inthread.queries.action import Check, check
from inthread.queries.payer_page import shared_page
from inthread.queries.visit import bare_visit
from inthread.spi import NeedsPayment
from inthread.web import actions, form_tokens, paths, visit_cookie
from inthread.web.identity import asks_for
from inthread.web.responding import read_as, runtime, see_other, show

bp = Blueprint("sharing", __name__)
bp.before_request(form_tokens.demand)
bp.register_error_handler(NotEligible, actions.not_eligible)
bp.register_error_handler(OutOfOrder, actions.look_again)
bp.register_error_handler(ChoiceChanged, actions.look_again)


@bp.errorhandler(StepUpNeeded)
def step_up(refusal: StepUpNeeded) -> Response:
    taken = bare_visit(runtime(), visit_cookie.token())
    return asks_for(refusal, taken, (request.view_args or {}).get("action", ""))


@bp.get("/visit/do/<action>/share")
def share_page(action: str) -> Response:
    """For the choice that was just made: somebody else may pay it."""
    found = check(runtime(), visit_cookie.token(), action)
    need = _need(found)
    if found.step_up is not None:
        return see_other(paths.check(action))
    read_as(found.ready.taken)
    live = shared_page(runtime(), visit_cookie.token()).links
    return show(
        "customer/share.html", amount=need.amount, back_href=paths.check(action),
        action=paths.share(action), shown=found.chosen.digest, nonce=runtime().new_token(),
        days=OFFERED_DAYS, most_opens=MOST_OPENS, full=len(live) >= MOST_LIVE, most=MOST_LIVE,
        shared=paths.SHARED,
    )


@bp.post("/visit/do/<action>/share")
def share(action: str) -> Response:
    """The page with the link is the answer itself, so that its address never shows it again."""
    made = share_payment(
        runtime(), actor=CUSTOMER, token=visit_cookie.token(), action=action, days=_days(),
        nonce=actions.nonce(), shown=request.form.get("shown", ""),
    )
    return _made_page(made)


def _made_page(made: Shared) -> Response:
    who = read_as(bare_visit(runtime(), visit_cookie.token()))
    link = made.link
    return show(
        "customer/share_made.html", url=made.url, amount=link.amount, until=link.expires_at,
        most_opens=link.most_opens, amount_text=who.money(link.amount),
        until_text=who.value(link.expires_at), off=paths.SHARED, link_id=link.id,
    )


@bp.get("/visit/shared")
def shared() -> Response:
    found = shared_page(runtime(), visit_cookie.token())
    read_as(found.taken)
    return show("customer/shared.html", links=found.links, off=paths.SHARED)


@bp.post("/visit/shared")
def switch_off() -> Response:
    end_sharing(
        runtime(), actor=CUSTOMER, token=visit_cookie.token(),
        payer_link_id=request.form.get("link", "")[:40],
    )
    return see_other(paths.SHARED)


def _need(found: Check) -> NeedsPayment:
    result = found.chosen.result
    if not isinstance(result, NeedsPayment) or not shareable(found.ready.verdict, result):
        raise NotFound("share")
    return result


def _days() -> int:
    said = request.form.get("days", "")
    if said not in {str(n) for n in DAYS}:
        raise BadRequest
    return int(said)
