"""Every command as every role: allowed as the page says, or refused and nothing written."""

from __future__ import annotations

import pytest

from inthread.runtime import Runtime
from tests.commands.permissions import ROLES, commands, may, written
from tests.rows import nothing_written

SAYS = written()


def test_the_page_names_every_command_and_role() -> None:
    assert set(SAYS) == {(name, role) for name in commands() for role in ROLES}


@pytest.mark.parametrize("role", ROLES)
def test_a68_what_a_role_may_not_is_refused_and_writes_nothing(rt: Runtime, role: str) -> None:
    closed = [name for name in commands() if not SAYS[name, role]]
    with nothing_written(rt.db):
        went_on = [name for name in closed if may(rt, commands()[name], ROLES[role])]
    assert went_on == []


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_is_not_refused(rt: Runtime, role: str) -> None:
    open_to = [name for name in commands() if SAYS[name, role]]
    refused = [name for name in open_to if not may(rt, commands()[name], ROLES[role])]
    assert refused == []
