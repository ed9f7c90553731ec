"""The example package of a third party, installed for one test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clock import Clock
from tests.plugins.install import install


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The example package, installed for one test; its ledger is an empty file."""
    target = tmp_path / "site"
    target.mkdir()
    install(target)
    monkeypatch.syspath_prepend(target)
    monkeypatch.setenv("ACME_LEDGER", str(tmp_path / "ledger.db"))
    yield target
    for name in [name for name in sys.modules if name.partition(".")[0] == "acme_extra"]:
        del sys.modules[name]
