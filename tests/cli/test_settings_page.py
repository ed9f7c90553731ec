"""docs/settings.md says what the program says: names, defaults, what each is for."""

from __future__ import annotations

from inthread.settings import described
from tests.architecture.tree import ROOT


def _row(name: str, default: str, help: str, secret: bool) -> str:
    shown = f"`{default}`" if default else "(empty)"
    return f"| `{name}` | {shown} | {help}{' **Secret.**' if secret else ''} |"


def test_every_row_is_the_programs_own() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = [
        line for line in page.splitlines()
        if line.startswith("| `INTHREAD_") and not line.startswith("| `INTHREAD_TEST_")
    ]
    assert rows == [_row(*setting) for setting in described()]
