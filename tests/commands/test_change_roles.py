"""Roles hold from the next request on; one active admin remains, and nobody changes themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from inthread.commands.change_roles import change_roles
from inthread.commands.disable_staff import disable_staff
from inthread.commands.make_api_key import make_own_key
from inthread.domain.actor import CUSTOMER, OPERATOR, Actor
from inthread.domain.refusals import BadInput, Forbidden, LastAdmin, NotFound
from inthread.domain.staff import Role, Staff, staff_actor
from inthread.queries.caller import caller
from inthread.runtime import Runtime
from inthread.store import audit
from tests.races import at_once
from tests.rows import nothing_written
from tests.staff import a_colleague, person, session_of


def test_they_hold_for_the_session_that_is_open(rt: Runtime) -> None:
    admin = a_colleague(rt, "admin")
    bea = a_colleague(rt, "viewer", email="bea@alderway.test", name="Bea")
    assert "policy:write" not in session_of(rt, bea.token).staff.actor.scopes
    found = change_roles(rt, actor=admin.actor, staff_id=bea.id, roles=["author"])
    assert found.roles == {Role.AUTHOR}
    assert "policy:write" in session_of(rt, bea.token).staff.actor.scopes
    with rt.db.read() as tx:
        event = audit.of_subject(tx, bea.id)[-1]
    assert (event.event, event.actor, event.detail) == (
        "staff.roles_changed", f"staff:{admin.id}", {"before": ["viewer"], "after": ["author"]}
    )


def test_they_hold_for_a_key_of_their_own(rt: Runtime) -> None:
    bea = a_colleague(rt, "author")
    made = make_own_key(rt, actor=bea.actor, name="laptop", scopes=["policy:write", "cases:read"])
    change_roles(rt, actor=OPERATOR, staff_id=bea.id, roles=["viewer"])
    assert caller(rt, made.token) == Actor("staff", bea.id, frozenset({"cases:read"}))


def test_the_same_roles_change_nothing(rt: Runtime) -> None:
    ada = a_colleague(rt, "agent", "author")
    with nothing_written(rt.db):
        change_roles(rt, actor=OPERATOR, staff_id=ada.id, roles=["author", "agent", "author"])


def test_nobody_changes_their_own(rt: Runtime) -> None:
    a_colleague(rt, "admin", email="bea@alderway.test", name="Bea")
    ada = a_colleague(rt, "admin")
    with nothing_written(rt.db), pytest.raises(Forbidden):
        change_roles(rt, actor=ada.actor, staff_id=ada.id, roles=["admin", "approver"])


def test_the_last_active_admin_stays_one(rt: Runtime) -> None:
    ada = a_colleague(rt, "admin")
    gone = a_colleague(rt, "admin", email="bea@alderway.test", name="Bea")
    disable_staff(rt, actor=OPERATOR, staff_id=gone.id)
    with nothing_written(rt.db), pytest.raises(LastAdmin):
        change_roles(rt, actor=OPERATOR, staff_id=ada.id, roles=["agent"])


def test_two_admins_who_remove_each_other_leave_one(rt: Runtime) -> None:
    ada = a_colleague(rt, "admin")
    bea = a_colleague(rt, "admin", email="bea@alderway.test", name="Bea")
    works: list[Callable[[], Staff]] = [
        partial(change_roles, rt, actor=one.actor, staff_id=other.id, roles=["viewer"])
        for one, other in ((ada, bea), (bea, ada))
    ]
    came = at_once(works)
    assert sorted(type(each).__name__ for each in came) == ["LastAdmin", "Staff"]
    admins = [each for each in (ada, bea) if Role.ADMIN in person(rt, each).roles]
    assert len(admins) == 1


@pytest.mark.parametrize("roles", [[], ["root"], ["agent", "root"]])
def test_what_no_roles_are(rt: Runtime, roles: list[str]) -> None:
    ada = a_colleague(rt)
    with nothing_written(rt.db), pytest.raises(BadInput) as refusal:
        change_roles(rt, actor=OPERATOR, staff_id=ada.id, roles=roles)
    assert [p.path for p in refusal.value.problems] == ["/roles"]


def test_nobody_has_the_id(rt: Runtime) -> None:
    with nothing_written(rt.db), pytest.raises(NotFound):
        change_roles(rt, actor=OPERATOR, staff_id="stf_none", roles=["agent"])


@pytest.mark.parametrize("actor", [
    CUSTOMER, *(staff_actor("stf_y", [role]) for role in Role if role is not Role.ADMIN),
], ids=str)
def test_only_admins_change_them(rt: Runtime, actor: Actor) -> None:
    ada = a_colleague(rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        change_roles(rt, actor=actor, staff_id=ada.id, roles=["admin"])
