"""Who was disabled signs in as before, and has to."""

from __future__ import annotations

import pytest

from inthread.commands.disable_staff import disable_staff
from inthread.commands.enable_staff import enable_staff
from inthread.domain.actor import OPERATOR
from inthread.domain.refusals import Forbidden, NotFound
from inthread.domain.staff import Role, Standing, staff_actor
from inthread.queries.half_session import invited
from inthread.queries.staff_session import staff_session
from inthread.runtime import Runtime
from tests.clock import Clock
from tests.rows import nothing_written
from tests.staff import a_colleague, an_invitation, happened, signed_in, token_of


def test_they_sign_in_again(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    disable_staff(rt, actor=OPERATOR, staff_id=ada.id)
    assert enable_staff(rt, actor=OPERATOR, staff_id=ada.id).standing is Standing.ACTIVE
    assert staff_session(rt, ada.token) is None
    assert signed_in(rt, clock, ada).staff.id == ada.id
    assert ("staff.enabled", "operator:cli") in happened(rt, ada.id)


def test_an_invitation_stays_ended(rt: Runtime) -> None:
    made = an_invitation(rt)
    disable_staff(rt, actor=OPERATOR, staff_id=made.staff_id)
    found = enable_staff(rt, actor=OPERATOR, staff_id=made.staff_id)
    assert found.standing is Standing.INVITED
    assert invited(rt, token_of(made)) is None


def test_who_is_active_stays_so(rt: Runtime) -> None:
    ada = a_colleague(rt)
    with nothing_written(rt.db):
        enable_staff(rt, actor=OPERATOR, staff_id=ada.id)


def test_who_may_not(rt: Runtime) -> None:
    ada = a_colleague(rt, "admin")
    with nothing_written(rt.db):
        with pytest.raises(Forbidden):
            enable_staff(rt, actor=ada.actor, staff_id=ada.id)
        with pytest.raises(Forbidden):
            enable_staff(rt, actor=staff_actor("stf_y", [Role.AUDITOR]), staff_id=ada.id)
        with pytest.raises(NotFound):
            enable_staff(rt, actor=OPERATOR, staff_id="stf_none")
