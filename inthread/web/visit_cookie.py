"""The cookie that names a visit: random, for this host alone, gone with the browser window."""

from __future__ import annotations

from flask import Response, request

from inthread.domain.refusals import VisitEnded

NAME = "__Host-visit"


def token() -> str:
    """The visit's token. Raises VisitEnded when the browser sent none."""
    found = request.cookies.get(NAME, "")
    if not found:
        raise VisitEnded("no cookie")
    return found


def token_or_none() -> str | None:
    return request.cookies.get(NAME) or None


def give(response: Response, value: str) -> Response:
    """`Lax`, not `Strict`: links are tapped in other apps, and a strict cookie stays behind."""
    response.set_cookie(NAME, value, path="/", secure=True, httponly=True, samesite="Lax")
    return response


def take_away(response: Response) -> Response:
    response.delete_cookie(NAME, path="/", secure=True, httponly=True, samesite="Lax")
    return response
