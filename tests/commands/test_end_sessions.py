"""Signed out everywhere, or in one place: one's own, or anybody's for admins."""

from __future__ import annotations

import pytest

from inthread.commands.end_sessions import end_sessions
from inthread.domain.actor import OPERATOR, Actor
from inthread.domain.refusals import Forbidden, NotFound
from inthread.domain.staff import Role, staff_actor
from inthread.queries.half_session import half_session
from inthread.queries.staff_list import staff_view
from inthread.queries.staff_session import staff_session
from inthread.runtime import Runtime
from tests.clock import Clock
from tests.rows import nothing_written
from tests.staff import ELSEWHERE, a_colleague, a_half, happened, session_of, signed_in


def test_everywhere(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    signed_in(rt, clock, ada, ELSEWHERE)
    half = a_half(rt, ada)
    assert end_sessions(rt, actor=ada.actor, staff_id=ada.id) == 3
    assert staff_session(rt, ada.token) is None
    assert half_session(rt, half.token) is None
    assert happened(rt, ada.id)[-1] == ("staff.sessions_ended", f"staff:{ada.id}")
    with nothing_written(rt.db):
        assert end_sessions(rt, actor=ada.actor, staff_id=ada.id) == 0


def test_one_of_them(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    other = signed_in(rt, clock, ada, ELSEWHERE)
    view = staff_view(rt, actor=ada.actor, staff_id=ada.id)
    assert [(each.id, each.network) for each in view.sessions] == [
        (other.id, "198.51.100.9"), (session_of(rt, ada.token).id, "192.0.2.7")
    ]
    end_sessions(rt, actor=ada.actor, staff_id=ada.id, session_id=other.id)
    assert staff_session(rt, ada.token) is not None
    view = staff_view(rt, actor=ada.actor, staff_id=ada.id)
    assert [each.network for each in view.sessions] == ["192.0.2.7"]


def test_all_but_this(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    here = signed_in(rt, clock, ada)
    end_sessions(rt, actor=ada.actor, staff_id=ada.id, but=here.id)
    view = staff_view(rt, actor=ada.actor, staff_id=ada.id)
    assert [each.id for each in view.sessions] == [here.id]


def test_somebody_elses_session_is_nobodys(rt: Runtime) -> None:
    ada = a_colleague(rt)
    bea = a_colleague(rt, email="bea@alderway.test", name="Bea")
    theirs = session_of(rt, bea.token).id
    with nothing_written(rt.db), pytest.raises(NotFound):
        end_sessions(rt, actor=ada.actor, staff_id=ada.id, session_id=theirs)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        end_sessions(rt, actor=ada.actor, staff_id=bea.id)


def test_an_admin_ends_anybodys(rt: Runtime) -> None:
    bea = a_colleague(rt)
    admin = staff_actor("stf_y", [Role.ADMIN])
    assert end_sessions(rt, actor=admin, staff_id=bea.id) == 1
    assert staff_session(rt, bea.token) is None
    with nothing_written(rt.db), pytest.raises(NotFound):
        end_sessions(rt, actor=OPERATOR, staff_id="stf_none")


def test_a_key_of_ones_own_is_not_oneself(rt: Runtime) -> None:
    ada = a_colleague(rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        end_sessions(
            rt, actor=Actor("staff", ada.id, frozenset({"cases:read"})), staff_id=ada.id
        )
