"""What the documents repeat from the code is as it is in the code."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from tests.plugins.embed import DOCUMENTS, ROOT, embedded

AGAIN = "run python -m tests.plugins.embed"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_repeats_the_code_word_for_word(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert text == embedded(text), AGAIN


def test_the_plugin_page_holds_the_whole_spi_and_the_whole_example() -> None:
    text = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    example = ROOT / "tests" / "plugins" / "acme_extra"
    files = [
        ROOT / "inthread" / "spi.py", example / "pyproject.toml",
        *(example / "src" / "acme_extra" / name for name in ("callback.py", "ledger.py")),
    ]
    assert [str(f) for f in files if f"\n{f.read_text(encoding='utf-8')}```" not in text] == []


def test_every_shipped_mini_app_has_its_sentences_in_the_documents() -> None:
    shipped = sorted(
        path.stem for path in (ROOT / "miniapps").iterdir()
        if not path.stem.startswith("__") and hasattr(
            import_module(f"miniapps.{path.stem}"), "WORDING"
        )
    )
    text = (ROOT / "docs" / "mini-apps.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"<!-- wording: (\w+) -->", text)) == shipped
