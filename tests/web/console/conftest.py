"""People who are signed in to the console."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from inthread.runtime import Runtime
from tests.web.console.colleague import Colleague, hire


@pytest.fixture
def colleague(app: Flask, rt: Runtime) -> Callable[..., Colleague]:
    """`colleague("agent", "author")`: a new person with these roles, signed in."""
    return lambda *roles, **more: hire(app, rt, *roles, **more)
