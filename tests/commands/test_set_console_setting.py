"""An admin moves a threshold: kept whole, in its limits, on the record."""

from __future__ import annotations

import pytest

from inthread.commands.set_console_setting import set_console_setting
from inthread.domain.actor import CUSTOMER, OPERATOR, Actor
from inthread.domain.refusals import BadInput, Forbidden, NotFound
from inthread.domain.staff import Role, staff_actor
from inthread.runtime import Runtime
from inthread.store import audit, console_settings
from tests.clock import Clock
from tests.rows import nothing_written

ADMIN = staff_actor("stf_1", [Role.ADMIN])


def in_force(rt: Runtime, name: str) -> dict[str, int]:
    with rt.db.read() as tx:
        return dict(console_settings.get(tx, name))


def test_the_default_is_in_force_until_somebody_moves_it(rt: Runtime) -> None:
    assert in_force(rt, "second_approver") == {"share": 5, "least": 1}
    assert in_force(rt, "impact") == {"decisions": 20_000}
    with rt.db.read() as tx:
        assert console_settings.who_set(tx, "impact") is None


def test_it_holds_at_once_and_says_who_moved_it(rt: Runtime, clock: Clock) -> None:
    wanted = {"share": 10, "least": 50}
    assert set_console_setting(rt, actor=ADMIN, name="second_approver", value=wanted) == wanted
    assert in_force(rt, "second_approver") == wanted
    assert in_force(rt, "impact") == {"decisions": 20_000}
    with rt.db.read() as tx:
        assert console_settings.who_set(tx, "second_approver") == ("staff:stf_1", clock.at)
        [event] = audit.of_subject(tx, "setting:second_approver")
    assert (event.event, event.actor) == ("console_setting.set", "staff:stf_1")
    assert event.detail == {
        "name": "second_approver", "before": {"share": 5, "least": 1}, "after": wanted,
    }


def test_what_holds_already_is_no_change(rt: Runtime) -> None:
    for _ in range(2):
        set_console_setting(rt, actor=ADMIN, name="impact", value={"decisions": 500})
    with rt.db.read() as tx:
        assert len(audit.of_subject(tx, "setting:impact")) == 1


@pytest.mark.parametrize(("name", "value", "paths"), [
    ("impact", {"decisions": 100_001}, ["/decisions"]),
    ("impact", {"decisions": 99}, ["/decisions"]),
    ("impact", {"decisions": True}, ["/decisions"]),
    ("impact", {"decisions": "500"}, ["/decisions"]),
    ("impact", {}, ["/decisions"]),
    ("impact", {"decisions": 500, "more": 1}, ["/more"]),
    ("second_approver", {"share": 101, "least": 0}, ["/share", "/least"]),
])
def test_a_value_out_of_its_limits(
    rt: Runtime, name: str, value: dict[str, object], paths: list[str]
) -> None:
    with nothing_written(rt.db), pytest.raises(BadInput) as refusal:
        set_console_setting(rt, actor=ADMIN, name=name, value=value)
    assert [problem.path for problem in refusal.value.problems] == paths


def test_a_setting_there_is_none_of(rt: Runtime) -> None:
    with nothing_written(rt.db), pytest.raises(NotFound):
        set_console_setting(rt, actor=OPERATOR, name="colour", value={})


@pytest.mark.parametrize("actor", [
    CUSTOMER, staff_actor("stf_2", [Role.VIEWER, Role.AGENT, Role.AUTHOR, Role.APPROVER]),
])
def test_another_actor_is_refused(rt: Runtime, actor: Actor) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden):
        set_console_setting(rt, actor=actor, name="impact", value={"decisions": 500})
