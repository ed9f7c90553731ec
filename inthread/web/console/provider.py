"""Signing in with the organisation's own account, at the door.

The way back is a GET from another site, so it opens nothing: it shows a button, whose POST does
(ASVS 7.6.2). State, nonce and PKCE's verifier are derived from a cookie that lives for this one
attempt, so nothing is written before somebody has come back.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

from flask import Blueprint, Response, abort, request

from inthread.commands.sign_in_by_oidc import sign_in_by_oidc
from inthread.domain.actor import STRANGER
from inthread.domain.refusals import ProviderDown, SignInRefused, TooMany
from inthread.spi import IdentityProvider, Rejected, Retry, SignIn
from inthread.web.console.door import CODE, check, give, onward, opened, refused, show
from inthread.web.console.place import place
from inthread.web.console.shell import PREFIX, SIGN_IN
from inthread.web.responding import runtime, see_other

ATTEMPT = "__Host-provider"
RETURN = f"{SIGN_IN}/provider/return"
WITHIN = timedelta(minutes=10)
bp = Blueprint("console_provider", __name__, url_prefix=PREFIX)
bp.before_request(check)


@bp.get("/sign-in/provider")
def leave_for_provider() -> Response:
    secret = runtime().new_token()
    try:
        response = see_other(_provider().start(_attempt(secret)))
    except (Retry, Rejected):
        return refused("console/door_sign_in.html", ProviderDown())
    response.set_cookie(
        ATTEMPT, secret, max_age=WITHIN, path="/", secure=True, httponly=True, samesite="Lax"
    )
    return response


@bp.get("/sign-in/provider/return")
def back_from_provider() -> Response:
    """What came back is checked when the button is pressed."""
    provider = _provider()
    code, state = request.args.get("code", ""), request.args.get("state", "")
    if not code or not state:
        return refused("console/door_sign_in.html", SignInRefused())
    return show("console/door_provider.html", code=code, state=state, name=provider.name)


@bp.post("/sign-in/provider/return")
def enter_by_provider() -> Response:
    attempt = _attempt(request.cookies.get(ATTEMPT, ""))
    state, code = request.form.get("state", ""), request.form.get("code", "")
    _provider()
    try:
        if not request.cookies.get(ATTEMPT) or not _same(attempt.state, state):
            raise SignInRefused
        found = sign_in_by_oidc(
            runtime(), actor=STRANGER, sign_in=attempt, code=code, place=place()
        )
    except (SignInRefused, ProviderDown, TooMany) as refusal:
        response = refused("console/door_sign_in.html", refusal)
    else:
        there = opened(found) if found.whole else give(see_other(onward(CODE)), found.token)
        response = there
    response.delete_cookie(ATTEMPT, path="/", secure=True, httponly=True, samesite="Lax")
    return response


def _provider() -> IdentityProvider:
    found = runtime().registry.identity
    if found is None:
        abort(404)
    return found


def _attempt(secret: str) -> SignIn:
    ring = runtime().keyring
    state, nonce, one, other = (
        ring.form_token(f"provider {part}", secret) for part in ("state", "nonce", "one", "other")
    )
    return SignIn(state, nonce, one + other, f"{runtime().origin}{RETURN}")


def _same(one: str, other: str) -> bool:
    return other.isascii() and hmac.compare_digest(one, other)
