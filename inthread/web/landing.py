"""The page behind a link, before anybody is known, and the press that opens it.

GET shows and does nothing, whoever fetches it; POST makes the visit (docs/adr/0007). The link of a
finished case answers 410 and leads to its receipt (docs/adr/0013).
"""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from inthread.acting.take_visit import Taken
from inthread.commands.open_link import open_link
from inthread.commands.renew_link import renew_link
from inthread.commands.send_code import send_code
from inthread.domain.actor import CUSTOMER
from inthread.domain.refusals import LinkExpired, Locked, Refused, TooMany
from inthread.queries.landing import Landing, landing
from inthread.queries.visit import bare_visit
from inthread.web import form_tokens, guesses, paths, visit_cookie
from inthread.web.responding import (
    asked_language,
    pages,
    read_as_stranger,
    reader,
    runtime,
    see_other,
    show,
)

bp = Blueprint("landing", __name__)


@bp.before_request
def bind_forms() -> None:
    """There may be no cookie yet: the forms are bound to the link (docs/adr/0012)."""
    form_tokens.bind_to_link((request.view_args or {})["token"])
    form_tokens.demand()


# What a press on the landing page may ask for, and where it leads.
NEXT = {
    "code": paths.CODE, "fact": paths.FACT, "receipt": paths.CODE, "menu": paths.MENU,
    "help": paths.HELP, "not-me": paths.NOT_ME,
}


@bp.get("/l/<token>")
def landing_page(token: str) -> Response:
    try:
        with guesses.counted():
            found = landing(runtime(), token)
    except LinkExpired:
        return _expired(token, renewed=False)
    mine = _visit_of(found)
    locale = mine.visit.locale if mine else None
    read_as_stranger(locale or found.locale, found.zone, found.workflow.cadence.zone)
    state = "finished" if found.finished else "visiting" if mine else "fresh"
    words = found.workflow.page.before[found.workflow.locale(reader().language.code)]
    return show(
        "customer/landing.html", status=410 if found.finished else 200, state=state,
        action=_with_language(paths.link(token)), lead=words, expires=found.link.expires_at,
        can_fact=found.can_fact, host=request.host, language=reader().language.code,
    )


@bp.post("/l/<token>")
def open_it(token: str) -> Response:
    rt, wish = runtime(), request.form.get("next", "")
    if wish not in NEXT:
        raise BadRequest
    try:
        with guesses.counted():
            opened = open_link(rt, actor=CUSTOMER, token=token, locale=_language_read())
    except LinkExpired:
        return _expired(token, renewed=False)
    if wish in ("code", "receipt"):
        # What stands in the way of a code is told on the page that asks for it.
        with suppress(TooMany, Locked):
            send_code(rt, actor=CUSTOMER, token=opened.token)
    return visit_cookie.give(see_other(NEXT[wish]), opened.token)


@bp.post("/l/<token>/renew")
def renew(token: str) -> Response:
    """A new link, to the contact point on file and nowhere else."""
    with guesses.counted():
        renew_link(runtime(), actor=CUSTOMER, token=token)
    return _expired(token, renewed=True)


def _visit_of(found: Landing) -> Taken | None:
    """The visit of this very link that this browser has, if it still counts."""
    cookie = visit_cookie.token_or_none()
    if cookie is None:
        return None
    try:
        taken = bare_visit(runtime(), cookie)
    except Refused:
        return None
    return taken if taken.link.id == found.link.id else None


def _expired(token: str, *, renewed: bool) -> Response:
    return show(
        "customer/expired.html", status=200 if renewed else 410,
        action=_with_language(paths.renew(token)), renewed=renewed,
    )


def _with_language(path: str) -> str:
    """Before there is a visit, a chosen language travels in the address."""
    asked = asked_language()
    return f"{path}?lang={asked}" if asked else path


def _language_read() -> str | None:
    """The language the landing page was shown in."""
    language = pages().languages.named(request.form.get("language", "")[:35])
    return language.code if language else None
