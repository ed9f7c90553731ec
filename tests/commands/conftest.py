"""A runtime on fakes, for every test of the commands."""

from __future__ import annotations

import pytest

from inthread.runtime import Runtime
from inthread.store.db import Database
from tests.build import Fakes, a_runtime, fakes_of
from tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rt(db: Database, clock: Clock) -> Runtime:
    return a_runtime(db, clock=clock)


@pytest.fixture
def fakes(rt: Runtime) -> Fakes:
    return fakes_of(rt)
