"""Work is noted once a minute; an idle session ends after 15, any after 8 hours."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.commands.touch_session import touch_session
from inthread.domain.actor import WORKER
from inthread.domain.refusals import Forbidden
from inthread.queries.staff_session import staff_session
from inthread.runtime import Runtime
from tests.clock import Clock
from tests.rows import nothing_written
from tests.staff import a_colleague, session_of


def test_once_a_minute(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    begun = clock.at
    session = session_of(rt, ada.token)
    clock.tick(seconds=59)
    with nothing_written(rt.db):
        touch_session(rt, actor=ada.actor, session=session)
    clock.tick(seconds=1)
    touch_session(rt, actor=ada.actor, session=session)
    assert session_of(rt, ada.token).seen_at == begun + timedelta(seconds=60)


def test_who_works_stays_for_eight_hours(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    for _ in range(47):
        clock.tick(minutes=10)
        touch_session(rt, actor=ada.actor, session=session_of(rt, ada.token))
    clock.tick(minutes=9, seconds=59)
    assert staff_session(rt, ada.token) is not None
    clock.tick(seconds=1)
    assert staff_session(rt, ada.token) is None


def test_who_does_not_is_out_after_15_minutes(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    clock.tick(minutes=14, seconds=59)
    assert staff_session(rt, ada.token) is not None
    clock.tick(seconds=1)
    assert staff_session(rt, ada.token) is None


def test_no_program_is_at_work(rt: Runtime, clock: Clock) -> None:
    session = session_of(rt, a_colleague(rt).token)
    clock.tick(minutes=2)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        touch_session(rt, actor=WORKER, session=session)
