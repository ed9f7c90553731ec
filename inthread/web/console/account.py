"""One's own account: where one is signed in, the password, recovery codes, keys, the time zone."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, request

from inthread.commands.change_password import change_password
from inthread.commands.change_zone import change_zone
from inthread.commands.end_sessions import end_sessions
from inthread.commands.make_api_key import make_own_key
from inthread.commands.renew_recovery_codes import renew_recovery_codes
from inthread.commands.revoke_api_key import revoke_own_key
from inthread.commands.sign_out import sign_out
from inthread.domain.grants import own_grantable
from inthread.domain.refusals import BadInput, CodeRefused, Problem, TooMany
from inthread.domain.staff import ACCOUNT
from inthread.queries.staff_list import own_keys, staff_view
from inthread.web.console.door import sentence, take_away
from inthread.web.console.keys import ticked
from inthread.web.console.shell import SIGN_IN, actor, done, me, needs, room, session, show
from inthread.web.responding import runtime, see_other

PATH = "/console/account"
bp = room("account", "")


@bp.post("/sign-out")
@needs(ACCOUNT)
def leave() -> Response:
    """What the browser kept of the console goes as well (ASVS 14.3.1); the cookies of the
    customer's pages on this host stay."""
    sign_out(runtime(), actor=actor(), session=session())
    return _out()


@bp.get("/account")
@needs(ACCOUNT)
def account() -> Response:
    return _page()


@bp.post("/account/zone")
@needs(ACCOUNT)
def zone() -> Response:
    try:
        change_zone(runtime(), actor=actor(), person=me(), zone=request.form.get("zone", ""))
    except BadInput as refusal:
        return _page(_by_field(refusal))
    return done(PATH, "zone_changed")


@bp.post("/account/password")
@needs(ACCOUNT)
def password() -> Response:
    sent = {name: request.form.get(name, "") for name in ("password", "code", "new", "again")}
    try:
        if sent["new"] != sent["again"]:
            raise BadInput([Problem("/again", "differs: type the same new password twice")])
        change_password(
            runtime(), actor=actor(), session=session(), code=sent["code"],
            password=sent["password"], new=sent["new"],
        )
    except BadInput as refusal:
        return _page(_by_field(refusal))
    except (CodeRefused, TooMany) as refusal:
        return _page({"code": _said(refusal)})
    return done(PATH, "password_changed")


@bp.post("/account/recovery-codes")
@needs(ACCOUNT)
def recovery() -> Response:
    """The codes are in this answer alone."""
    try:
        codes = renew_recovery_codes(
            runtime(), actor=actor(), session=session(), code=request.form.get("code", "")
        )
    except (CodeRefused, TooMany) as refusal:
        return _page({"recovery": _said(refusal)})
    return show("console/account_codes.html", codes=codes)


@bp.post("/account/end-sessions")
@needs(ACCOUNT)
def everywhere() -> Response:
    """This one too: whoever does not trust a device should not have to tell which."""
    end_sessions(runtime(), actor=actor(), staff_id=me().id)
    return _out()


@bp.post("/account/sessions/<session_id>/end")
@needs(ACCOUNT)
def one(session_id: str) -> Response:
    end_sessions(runtime(), actor=actor(), staff_id=me().id, session_id=session_id)
    return _out() if session_id == session().id else done(PATH, "session_ended")


@bp.post("/account/keys")
@needs(ACCOUNT)
def make_key() -> Response:
    """The key itself is in this answer alone."""
    name, scopes = request.form.get("name", ""), ticked(own_grantable(actor()))
    try:
        made = make_own_key(runtime(), actor=actor(), name=name, scopes=scopes)
    except BadInput as refusal:
        return _page(_by_field(refusal), name=name, scopes=scopes)
    return show("console/keys_made.html", made=made, name=name, back=PATH)


@bp.post("/account/keys/<key_id>/revoke")
@needs(ACCOUNT)
def revoke_key(key_id: str) -> Response:
    revoke_own_key(runtime(), actor=actor(), key_id=key_id)
    return done(PATH, "key_revoked")


def _out() -> Response:
    response = take_away(see_other(SIGN_IN))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _page(
    wrong: Mapping[str, str] | None = None, *, name: str = "", scopes: object = ()
) -> Response:
    keys = own_keys(runtime(), actor=actor())
    return show(
        "console/account.html", status=422 if wrong else 200, wrong=wrong or {}, name=name,
        found=staff_view(runtime(), actor=actor(), staff_id=me().id), here_now=session().id,
        keys=[key for key in keys.keys if key.revoked_at is None], ticked=scopes,
        may_give=own_grantable(actor()), zone=request.form.get("zone", me().zone),
    )


def _by_field(refusal: BadInput) -> Mapping[str, str]:
    return {p.path.removeprefix("/"): sentence(p.message) for p in refusal.problems}


def _said(refusal: CodeRefused | TooMany) -> str:
    if isinstance(refusal, TooMany):
        return f"That was tried too often: try again in {refusal.retry_after} seconds"
    return "This is not right, or was used before: wait for the next one in your app"
