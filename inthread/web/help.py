"""A person, always one press away; and the way out for somebody it was never meant for."""

from __future__ import annotations

from flask import Blueprint, Response, request

from inthread.acting.take_visit import Taken
from inthread.commands.ask_for_help import ask_for_help
from inthread.domain.actor import CUSTOMER
from inthread.domain.case import CaseState
from inthread.domain.refusals import BadInput
from inthread.queries.visit import bare_visit
from inthread.web import form_tokens, paths, visit_cookie
from inthread.web.responding import read_as, runtime, see_other, show

bp = Blueprint("help", __name__)
bp.before_request(form_tokens.demand)

# What a customer can ask, and what that is to whoever answers.
REASONS = {
    "cannot_pay": "hardship", "disagree": "dispute", "question": "question", "call_me": "question",
    "not_me": "wrong_person",
}
CALL_ME = "[asked to be called] "


@bp.get("/visit/help")
def help_page() -> Response:
    taken = bare_visit(runtime(), visit_cookie.token())
    read_as(taken)
    if taken.case.state is CaseState.EXCEPTION and taken.case.next is not None:
        return show(
            "customer/help_sent.html", due=taken.case.next.due, reference=taken.case.reference
        )
    return _help_page(taken)


@bp.post("/visit/help")
def ask() -> Response:
    asked, words = request.form.get("reason", ""), request.form.get("words", "")
    if asked == "not_me":
        return see_other(paths.NOT_ME)
    reason = REASONS.get(asked)
    if reason is None:
        return _asked_again("reason")
    said = CALL_ME + words if asked == "call_me" else words
    try:
        ask_for_help(
            runtime(), actor=CUSTOMER, token=visit_cookie.token(), reason=reason, words=said
        )
    except BadInput as wrong:
        return _asked_again("long" if "at most" in str(wrong) else "card")
    return see_other(paths.HELP)


@bp.get("/visit/not-me")
def not_me_page() -> Response:
    read_as(bare_visit(runtime(), visit_cookie.token()))
    return show("customer/not_me.html")


@bp.post("/visit/not-me")
def not_me() -> Response:
    ask_for_help(
        runtime(), actor=CUSTOMER, token=visit_cookie.token(), reason="wrong_person"
    )
    return visit_cookie.take_away(see_other(f"{paths.ENDED}?why=not-me"))


def _asked_again(problem: str) -> Response:
    taken = bare_visit(runtime(), visit_cookie.token())
    read_as(taken)
    return _help_page(taken, problem)


def _help_page(taken: Taken, problem: str = "") -> Response:
    queues = taken.workflow.queues
    offered = [key for key in REASONS if key != "cannot_pay" or taken.case.owed is not None]
    due = runtime().now() + max(queues[REASONS[key]].due for key in offered)
    sent = request.form if problem else {}
    return show(
        "customer/help.html", status=422 if problem else 200, problem=problem, offered=offered,
        due=due, reason=sent.get("reason", ""), words=sent.get("words", ""),
    )
