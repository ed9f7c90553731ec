"""A key is shown once and kept as a digest."""

from __future__ import annotations

import pytest

from inthread.commands.make_api_key import make_api_key, make_own_key
from inthread.domain.actor import (
    API_SCOPES,
    CUSTOMER,
    MACHINE_SCOPES,
    OPERATOR,
    WORKER,
    Actor,
    api_key,
)
from inthread.domain.refusals import BadInput, Forbidden
from inthread.domain.staff import Role, staff_actor
from inthread.keyring import digest
from inthread.queries.caller import caller
from inthread.runtime import Runtime, random_token
from inthread.store import api_keys, audit
from inthread.store import tables as t
from tests.clock import MONDAY
from tests.rows import every_row, nothing_written
from tests.staff import a_colleague


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
    ("a", ["cases:read", "policy:approve"], "/scopes"), ("a", ["account"], "/scopes"),
])
def test_what_no_key_can_be(rt: Runtime, name: str, scopes: list[str], path: str) -> None:
    with nothing_written(rt.db), pytest.raises(BadInput) as refusal:
        make_api_key(rt, actor=OPERATOR, name=name, scopes=scopes)
    assert [p.path for p in refusal.value.problems] == [path]


@pytest.mark.parametrize("actor", [
    CUSTOMER, WORKER, api_key("k", frozenset(API_SCOPES) - {"keys:write"}),
    *(staff_actor("stf_y", [role]) for role in Role if role is not Role.ADMIN),
], ids=str)
def test_who_makes_none(rt: Runtime, actor: Actor) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden):
        make_api_key(rt, actor=actor, name="billing", scopes=["cases:read"])


DECIDES = ["policy:write", "staff:write", "keys:write", "settings:write"]


@pytest.mark.parametrize("scope", [*DECIDES, "policy:approve"])
def test_no_admin_gives_a_machine_what_decides(rt: Runtime, scope: str) -> None:
    """Else an author's change by a key of their own making would seem somebody else's (A69)."""
    admin = staff_actor("stf_x", list(Role))
    with nothing_written(rt.db), pytest.raises(BadInput) as refusal:
        make_api_key(rt, actor=admin, name="x", scopes=["cases:read", scope])
    assert [p.path for p in refusal.value.problems] == ["/scopes"]


def test_an_admin_gives_a_machine_the_rest(rt: Runtime) -> None:
    admin = staff_actor("stf_x", [Role.ADMIN])
    made = make_api_key(rt, actor=admin, name="x", scopes=MACHINE_SCOPES)
    assert caller(rt, made.token) == api_key(made.id, frozenset(MACHINE_SCOPES))


def test_a_machine_gives_no_more_than_it_has(rt: Runtime) -> None:
    machine = api_key("k", frozenset({"keys:write", "cases:read"}))
    made = make_api_key(rt, actor=machine, name="x", scopes=["cases:read"])
    assert caller(rt, made.token) == api_key(made.id, frozenset({"cases:read"}))
    for scope in ("triggers:write", "keys:write"):
        with nothing_written(rt.db), pytest.raises(BadInput):
            make_api_key(rt, actor=machine, name="x", scopes=[scope])


def test_a_key_of_ones_own_acts_as_its_person(rt: Runtime) -> None:
    ada = a_colleague(rt, "approver")
    made = make_own_key(rt, actor=ada.actor, name="laptop", scopes=["policy:approve"])
    assert caller(rt, made.token) == Actor("staff", ada.id, frozenset({"policy:approve"}))
    with rt.db.read() as tx:
        [event] = audit.of_subject(tx, made.id)
    assert (event.event, event.actor, event.detail["owner"]) == (
        "api_key.made", f"staff:{ada.id}", ada.id
    )


@pytest.mark.parametrize("scope", ["policy:approve", "policy:write", "account", "sign_in"])
def test_it_has_no_more_than_the_roles(rt: Runtime, scope: str) -> None:
    ada = a_colleague(rt, "viewer")
    with nothing_written(rt.db), pytest.raises(BadInput):
        make_own_key(rt, actor=ada.actor, name="laptop", scopes=[scope])


def test_a_key_makes_no_key_of_its_persons_own(rt: Runtime) -> None:
    ada = a_colleague(rt, "viewer")
    made = make_own_key(rt, actor=ada.actor, name="laptop", scopes=["cases:read"])
    key = caller(rt, made.token)
    assert key is not None
    for actor in (key, OPERATOR, WORKER):
        with nothing_written(rt.db), pytest.raises(Forbidden):
            make_own_key(rt, actor=actor, name="x", scopes=["cases:read"])
