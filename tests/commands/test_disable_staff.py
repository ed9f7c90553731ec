"""Who is disabled is out from the next request on, by every way in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from inthread.commands.disable_staff import disable_staff
from inthread.commands.make_api_key import make_own_key
from inthread.domain.actor import OPERATOR
from inthread.domain.refusals import Forbidden, LastAdmin, NotFound
from inthread.domain.staff import Role, Staff, Standing, staff_actor
from inthread.queries.caller import caller
from inthread.queries.half_session import half_session, invited
from inthread.queries.staff_session import staff_session
from inthread.runtime import Runtime
from tests.races import at_once
from tests.rows import nothing_written
from tests.staff import a_colleague, a_half, an_invitation, happened, token_of


def test_sessions_keys_and_half_sessions_open_nothing(rt: Runtime) -> None:
    ada = a_colleague(rt, "author")
    key = make_own_key(rt, actor=ada.actor, name="laptop", scopes=["cases:read"])
    half = a_half(rt, ada)
    found = disable_staff(rt, actor=OPERATOR, staff_id=ada.id)
    assert (found.standing, found.active) == (Standing.DISABLED, False)
    assert staff_session(rt, ada.token) is None
    assert caller(rt, key.token) is None
    assert half_session(rt, half.token) is None
    assert happened(rt, ada.id)[-1] == ("staff.disabled", "operator:cli")


def test_an_invitation_that_is_out_ends(rt: Runtime) -> None:
    made = an_invitation(rt)
    disable_staff(rt, actor=OPERATOR, staff_id=made.staff_id)
    assert invited(rt, token_of(made)) is None


def test_twice_is_fine(rt: Runtime) -> None:
    ada = a_colleague(rt)
    disable_staff(rt, actor=OPERATOR, staff_id=ada.id)
    with nothing_written(rt.db):
        disable_staff(rt, actor=OPERATOR, staff_id=ada.id)


def test_the_last_active_admin_stays(rt: Runtime) -> None:
    ada = a_colleague(rt, "admin")
    an_invitation(rt, "admin", email="bea@alderway.test", name="Bea")
    with nothing_written(rt.db), pytest.raises(LastAdmin):
        disable_staff(rt, actor=OPERATOR, staff_id=ada.id)


def test_two_admins_who_disable_each_other_leave_one(rt: Runtime) -> None:
    ada = a_colleague(rt, "admin")
    bea = a_colleague(rt, "admin", email="bea@alderway.test", name="Bea")
    works: list[Callable[[], Staff]] = [
        partial(disable_staff, rt, actor=one.actor, staff_id=other.id)
        for one, other in ((ada, bea), (bea, ada))
    ]
    assert sorted(type(each).__name__ for each in at_once(works)) == ["LastAdmin", "Staff"]


def test_nobody_disables_themselves(rt: Runtime) -> None:
    a_colleague(rt, "admin", email="bea@alderway.test", name="Bea")
    ada = a_colleague(rt, "admin")
    with nothing_written(rt.db), pytest.raises(Forbidden):
        disable_staff(rt, actor=ada.actor, staff_id=ada.id)


def test_nobody_has_the_id(rt: Runtime) -> None:
    with nothing_written(rt.db), pytest.raises(NotFound):
        disable_staff(rt, actor=OPERATOR, staff_id="stf_none")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_admins_disable(rt: Runtime, role: Role) -> None:
    ada = a_colleague(rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        disable_staff(rt, actor=staff_actor("stf_y", [role]), staff_id=ada.id)
