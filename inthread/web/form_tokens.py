"""Tokens in forms: only a page of ours can have made this POST.

Bound to the visit's cookie, or, before there is one, to the link itself (docs/adr/0012). Masked
anew for every page, because pages are compressed and a repeated secret could be guessed from
their length (BREACH).
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from flask import g, request

from inthread.domain.refusals import Forbidden, VisitEnded
from inthread.keyring import Keyring
from inthread.web import visit_cookie
from inthread.web.current import runtime

FIELD = "csrf"
_LENGTH = 16


def bind_to(purpose: str, secret: str) -> None:
    """The forms of this request are good only with this cookie of the console."""
    g.form_bound = (purpose, secret)


def bind_to_link(token: str) -> None:
    """The forms of this request stand behind this link, and there may be no cookie."""
    g.form_bound = ("entry", token)


def made() -> str:
    """A token for the forms of the page being made; empty where nothing binds them."""
    bound = _bound()
    if bound is None:
        return ""
    rt = runtime()
    pad = hashlib.sha256(rt.new_token().encode()).digest()[:_LENGTH]
    return masked(rt.keyring.form_token(*bound), pad)


def demand() -> None:
    """Let a POST go on only with a token for what it acts on. Raises Forbidden, or VisitEnded when
    the browser has lost the cookie that it is bound to."""
    if request.method != "POST":
        return
    bound = _bound()
    if bound is None:
        raise VisitEnded("no cookie")
    rt = runtime()
    if not matches(rt.keyring, *bound, request.form.get(FIELD, "")):
        raise Forbidden("form token")


def masked(token: str, pad: bytes) -> str:
    raw = base64.urlsafe_b64decode(token + "==")
    return _text(pad + _xor(raw, pad))


def matches(keyring: Keyring, purpose: str, bound_to: str, given: str) -> bool:
    try:
        raw = base64.urlsafe_b64decode(given.encode("ascii") + b"==")
    except (UnicodeEncodeError, binascii.Error, ValueError):
        return False
    if len(raw) != 2 * _LENGTH:
        return False
    token = _text(_xor(raw[_LENGTH:], raw[:_LENGTH]))
    return keyring.form_token_matches(purpose, bound_to, token)


def _bound() -> tuple[str, str] | None:
    found: tuple[str, str] | None = g.get("form_bound")
    if found is not None:
        return found
    cookie = visit_cookie.token_or_none()
    return ("visit", cookie) if cookie else None


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
