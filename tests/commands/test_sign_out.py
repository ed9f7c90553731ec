"""Signing out ends the session on our side."""

from __future__ import annotations

import pytest

from inthread.commands.sign_out import sign_out
from inthread.domain.actor import WORKER
from inthread.domain.refusals import Forbidden
from inthread.queries.staff_session import staff_session
from inthread.runtime import Runtime
from tests.clock import Clock
from tests.rows import nothing_written
from tests.staff import a_colleague, happened, session_of, signed_in


def test_this_session_ends_and_no_other(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    other = signed_in(rt, clock, ada)
    sign_out(rt, actor=ada.actor, session=other)
    assert staff_session(rt, ada.token) is not None
    assert happened(rt, ada.id)[-1] == ("staff.signed_out", f"staff:{ada.id}")
    with nothing_written(rt.db):
        sign_out(rt, actor=ada.actor, session=other)


def test_its_token_opens_nothing(rt: Runtime) -> None:
    ada = a_colleague(rt)
    sign_out(rt, actor=ada.actor, session=session_of(rt, ada.token))
    assert staff_session(rt, ada.token) is None


def test_no_program_signs_anybody_out(rt: Runtime) -> None:
    ada = a_colleague(rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        sign_out(rt, actor=WORKER, session=session_of(rt, ada.token))
