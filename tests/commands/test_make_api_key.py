"""A key is shown once and kept as a digest."""

from __future__ import annotations

import pytest

from inthread.commands.make_api_key import make_api_key
from inthread.domain.actor import API_SCOPES, CUSTOMER, OPERATOR, WORKER, Actor, api_key
from inthread.domain.refusals import BadInput, Forbidden
from inthread.keyring import digest
from inthread.queries.caller import caller
from inthread.runtime import Runtime, random_token
from inthread.store import api_keys, audit
from inthread.store import tables as t
from tests.clock import MONDAY
from tests.rows import every_row, nothing_written


def test_a_key_may_do_what_its_scopes_say(rt: Runtime) -> None:
    made = make_api_key(
        rt, actor=OPERATOR, name=" billing ", scopes=["triggers:write", "cases:read"]
    )
    assert caller(rt, made.token) == api_key(made.id, frozenset({"triggers:write", "cases:read"}))
    with rt.db.read() as tx:
        [key] = api_keys.every(tx)
        [event] = audit.of_subject(tx, made.id)
    assert (key.id, key.name, key.created_at, key.revoked_at) == (
        made.id, "billing", MONDAY, None
    )
    assert (event.event, event.actor, event.detail) == (
        "api_key.made", "operator:cli",
        {"name": "billing", "scopes": ["cases:read", "triggers:write"]},
    )


def test_the_secret_is_nowhere(rt: Runtime) -> None:
    made = make_api_key(rt, actor=OPERATOR, name="billing", scopes=["cases:read"])
    assert made.token not in repr(made)
    kept = every_row(rt.db)
    assert made.token not in str(kept)
    assert made.token.removeprefix("ik_") not in str(kept)
    assert kept[t.api_keys.name][0]["digest"] == digest(made.token)


def test_a_real_token_has_the_length_that_is_looked_for() -> None:
    assert len(random_token()) == 43


@pytest.mark.parametrize(
    "token", ["", "ik_", "ik_" + "a" * 43, "Bearer x", "ik_\0", "ik_" + "é" * 43]
)
def test_another_token_is_nobody(rt: Runtime, token: str) -> None:
    make_api_key(rt, actor=OPERATOR, name="billing", scopes=["cases:read"])
    assert caller(rt, token) is None


@pytest.mark.parametrize(("name", "scopes", "path"), [
    ("", ["cases:read"], "/name"), ("a" * 81, ["cases:read"], "/name"),
    ("a\nb", ["cases:read"], "/name"), ("a", [], "/scopes"), ("a", ["visit"], "/scopes"),
    ("a", ["cases:read", "keys:write"], "/scopes"),
])
def test_what_no_key_can_be(rt: Runtime, name: str, scopes: list[str], path: str) -> None:
    with nothing_written(rt.db), pytest.raises(BadInput) as refusal:
        make_api_key(rt, actor=OPERATOR, name=name, scopes=scopes)
    assert [p.path for p in refusal.value.problems] == [path]


@pytest.mark.parametrize("actor", [CUSTOMER, WORKER, api_key("k", frozenset(API_SCOPES))])
def test_no_key_makes_another(rt: Runtime, actor: Actor) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden):
        make_api_key(rt, actor=actor, name="billing", scopes=["cases:read"])
