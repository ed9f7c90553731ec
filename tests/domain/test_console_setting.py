"""When a draft needs two people."""

from __future__ import annotations

import pytest

from inthread.domain.console_setting import SETTINGS, checked, needs_second_approver


@pytest.mark.parametrize(("changed", "decided", "needed"), [
    (0, 0, False), (0, 1_000, False), (50, 1_000, False), (51, 1_000, True), (19, 20, False),
    (20, 20, True),
])
def test_both_limits_have_to_be_passed(changed: int, decided: int, needed: bool) -> None:
    value = {"share": 5, "least": 20}
    assert needs_second_approver(value, changed=changed, decided=decided) is needed


def test_every_default_keeps_its_own_limits() -> None:
    assert {name: checked(name, each.default) for name, each in SETTINGS.items()} == {
        "second_approver": {"share": 5, "least": 1}, "impact": {"decisions": 20_000},
    }
