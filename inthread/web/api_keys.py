"""Keys: those of machines, and those that people have for themselves."""

from __future__ import annotations

from inthread.commands.answer_once import Reply
from inthread.commands.make_api_key import make_api_key
from inthread.commands.revoke_api_key import revoke_api_key
from inthread.domain.actor import Actor
from inthread.queries.staff_list import ApiKey, key_list
from inthread.web import api_given_staff as give
from inthread.web import api_sent as sent
from inthread.web.api import ALWAYS, KEYS, PREFIX, WITH_BODY, Api, and_problems, needs
from inthread.web.api_cases import instant
from inthread.web.api_given_delivery import Nothing
from inthread.web.responding import runtime

bp = Api("api_keys", __name__, url_prefix=PREFIX, abp_tags=[KEYS],
         abp_security=[{"key": []}], abp_responses=ALWAYS)


@bp.get(
    "/keys", operation_id="findKeys", summary="Find keys",
    description="Every key, revoked ones too, a page at a time.",
    responses={200: give.KeyPage},
)
@needs("keys:write")
def find(actor: Actor, query: give.KeyQuery) -> Reply:
    page = key_list(runtime(), actor=actor, after=query.after, most=query.limit)
    return Reply(200, {"keys": [_key(each) for each in page.keys], "after": page.after})


@bp.post(
    "/keys", operation_id="makeKey", summary="Make a machine's key",
    description="A person gives a machine any scope but those that change policies, staff, keys "
    "and settings; a machine gives what it has itself of these. No Idempotency-Key: the answer is "
    "kept nowhere.",
    responses={200: give.NewKey, **WITH_BODY},
)
@needs("keys:write")
def make(actor: Actor, body: give.MakeKey) -> Reply:
    made = make_api_key(runtime(), actor=actor, name=body.name, scopes=body.scopes)
    return Reply(200, {"id": made.id, "token": made.token})


@bp.post(
    "/keys/<key_id>/revoke", operation_id="revokeKey", summary="Revoke a key",
    description="The next request with it is refused.",
    responses={200: give.Revoked, **WITH_BODY, **and_problems(404)},
)
@needs("keys:write")
def revoke(actor: Actor, header: sent.OnceKey, path: give.KeyPath, body: Nothing) -> Reply:
    revoke_api_key(runtime(), actor=actor, key_id=path.key_id)
    return Reply(200, {"id": path.key_id})


def _key(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.id, "name": key.name, "scopes": sorted(key.scopes), "staff_id": key.staff_id,
        "made_at": instant(key.created_at), "revoked_at": instant(key.revoked_at),
    }
