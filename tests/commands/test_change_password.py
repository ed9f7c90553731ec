"""Another password: both factors are shown again, and every other session ends."""

from __future__ import annotations

import pytest

from inthread.commands.change_password import change_password
from inthread.commands.sign_in import sign_in
from inthread.domain.actor import STRANGER, Actor
from inthread.domain.refusals import BadInput, CodeRefused, Forbidden, SignInRefused, TooMany
from inthread.queries.staff_list import staff_view
from inthread.queries.staff_session import staff_session
from inthread.runtime import Runtime
from tests.clock import Clock
from tests.rows import nothing_written
from tests.staff import (
    HERE,
    PASSWORD,
    Colleague,
    a_colleague,
    happened,
    next_code,
    session_of,
    signed_in,
)

NEW = "slow-comet-gravel-19"


def _change(
    rt: Runtime, who: Colleague, code: str, password: str = PASSWORD, new: str = NEW
) -> None:
    change_password(
        rt, actor=who.actor, session=session_of(rt, who.token), code=code, password=password,
        new=new,
    )


def test_the_other_sessions_end(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    other = signed_in(rt, clock, ada)
    _change(rt, ada, next_code(clock, ada))
    view = staff_view(rt, actor=ada.actor, staff_id=ada.id)
    assert [each.id for each in view.sessions] == [session_of(rt, ada.token).id]
    assert other.id != session_of(rt, ada.token).id
    assert happened(rt, ada.id)[-1] == ("staff.password_changed", f"staff:{ada.id}")
    with pytest.raises(SignInRefused):
        sign_in(rt, actor=STRANGER, email=ada.email, password=PASSWORD, place=HERE)
    assert sign_in(rt, actor=STRANGER, email=ada.email, password=NEW, place=HERE).staff.id == ada.id


def test_a_session_elsewhere_is_dead(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    here = signed_in(rt, clock, ada)
    change_password(
        rt, actor=ada.actor, session=here, code=next_code(clock, ada), password=PASSWORD, new=NEW
    )
    assert staff_session(rt, ada.token) is None


@pytest.mark.parametrize("new", ["short", "password1234", "ada-lin-alderway"])
def test_a_new_one_that_is_guessed_first(rt: Runtime, clock: Clock, new: str) -> None:
    ada = a_colleague(rt)
    code = next_code(clock, ada)
    with nothing_written(rt.db), pytest.raises(BadInput) as refusal:
        _change(rt, ada, code, new=new)
    assert [p.path for p in refusal.value.problems] == ["/new"]


def test_a_wrong_password_spends_the_code(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    code = next_code(clock, ada)
    with (
        nothing_written(rt.db, but=("audit", "staff")),
        pytest.raises(BadInput) as refusal,
    ):
        _change(rt, ada, code, "another-lamp-orchard-8")
    assert [p.path for p in refusal.value.problems] == ["/password"]
    assert happened(rt, ada.id)[-1] == ("staff.sign_in_refused", f"staff:{ada.id}")
    with pytest.raises(CodeRefused):
        _change(rt, ada, code)


@pytest.mark.parametrize("code", ["000000", "", "recovery"])
def test_without_a_code_of_the_app_nothing_is_looked_at(rt: Runtime, code: str) -> None:
    ada = a_colleague(rt)
    given = ada.recovery[0] if code == "recovery" else code
    with nothing_written(rt.db, but=("audit", "throttles")), pytest.raises(CodeRefused):
        _change(rt, ada, given)


def test_codes_are_not_tried_one_after_another(rt: Runtime) -> None:
    ada = a_colleague(rt)
    for _ in range(5):
        with pytest.raises(CodeRefused):
            _change(rt, ada, "000000")
    with nothing_written(rt.db), pytest.raises(TooMany):
        _change(rt, ada, "000000")


def test_no_key_changes_it(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    code = next_code(clock, ada)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        change_password(
            rt, actor=Actor("staff", ada.id, frozenset({"staff:write"})),
            session=session_of(rt, ada.token), code=code, password=PASSWORD, new=NEW,
        )
