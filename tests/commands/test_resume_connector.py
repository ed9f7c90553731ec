"""Calls go on, and only where they were paused."""

from __future__ import annotations

import pytest

from inthread.commands.resume_connector import resume_connector
from inthread.domain.refusals import Forbidden, NotFound, Stale
from inthread.runtime import Runtime
from tests.commands.delivery import ADMIN, AGENT
from tests.rows import nothing_written


@pytest.mark.parametrize(("connector", "refusal"), [("billing", Stale), ("nobody", NotFound)])
def test_what_is_not_paused_is_not_resumed(
    rt: Runtime, connector: str, refusal: type[Exception]
) -> None:
    with nothing_written(rt.db), pytest.raises(refusal):
        resume_connector(rt, actor=ADMIN, connector=connector)


def test_an_agent_may_not(rt: Runtime) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden):
        resume_connector(rt, actor=AGENT, connector="billing")
