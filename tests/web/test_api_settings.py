"""Settings over HTTP: the same command as the console's page."""

from __future__ import annotations

import pytest
from flask import Flask

from inthread.runtime import Runtime
from tests.rows import nothing_written
from tests.web.caller import Caller, problem

SETTINGS = "/api/v1/settings"


@pytest.fixture
def office(app: Flask, rt: Runtime) -> Caller:
    return Caller(app, rt)


def test_a_setting_is_set_and_shown(office: Caller) -> None:
    kept = office.post(f"{SETTINGS}/impact", {"value": {"decisions": 500}})
    assert kept.status_code == 200
    found = {s["name"]: s for s in office.get(SETTINGS).get_json()["settings"]}
    assert found["impact"] == kept.get_json()
    assert found["impact"]["value"] == {"decisions": 500}
    assert found["impact"]["set_by"].startswith("api:key_")
    assert found["second_approver"]["value"] == {"share": 5, "least": 1}
    assert found["second_approver"]["set_by"] is None


@pytest.mark.parametrize(("name", "value", "status"), [
    ("impact", {"decisions": 99}, 422), ("impact", {}, 422), ("colour", {"red": 1}, 404),
])
def test_what_is_refused_changes_nothing(
    rt: Runtime, office: Caller, name: str, value: dict[str, int], status: int
) -> None:
    with nothing_written(rt.db):
        answer = office.post(f"{SETTINGS}/{name}", {"value": value})
    assert problem(answer)["status"] == status
