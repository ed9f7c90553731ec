"""The console's door: sign in, the second factor, joining by an invitation.

Nobody is signed in here. Forms are bound to a cookie of the door's own, so that no other site signs
somebody in as somebody else (login CSRF); looking at any of these pages writes nothing.
"""

from __future__ import annotations

from urllib.parse import urlencode

import segno
from babel import Locale
from flask import Blueprint, Response, g, request

from inthread.commands.accept_invitation import accept_invitation
from inthread.commands.answer_second_factor import answer_second_factor
from inthread.commands.set_up_second_factor import set_up_second_factor
from inthread.commands.sign_in import sign_in
from inthread.commands.steps.let_in import LetIn
from inthread.domain.actor import STRANGER
from inthread.domain.refusals import (
    BadInput,
    CodeRefused,
    Forbidden,
    Refused,
    SignInRefused,
    TooMany,
)
from inthread.queries.half_session import half_session, invited, set_up
from inthread.queries.staff_session import staff_session
from inthread.web import form_tokens
from inthread.web.console.place import place
from inthread.web.console.shell import COOKIE, PREFIX, SIGN_IN, back, check_post, done
from inthread.web.reader import Reader
from inthread.web.refusals import ANSWERS
from inthread.web.responding import pages, runtime, see_other

DOOR = "__Host-door"
CODE = f"{SIGN_IN}/code"
SET_UP = f"{PREFIX}/set-up"
bp = Blueprint("console_door", __name__, url_prefix=PREFIX)


@bp.before_request
def check() -> None:
    """A form needs the cookie that the page with it gave."""
    bound = request.cookies.get(DOOR, "")
    if not bound and request.method == "POST":
        raise Forbidden("no cookie")
    g.door = bound or runtime().new_token()
    form_tokens.bind_to("door", g.door)
    check_post()


# --- sign in -----------------------------------------------------------------------------------


@bp.get("/sign-in")
def ask() -> Response:
    token = request.cookies.get(COOKIE, "")
    if token and staff_session(runtime(), token) is not None:
        return see_other(back())
    return show("console/door_sign_in.html")


@bp.post("/sign-in")
def answer() -> Response:
    email = request.form.get("email", "")
    try:
        half = sign_in(
            runtime(), actor=STRANGER, email=email, password=request.form.get("password", ""),
            place=place(),
        )
    except (SignInRefused, TooMany) as refusal:
        return refused("console/door_sign_in.html", refusal, email=email)
    return give(see_other(onward(CODE)), half.token)


@bp.get("/sign-in/code")
def ask_code() -> Response:
    person = half_session(runtime(), _token())
    if person is None:
        return see_other(onward(SIGN_IN))
    return show("console/door_code.html")


@bp.post("/sign-in/code")
def answer_code() -> Response:
    try:
        whole = answer_second_factor(
            runtime(), actor=STRANGER, token=_token(), code=request.form.get("code", ""),
            place=place(),
        )
    except SignInRefused:
        return take_away(see_other(onward(SIGN_IN)))
    except (CodeRefused, TooMany) as refusal:
        return refused("console/door_code.html", refusal)
    return opened(whole)


# --- joining -----------------------------------------------------------------------------------


@bp.get("/invitation/<token>")
def invitation(token: str) -> Response:
    person = invited(runtime(), token)
    if person is None:
        return show("console/door_gone.html", status=404)
    return show("console/door_invitation.html", person=person)


@bp.post("/invitation/<token>")
def accept(token: str) -> Response:
    person = invited(runtime(), token)
    if person is None:
        return show("console/door_gone.html", status=404)
    password = request.form.get("password", "")
    try:
        if password != request.form.get("again", ""):
            return show("console/door_invitation.html", status=422, person=person,
                        wrong_again="Differs from the first: type the same password twice")
        half = accept_invitation(
            runtime(), actor=STRANGER, token=token, password=password, place=place()
        )
    except BadInput as refusal:
        return show("console/door_invitation.html", status=422, person=person,
                    wrong=sentence(refusal.problems[0].message))
    return give(see_other(SET_UP), half.token)


@bp.get("/set-up")
def ask_app() -> Response:
    return _show_app(200)


@bp.post("/set-up")
def answer_app() -> Response:
    try:
        joined = set_up_second_factor(
            runtime(), actor=STRANGER, token=_token(), code=request.form.get("code", ""),
            place=place(),
        )
    except SignInRefused:
        return take_away(see_other(SIGN_IN))
    except (CodeRefused, TooMany) as refusal:
        return _show_app(status_of(refusal), refusal)
    page = show("console/door_recovery.html", codes=joined.recovery)
    return give(page, joined.let_in.token)


def _show_app(status: int, refusal: Refused | None = None) -> Response:
    found = set_up(runtime(), _token())
    if found is None:
        return see_other(SIGN_IN)
    code = segno.make(found.uri, error="m", micro=False)
    groups = [found.secret[n:n + 4] for n in range(0, len(found.secret), 4)]
    return show(
        "console/door_set_up.html", status=status, person=found.staff, refusal=refusal,
        picture=code.svg_data_uri(scale=4, border=4, light="#fff", omitsize=True),
        secret=" ".join(groups),
    )


# --- what the pages here share -------------------------------------------------------------------


def show(template: str, *, status: int = 200, **context: object) -> Response:
    """A page before the door, with the cookie that its forms are bound to."""
    who = Reader(pages().languages.default, Locale.parse("en_US"))
    shared = {
        "brand": runtime().brand, "here": request.path, "csrf": form_tokens.made(),
        "onward": onward, "refusal": None, "wrong": "", "wrong_again": "", "email": "",
        "by_own_door": request.path == SIGN_IN,
        "by_provider": provider.name if (provider := runtime().registry.identity) else None,
    }
    html = pages().html(template, who, {**shared, **context})
    response = Response(html, status=status, content_type="text/html; charset=utf-8")
    # `Lax`: whoever comes back from the identity provider comes from another site.
    response.set_cookie(DOOR, g.door, path="/", secure=True, httponly=True, samesite="Lax")
    return response


def refused(template: str, refusal: Refused, **context: object) -> Response:
    response = show(template, status=status_of(refusal), refusal=refusal, **context)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def status_of(refusal: Refused) -> int:
    return ANSWERS[refusal.code].status


def opened(whole: LetIn) -> Response:
    return give(done(back()), whole.token)


def onward(path: str) -> str:
    """*path*, from which one goes on to the page that was asked for at first."""
    goal = back()
    return path if goal == f"{PREFIX}/" else f"{path}?{urlencode({'next': goal})}"


def give(response: Response, token: str) -> Response:
    """The session's cookie: for this host alone, never sent from another site."""
    response.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="Strict")
    return response


def take_away(response: Response) -> Response:
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
    return response


def _token() -> str:
    return request.cookies.get(COOKIE, "")
