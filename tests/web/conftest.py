"""Pages are built once; they hold no state."""

from __future__ import annotations

import pytest

from inthread.web.pages import Pages, build
from tests.web.pages import ROOT, with_pseudo


@pytest.fixture(scope="session")
def pages() -> Pages:
    """The shipped pages, with a made-up right-to-left language beside English and Spanish."""
    return with_pseudo(build(ROOT))
