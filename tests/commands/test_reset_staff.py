"""A new way in: an admin begins it, the person chooses."""

from __future__ import annotations

import pytest

from inthread.commands.disable_staff import disable_staff
from inthread.commands.reset_staff import reset_staff
from inthread.commands.sign_in import sign_in
from inthread.domain.actor import OPERATOR, STRANGER
from inthread.domain.refusals import Forbidden, LastAdmin, NotFound, SignInRefused
from inthread.domain.staff import Role, Standing, staff_actor
from inthread.queries.half_session import invited
from inthread.queries.staff_list import staff_view
from inthread.queries.staff_session import staff_session
from inthread.runtime import Runtime
from tests.rows import every_row, nothing_written
from tests.staff import (
    HERE,
    PASSWORD,
    a_colleague,
    a_half_joined,
    an_invitation,
    happened,
    person,
    token_of,
)


def test_nothing_from_before_opens_anything(rt: Runtime) -> None:
    ada = a_colleague(rt, "author")
    made = reset_staff(rt, actor=OPERATOR, staff_id=ada.id)
    assert person(rt, ada).standing is Standing.INVITED
    assert staff_session(rt, ada.token) is None
    with pytest.raises(SignInRefused):
        sign_in(rt, actor=STRANGER, email=ada.email, password=PASSWORD, place=HERE)
    assert every_row(rt.db)["recovery_codes"] == []
    _, secret = a_half_joined(rt, made)
    assert secret != ada.secret
    assert ("staff.reset", "operator:cli") in happened(rt, ada.id)


def test_an_invitation_is_replaced(rt: Runtime) -> None:
    first = an_invitation(rt)
    second = reset_staff(rt, actor=OPERATOR, staff_id=first.staff_id)
    assert invited(rt, token_of(first)) is None
    found = invited(rt, token_of(second))
    assert found is not None
    assert found.id == first.staff_id


def test_the_last_admin_is_let_in_again_from_the_command_line_alone(rt: Runtime) -> None:
    ada = a_colleague(rt, "admin")
    other = staff_actor("stf_y", [Role.ADMIN])
    with nothing_written(rt.db), pytest.raises(LastAdmin):
        reset_staff(rt, actor=other, staff_id=ada.id)
    reset_staff(rt, actor=OPERATOR, staff_id=ada.id)
    assert staff_view(rt, actor=OPERATOR, staff_id=ada.id).has_password is False


def test_who_may_not(rt: Runtime) -> None:
    ada = a_colleague(rt, "admin")
    bea = a_colleague(rt, "agent", email="bea@alderway.test", name="Bea")
    disable_staff(rt, actor=OPERATOR, staff_id=bea.id)
    with nothing_written(rt.db):
        with pytest.raises(Forbidden):
            reset_staff(rt, actor=ada.actor, staff_id=ada.id)
        with pytest.raises(Forbidden):
            reset_staff(rt, actor=staff_actor("stf_y", [Role.AUDITOR]), staff_id=ada.id)
        for staff_id in (bea.id, "stf_none"):
            with pytest.raises(NotFound):
                reset_staff(rt, actor=OPERATOR, staff_id=staff_id)
