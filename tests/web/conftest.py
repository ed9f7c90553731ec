"""The site over real commands and both databases; fakes only behind the plugin interface."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from flask import Flask

from inthread import log
from inthread.acting.shelf import Shelf
from inthread.runtime import Runtime
from inthread.settings import Settings
from inthread.store.db import Database
from inthread.web.guesses import Guesses
from inthread.web.pages import Pages, build
from inthread.web.site import build_site
from tests.build import Fakes, a_runtime, fakes_of
from tests.clock import Clock
from tests.web.pages import ROOT, with_pseudo
from tests.web.visitor import ORIGIN, Visitor


@pytest.fixture(scope="session")
def pages() -> Pages:
    """The shipped pages, with a made-up right-to-left language beside English and Spanish."""
    return with_pseudo(build(ROOT))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rt(db: Database, clock: Clock) -> Runtime:
    """The customer's host is not the payment provider's."""
    return replace(a_runtime(db=db, clock=clock), origin=ORIGIN)


@pytest.fixture
def fakes(rt: Runtime) -> Fakes:
    return fakes_of(rt)


_built: list[Flask] = []


@pytest.fixture
def app(rt: Runtime) -> Flask:
    """One site, with this test's runtime in it: reading every template takes its time."""
    log.configure(io.StringIO())
    if not _built:
        _built.append(build_site(rt, Settings(origin=ORIGIN), ROOT))
    _built[0].extensions |= {"inthread": Shelf(rt), "inthread_guesses": Guesses()}
    return _built[0]


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)
