"""API keys: those of machines, and those that people have for themselves."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, request

from inthread.commands.make_api_key import make_api_key
from inthread.commands.revoke_api_key import revoke_api_key
from inthread.domain.grants import grantable
from inthread.domain.refusals import BadInput, Problem
from inthread.queries.staff_list import key_list
from inthread.queries.staff_names import staff_names
from inthread.web.console.door import sentence
from inthread.web.console.shell import actor, done, needs, room, show
from inthread.web.responding import runtime

PATH = "/console/keys"
bp = room("keys", "/keys")


@bp.get("")
@needs("keys:write")
def keys() -> Response:
    return _list()


@bp.post("")
@needs("keys:write")
def make() -> Response:
    """The key itself is in this answer alone."""
    name, scopes = request.form.get("name", ""), ticked(grantable(actor()))
    try:
        made = make_api_key(runtime(), actor=actor(), name=name, scopes=scopes)
    except BadInput as refusal:
        return _list(name, scopes, refusal.problems)
    return show("console/keys_made.html", made=made, name=name, back=PATH)


@bp.post("/<key_id>/revoke")
@needs("keys:write")
def revoke(key_id: str) -> Response:
    revoke_api_key(runtime(), actor=actor(), key_id=key_id)
    return done(PATH, "key_revoked")


def ticked(scopes: Sequence[str]) -> list[str]:
    """Ticked one by one: `scope-cases:read=on`."""
    return [scope for scope in scopes if request.form.get(f"scope-{scope}")]


def _list(name: str = "", scopes: Sequence[str] = (), problems: Sequence[Problem] = ()) -> Response:
    page = key_list(runtime(), actor=actor(), after=request.args.get("after", ""))
    owners = {f"staff:{key.staff_id}" for key in page.keys if key.staff_id}
    return show(
        "console/keys.html", status=422 if problems else 200, page=page, name=name, ticked=scopes,
        may_give=grantable(actor()), names=staff_names(runtime(), owners),
        first="after" not in request.args,
        wrong={p.path.removeprefix("/"): sentence(p.message) for p in problems},
    )
