"""How the web says no: one table, refusal -> status, page and sentence.

The sentence is for programs (`title` of a problem document) and for the documentation; a customer
reads the page, in their own language, which also says what happened to the money.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

import structlog
from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from inthread.acting.take_visit import Taken
from inthread.domain.refusals import Locked, Refused, StepUpNeeded, TooMany, VisitEnded
from inthread.queries.visit import bare_visit
from inthread.web import paths, visit_cookie
from inthread.web.responding import read_as, runtime, see_other, show

log = structlog.get_logger()


@dataclass(frozen=True)
class Answer:
    """`page`: the kind of `customer/problem.html`, or what the customer is sent on to."""

    status: int
    page: str
    says: str


ANSWERS: Mapping[str, Answer] = {
    "not_found": Answer(404, "not_found", "There is no such thing, or it is not yours."),
    "forbidden": Answer(403, "forbidden", "This caller may not do this."),
    "bad_input": Answer(422, "bad_form", "Something in the input is not right."),
    "link_gone": Answer(410, "gone", "The link was switched off, or its case is over."),
    "link_expired": Answer(410, "expired", "The link has expired; a new one can be sent."),
    "visit_ended": Answer(303, "ended", "The visit was idle too long, or it was ended."),
    "step_up_required": Answer(303, "code", "The action asks for more proof of who this is."),
    "not_eligible": Answer(403, "ineligible", "Policy does not offer this action on this case."),
    "claimed": Answer(409, "conflict", "Somebody else works on it; it returns by itself."),
    "already_settled": Answer(409, "settled", "There is an outcome, or a payment on its way."),
    "out_of_order": Answer(409, "conflict", "A step before this one was skipped."),
    "choice_changed": Answer(409, "conflict", "What was agreed to is not what would happen now."),
    "nonce_reused": Answer(422, "conflict", "The once-key came back with another body."),
    "code_refused": Answer(422, "code", "The code is not right, or no longer counts."),
    "fact_refused": Answer(422, "fact", "The answer does not match what is on file."),
    "sign_in_refused": Answer(
        422, "forbidden", "The e-mail address, the password or the code does not match."
    ),
    "last_admin": Answer(409, "conflict", "One active admin has to remain."),
    "locked": Answer(429, "locked", "There were too many wrong tries."),
    "too_many": Answer(429, "too_many", "That was asked too often."),
    "cannot_reach": Answer(409, "unreachable", "No contact point may be used for this."),
    "withheld": Answer(
        409, "conflict", "This document was not found clean, so nobody can open it."
    ),
    "stale": Answer(409, "conflict", "Somebody else changed it first."),
    "provider_down": Answer(503, "provider_down", "The payment provider gave no page."),
}

# What werkzeug says no with, and the page for it; any other is `bad_form`.
PAGES = {403: "forbidden", 404: "not_found", 405: "not_found", 413: "too_large", 429: "too_many",
         503: "paused"}

# The kinds of `customer/problem.html` that a refusal can have.
KINDS = frozenset(
    ("not_found", "forbidden", "bad_form", "gone", "settled", "unreachable", "provider_down")
)

Teller = Callable[[Exception], Response]


def tell_refusals(app: Flask) -> None:
    """One answer for each thing that can go wrong. What machines call registers a teller of its
    own under the start of its path in `app.extensions["inthread_tellers"]`."""
    app.extensions["inthread_tellers"] = {}

    @app.errorhandler(Exception)
    def tell(raised: Exception) -> Response:
        tellers: dict[str, Teller] = current_app.extensions["inthread_tellers"]
        for start, teller in tellers.items():
            if request.path.startswith(start):
                return teller(raised)
        if isinstance(raised, Refused):
            return refused(raised)
        if isinstance(raised, HTTPException):
            return turned_away(raised)
        return broken(raised)


def refused(refusal: Refused) -> Response:
    """The page of a refusal that no view has shown in its own way."""
    known = ANSWERS[refusal.code]
    log.info("refused", code=refusal.code, route=_route())
    taken = _whose()
    if isinstance(refusal, VisitEnded):
        return see_other(paths.ENDED)
    if isinstance(refusal, StepUpNeeded):
        return see_other(paths.CODE)
    if isinstance(refusal, Locked):
        return locked(refusal, taken)
    if isinstance(refusal, TooMany):
        return too_many(refusal)
    page = known.page if known.page in KINDS else "conflict"
    on = paths.MENU if page in ("settled", "conflict", "provider_down") else ""
    return problem(page, known.status, go_on=on)


def turned_away(error: HTTPException) -> Response:
    """A request that never came to a view."""
    status = error.code or 500
    _whose()
    if status < HTTPStatus.BAD_REQUEST:
        return see_other(paths.MENU)
    response = problem(PAGES.get(status, "bad_form"), status)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def broken(fault: Exception) -> Response:
    """A database that does not answer is a pause. Anything else is a bug: the customer gets a
    number to name it by, and what happened is in the log alone."""
    if runtime().db.away(fault):
        log.error("database away", route=_route(), why=str(fault))
        return problem("paused", HTTPStatus.SERVICE_UNAVAILABLE)
    number = runtime().new_id("req")
    log.error("broken", request_id=number, route=_route(), exc_info=fault)
    return problem("error", 500, request_id=number)


def too_many(refusal: TooMany) -> Response:
    response = problem("too_many", 429, retry_at=again_at(refusal))
    response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def again_at(refusal: TooMany) -> datetime:
    """When it may be asked again, to the next whole minute: that is how times are shown."""
    wait = timedelta(seconds=refusal.retry_after)
    return (runtime().now() + wait + timedelta(seconds=59)).replace(second=0, microsecond=0)


def locked(refusal: Locked, taken: Taken | None) -> Response:
    """When it opens again; or who looks at it, and by when; or that a code is the other way."""
    minutes, wait = 0, 0
    if refusal.until is not None:
        wait = max(1, int((refusal.until - runtime().now()).total_seconds()))
        minutes = -(-wait // 60)
    response = show(
        "customer/locked.html", status=429, until=refusal.until, minutes=minutes,
        due=taken.case.next.due if taken and taken.case.next else None,
        with_a_person=refusal.with_a_person, again=paths.CODE,
    )
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def problem(
    kind: str, status: int, *, go_on: str = "", retry_at: object = None, request_id: str = ""
) -> Response:
    return show(
        "customer/problem.html", status=status, kind=kind, go_on=go_on, retry_at=retry_at,
        request_id=request_id,
    )


def _whose() -> Taken | None:
    """The visit of this request, whatever it has shown; from here on the page is in its language
    and its zone."""
    token = visit_cookie.token_or_none()
    if token is None or g.get("form_bound"):
        return None
    try:
        taken = bare_visit(runtime(), token)
    except Refused:
        return None
    read_as(taken)
    return taken


def _route() -> str:
    """The rule, never the address: that may hold a link's token."""
    return request.url_rule.rule if request.url_rule else "none"
