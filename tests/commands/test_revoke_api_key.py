"""A key ends at once."""

from __future__ import annotations

import pytest

from inthread.commands.make_api_key import make_api_key, make_own_key
from inthread.commands.revoke_api_key import revoke_api_key, revoke_own_key
from inthread.domain.actor import API_SCOPES, CUSTOMER, OPERATOR, Actor, api_key
from inthread.domain.refusals import Forbidden, NotFound
from inthread.queries.caller import caller
from inthread.runtime import Runtime
from inthread.store import api_keys, audit
from tests.clock import Clock
from tests.rows import nothing_written
from tests.staff import a_colleague


def test_a_revoked_key_is_nobody_at_once(rt: Runtime, clock: Clock) -> None:
    one = make_api_key(rt, actor=OPERATOR, name="one", scopes=["cases:read"])
    two = make_api_key(rt, actor=OPERATOR, name="two", scopes=["cases:read"])
    clock.tick(hours=1)
    revoke_api_key(rt, actor=OPERATOR, key_id=one.id)
    assert caller(rt, one.token) is None
    assert caller(rt, two.token) is not None
    with rt.db.read() as tx:
        assert [k.revoked_at for k in api_keys.every(tx)] == [clock.at, None]
        assert [e.event for e in audit.of_subject(tx, one.id)] == [
            "api_key.made", "api_key.revoked"
        ]


def test_twice_is_once(rt: Runtime) -> None:
    one = make_api_key(rt, actor=OPERATOR, name="one", scopes=["cases:read"])
    revoke_api_key(rt, actor=OPERATOR, key_id=one.id)
    with nothing_written(rt.db):
        revoke_api_key(rt, actor=OPERATOR, key_id=one.id)


def test_a_key_nobody_has(rt: Runtime) -> None:
    with nothing_written(rt.db), pytest.raises(NotFound):
        revoke_api_key(rt, actor=OPERATOR, key_id="key_0")


@pytest.mark.parametrize("actor", [CUSTOMER, api_key("k", frozenset(API_SCOPES) - {"keys:write"})])
def test_another_actor_is_refused(rt: Runtime, actor: Actor) -> None:
    one = make_api_key(rt, actor=OPERATOR, name="one", scopes=["cases:read"])
    with nothing_written(rt.db), pytest.raises(Forbidden):
        revoke_api_key(rt, actor=actor, key_id=one.id)


def test_ones_own_key_is_ended_by_oneself_or_an_admin(rt: Runtime) -> None:
    ada = a_colleague(rt)
    one, two = (
        make_own_key(rt, actor=ada.actor, name=name, scopes=["cases:read"]) for name in "ab"
    )
    revoke_own_key(rt, actor=ada.actor, key_id=one.id)
    revoke_api_key(rt, actor=OPERATOR, key_id=two.id)
    assert caller(rt, one.token) is None
    assert caller(rt, two.token) is None


def test_nobody_ends_somebody_elses_as_their_own(rt: Runtime) -> None:
    ada = a_colleague(rt)
    bea = a_colleague(rt, email="bea@alderway.test", name="Bea")
    theirs = make_own_key(rt, actor=bea.actor, name="x", scopes=["cases:read"])
    machines = make_api_key(rt, actor=OPERATOR, name="y", scopes=["cases:read"])
    for key in (theirs, machines):
        with nothing_written(rt.db), pytest.raises(NotFound):
            revoke_own_key(rt, actor=ada.actor, key_id=key.id)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        revoke_own_key(rt, actor=OPERATOR, key_id=theirs.id)
