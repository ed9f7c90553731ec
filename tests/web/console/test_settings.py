"""Settings: shown with their limits, kept when right, told when not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inthread.runtime import Runtime
from inthread.store import console_settings
from tests.rows import nothing_written
from tests.web.console.colleague import Colleague

PAGE = "/console/settings"


def in_force(rt: Runtime, name: str) -> dict[str, int]:
    with rt.db.read() as tx:
        return dict(console_settings.get(tx, name))


def test_an_admin_moves_a_threshold(rt: Runtime, colleague: Callable[..., Colleague]) -> None:
    ada = colleague("admin")
    answer = ada.post(f"{PAGE}/second_approver", {"share": "12", "least": "1,000"}, on=PAGE)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}?said=setting_kept")
    assert in_force(rt, "second_approver") == {"share": 12, "least": 1000}
    page = ada.get(answer.headers["Location"]).text
    assert "The setting is kept, and in force now." in page
    assert "Set by Ada Lin" in page


@pytest.mark.parametrize("typed", ["", "many", "-1", "101", "1e1", "\u0665"])
def test_what_is_no_number_in_the_limits_comes_back(
    rt: Runtime, colleague: Callable[..., Colleague], typed: str
) -> None:
    ada = colleague("admin")
    ada.get(PAGE)
    with nothing_written(rt.db):
        answer = ada.post(f"{PAGE}/second_approver", {"share": typed, "least": "7"}, on=PAGE)
    assert answer.status_code == 422
    assert "<title>Error: Settings" in answer.text
    assert "Use a whole number from 0 to 100." in answer.text
    assert f'name="share" type="text" value="{typed}"' in answer.text
    assert 'name="least" type="text" value="7"' in answer.text


def test_a_setting_there_is_none_of(rt: Runtime, colleague: Callable[..., Colleague]) -> None:
    ada = colleague("admin")
    with nothing_written(rt.db):
        assert ada.post(f"{PAGE}/colour", {"share": "5"}, on=PAGE).status_code == 404


@pytest.mark.parametrize("role", ["viewer", "agent", "author", "approver", "auditor"])
def test_others_do_not_see_it(
    rt: Runtime, colleague: Callable[..., Colleague], role: str
) -> None:
    bo = colleague(role)
    with nothing_written(rt.db, but=("audit",)):  # which says that they were turned away
        assert bo.get(PAGE).status_code == 403
        assert bo.post(f"{PAGE}/impact", {"decisions": "500"}).status_code == 403
