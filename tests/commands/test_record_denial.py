"""Who of the staff was turned away is on record."""

from __future__ import annotations

import pytest

from inthread.commands.record_denial import record_denial
from inthread.domain.actor import GATE, OPERATOR
from inthread.domain.refusals import Forbidden
from inthread.domain.staff import Role, staff_actor
from inthread.runtime import Runtime
from inthread.store import audit
from tests.rows import nothing_written
from tests.staff import a_colleague


def test_it_is_theirs(rt: Runtime) -> None:
    ada = a_colleague(rt)
    record_denial(
        rt, actor=GATE, who=ada.actor, asked="POST /console/staff", why="lacks staff:write"
    )
    with rt.db.read() as tx:
        event = audit.of_subject(tx, ada.id)[-1]
    assert (event.event, event.actor, event.detail) == (
        "staff.denied", f"staff:{ada.id}",
        {"asked": "POST /console/staff", "why": "lacks staff:write"},
    )


def test_nobody_is_nobody(rt: Runtime) -> None:
    with nothing_written(rt.db):
        record_denial(
            rt, actor=GATE, who=staff_actor("stf_none", [Role.AGENT]), asked="GET /", why="x"
        )


def test_only_the_gate_records(rt: Runtime) -> None:
    ada = a_colleague(rt)
    for actor in (ada.actor, OPERATOR):
        with nothing_written(rt.db), pytest.raises(Forbidden):
            record_denial(rt, actor=actor, who=ada.actor, asked="x", why="y")
