"""The app is confirmed with a code: from here on the account is active."""

from __future__ import annotations

import pytest

from inthread.commands.disable_staff import disable_staff
from inthread.commands.set_up_second_factor import Joined, set_up_second_factor
from inthread.domain.actor import OPERATOR, STRANGER, WORKER
from inthread.domain.refusals import CodeRefused, Forbidden, SignInRefused
from inthread.keyring import totp_now
from inthread.queries.half_session import invited
from inthread.queries.staff_list import staff_view
from inthread.runtime import Runtime
from tests.clock import Clock
from tests.rows import every_row, nothing_written
from tests.staff import (
    HERE,
    a_colleague,
    a_half,
    a_half_joined,
    an_invitation,
    happened,
    person,
    session_of,
    token_of,
)


def _join(rt: Runtime, half: str, code: str) -> Joined:
    return set_up_second_factor(rt, actor=STRANGER, token=half, code=code, place=HERE)


def test_who_confirms_is_in(rt: Runtime) -> None:
    made = an_invitation(rt, "author")
    half, secret = a_half_joined(rt, made)
    joined = _join(rt, half, totp_now(secret, rt.now()))
    assert person(rt, made.staff_id).active
    assert joined.let_in.token != half
    session = session_of(rt, joined.let_in.token)
    assert (session.staff.id, session.whole, session.by, session.network, session.agent) == (
        made.staff_id, True, "password", "192.0.2.7", "Firefox on Linux"
    )
    assert len(set(joined.recovery)) == 10
    assert joined.recovery[0] not in str(every_row(rt.db))
    assert joined.recovery[0] not in repr(joined)
    assert staff_view(rt, actor=OPERATOR, staff_id=made.staff_id).recovery_left == 10
    assert invited(rt, token_of(made)) is None
    me = f"staff:{made.staff_id}"
    assert happened(rt, made.staff_id) == [
        ("staff.invited", "operator:cli"), ("staff.joined", me), ("staff.signed_in", me)
    ]


def test_a_wrong_code_is_counted_and_nothing_opens(rt: Runtime) -> None:
    made = an_invitation(rt)
    half, secret = a_half_joined(rt, made)
    right = totp_now(secret, rt.now())
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    with nothing_written(rt.db, but=("audit", "throttles")), pytest.raises(CodeRefused):
        _join(rt, half, wrong)
    assert happened(rt, made.staff_id)[-1] == ("staff.sign_in_refused", "stranger:console")


def test_the_code_is_used_up(rt: Runtime) -> None:
    made = an_invitation(rt)
    half, secret = a_half_joined(rt, made)
    _join(rt, half, totp_now(secret, rt.now()))
    with nothing_written(rt.db), pytest.raises(SignInRefused):
        _join(rt, half, totp_now(secret, rt.now()))


@pytest.mark.parametrize("minutes", [10, 60 * 72])
def test_it_does_not_wait_for_ever(rt: Runtime, clock: Clock, minutes: int) -> None:
    half, secret = a_half_joined(rt, an_invitation(rt))
    clock.tick(minutes=minutes)
    with nothing_written(rt.db), pytest.raises(SignInRefused):
        _join(rt, half, totp_now(secret, rt.now()))


def test_who_was_disabled_meanwhile_does_not_join(rt: Runtime) -> None:
    made = an_invitation(rt)
    half, secret = a_half_joined(rt, made)
    disable_staff(rt, actor=OPERATOR, staff_id=made.staff_id)
    with nothing_written(rt.db), pytest.raises(SignInRefused):
        _join(rt, half, totp_now(secret, rt.now()))


def test_half_a_sign_in_sets_nothing_up(rt: Runtime) -> None:
    ada = a_colleague(rt)
    half = a_half(rt, ada)
    with nothing_written(rt.db), pytest.raises(SignInRefused):
        _join(rt, half.token, totp_now(ada.secret, rt.now()))


def test_no_program_joins(rt: Runtime) -> None:
    half, secret = a_half_joined(rt, an_invitation(rt))
    with nothing_written(rt.db), pytest.raises(Forbidden):
        set_up_second_factor(
            rt, actor=WORKER, token=half, code=totp_now(secret, rt.now()), place=HERE
        )
