"""Every setting is documented, and every documented setting exists."""

from __future__ import annotations

import dataclasses
import re

from inthread.settings import Settings
from tests.architecture.tree import ROOT

_NAMED = re.compile(r"`(INTHREAD_[A-Z0-9_]+)`")


def _settings() -> set[str]:
    return {f"INTHREAD_{field.name.upper()}" for field in dataclasses.fields(Settings)}


def test_the_page_and_the_program_name_the_same_settings() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = {name for name in _NAMED.findall(page) if not name.startswith("INTHREAD_TEST_")}
    assert documented == _settings()


def test_every_setting_says_what_it_is_for() -> None:
    silent = [f.name for f in dataclasses.fields(Settings) if not f.metadata.get("help")]
    assert silent == []
