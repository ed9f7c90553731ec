"""The way out of all messages, for whoever one of them reached: a page with one button, and the
one click of a mail program (RFC 8058).

GET shows and does nothing, whoever fetches it. The address itself is the proof: it was sent to the
contact point that it stops, and it stops nothing else.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from inthread.commands.opt_out import opt_out
from inthread.domain.actor import CUSTOMER
from inthread.queries.stop_page import StopPage, stop_page
from inthread.web import form_tokens, guesses, paths
from inthread.web.responding import asked_language, read_as_stranger, runtime, show
from inthread.web.security import check_customer, check_one_click

BODY = 4096
ONE_CLICK = ("List-Unsubscribe", "One-Click")

bp = Blueprint("stop", __name__)


@bp.before_request
def check() -> None:
    """A mail program has neither a cookie nor a form of ours (RFC 8058, 3.1); whoever comes from
    the page has the form."""
    form_tokens.bind_to_link((request.view_args or {})["token"])
    request.max_content_length = BODY
    if _one_click():
        check_one_click()
    else:
        check_customer(runtime().origin)
        form_tokens.demand()


@bp.get("/stop/<token>")
def ask(token: str) -> Response:
    return _page(token, _found(token))


@bp.post("/stop/<token>")
def stop(token: str) -> Response:
    found = _found(token)
    mail = _one_click()
    opt_out(
        runtime(), actor=CUSTOMER, contact_id=found.contact.id, source="mail" if mail else "page"
    )
    if mail:
        return Response("Stopped.\n", content_type="text/plain; charset=utf-8")
    return _page(token, _found(token))


def _found(token: str) -> StopPage:
    with guesses.counted():
        return stop_page(runtime(), token)


def _page(token: str, found: StopPage) -> Response:
    read_as_stranger(found.locale, None, "UTC")
    asked = asked_language()
    return show(
        "customer/stop.html", off=found.off, kind=found.contact.kind,
        address=found.contact.masked,
        action=f"{paths.stop(token)}?lang={asked}" if asked else paths.stop(token),
    )


def _one_click() -> bool:
    name, value = ONE_CLICK
    return request.method == "POST" and request.form.get(name) == value
