"""The zone in which somebody reads times."""

from __future__ import annotations

import pytest

from inthread.commands.change_zone import change_zone
from inthread.domain.actor import OPERATOR, WORKER
from inthread.domain.refusals import BadInput, Forbidden
from inthread.runtime import Runtime
from tests.rows import nothing_written
from tests.staff import a_colleague, happened, person


@pytest.mark.parametrize("zone", ["Europe/London", "UTC", "America/New_York"])
def test_a_zone_that_people_live_by(rt: Runtime, zone: str) -> None:
    ada = a_colleague(rt)
    change_zone(rt, actor=ada.actor, person=person(rt, ada), zone=zone)
    assert person(rt, ada).zone == zone
    assert happened(rt, ada.id)[-1] == ("staff.zone_changed", f"staff:{ada.id}")


@pytest.mark.parametrize("zone", ["", "London", "Etc/GMT+5", "../../etc/passwd", "x" * 300])
def test_what_is_no_zone(rt: Runtime, zone: str) -> None:
    ada = a_colleague(rt)
    with nothing_written(rt.db), pytest.raises(BadInput) as refusal:
        change_zone(rt, actor=ada.actor, person=person(rt, ada), zone=zone)
    assert [p.path for p in refusal.value.problems] == ["/zone"]


def test_no_program_has_one(rt: Runtime) -> None:
    ada = a_colleague(rt)
    for actor in (WORKER, OPERATOR):
        with nothing_written(rt.db), pytest.raises(Forbidden):
            change_zone(rt, actor=actor, person=person(rt, ada), zone="UTC")
