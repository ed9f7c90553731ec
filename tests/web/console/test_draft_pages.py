"""The pages of a draft: its forms keep what was typed, and nothing but what could be read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inthread.domain.draft import Draft, DraftState
from inthread.runtime import Runtime
from inthread.store import drafts
from tests.drafts import a_draft, in_print
from tests.web.console.colleague import Colleague

Hire = Callable[..., Colleague]


@pytest.fixture
def draft(rt: Runtime) -> Draft:
    in_print(rt)
    return a_draft(rt)


@pytest.mark.parametrize(
    "tab", ["", "/words", "/cadence", "/facts", "/tests", "/changes", "/approval", "/document"]
)
def test_every_tab(colleague: Hire, draft: Draft, tab: str) -> None:
    assert colleague("author").get(f"/console/drafts/{draft.id}{tab}").status_code == 200
