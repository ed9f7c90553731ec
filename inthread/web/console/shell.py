"""What every room of the console has: who is signed in, what they may do, its frame.

A room is a Blueprint made by `room`. Its views name the scope they need (`needs`); before any of
them runs, the session is read, the form is held to its token, and the scope is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from flask import Blueprint, Response, abort, g, request

from inthread.commands.touch_session import touch_session
from inthread.domain.actor import Actor
from inthread.domain.refusals import Forbidden
from inthread.domain.staff import Staff, StaffSession
from inthread.queries.console_counts import Counts, console_counts
from inthread.queries.staff_session import staff_session
from inthread.web import form_tokens
from inthread.web.console.badges import badges
from inthread.web.console.frame import frame
from inthread.web.reader import Reader
from inthread.web.responding import pages, runtime
from inthread.web.security import UNSAFE, check_form, doubled, from_here

PREFIX = "/console"
SIGN_IN = f"{PREFIX}/sign-in"
COOKIE = "__Host-staff"
# On what a page asks for by itself: nobody is at work for that (ASVS 7.3.1).
LIVE = "X-Live"
P = ParamSpec("P")
View = Callable[P, Response]


class SignedOut(Exception):
    """Nobody is signed in, or not wholly: they are sent to the door, and back afterwards."""


def room(name: str, path: str) -> Blueprint:
    """A part of the console under `/console<path>`, for people who are signed in."""
    made = Blueprint(f"console_{name}", __name__, url_prefix=f"{PREFIX}{path}")
    made.before_request(_admit)
    return made


def needs(scope: str) -> Callable[[View[P]], View[P]]:
    """The scope that a view's person has to have; the command behind it asks once more."""

    def guarded(view: View[P]) -> View[P]:
        @wraps(view)
        def run(*args: P.args, **kwargs: P.kwargs) -> Response:
            actor().require(scope)
            return view(*args, **kwargs)

        return run

    return guarded


def me() -> Staff:
    """Who is signed in, with the roles of this moment."""
    return session().staff


def session() -> StaffSession:
    found: StaffSession = g.staff_session
    return found


def actor() -> Actor:
    return me().actor


def may(scope: str) -> bool:
    """Whether to show what leads there; the command decides."""
    return scope in actor().scopes


def counts() -> Counts:
    """What waits for whoever is signed in, asked once a request."""
    found: Counts | None = g.get("console_counts")
    if found is None:
        found = g.console_counts = console_counts(runtime(), actor=actor())
    return found


def show(template: str, *, status: int = 200, **context: object) -> Response:
    """A page of the console, in its frame. Templates get `me`, `may`, `nav`, `here`, `csrf`,
    `said` (what the POST before did) and `whole` (False when htmx asked for a part)."""
    whole = "HX-Request" not in request.headers
    shared = {
        "brand": runtime().brand, "me": me(), "may": may, "here": request.path,
        "nav": frame(actor()), "csrf": form_tokens.made(), "said": request.args.get("said", ""),
        "now": runtime().now(), "whole": whole,
        "rt_origin": runtime().origin, "badges": badges(counts()) if whole else {},
    }
    html = pages().html(template, reader(), {**shared, **context})
    return Response(html, status=status, content_type="text/html; charset=utf-8")


def done(path: str, said: str = "") -> Response:
    """After a POST: on to *path*, where the frame says what was done. *said*: a key of
    `console/said.html`."""
    mark = "&" if "?" in path else "?"
    where = f"{path}{mark}{urlencode({'said': said})}" if said else path
    return Response(status=303, headers={"Location": where})


def reader() -> Reader:
    """English, in the zone of whoever is signed in."""
    try:
        zone = ZoneInfo(me().zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return Reader(pages().languages.default, Locale.parse("en"), zone)


def check_post() -> None:
    """What every POST of the console keeps to. Raises Forbidden; aborts 400, 413, 415."""
    # No text of ours has that character, and PostgreSQL takes none.
    nul = any("\0" in part for part in (request.path, *request.args.values()))
    if nul or doubled(request.args):
        abort(400)
    if request.method not in UNSAFE:
        return
    if not from_here(request, runtime().origin):
        raise Forbidden("from another site")
    check_form()
    form_tokens.demand()


def back() -> str:
    """Where to go after signing in: the page that was asked for, never another site."""
    asked = request.args.get("next", "")
    parts = urlsplit(asked)
    ours = not parts.scheme and not parts.netloc and asked.startswith(f"{PREFIX}/")
    return asked if ours and "\\" not in asked else f"{PREFIX}/"


def _admit() -> None:
    """Raises SignedOut, Forbidden."""
    token = request.cookies.get(COOKIE, "")
    found = staff_session(runtime(), token) if token else None
    if found is None or not found.whole:
        raise SignedOut
    g.staff_session = found
    form_tokens.bind_to("staff", token)
    check_post()
    if LIVE not in request.headers:
        touch_session(runtime(), actor=found.staff.actor, session=found)
