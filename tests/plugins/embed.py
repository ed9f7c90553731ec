"""Keeps the documents that repeat code word for word: `python -m tests.plugins.embed` writes them.

    <!-- whole: PATH -->        the fenced block after it is that file
    <!-- wording: MINIAPP -->   up to `<!-- end -->`, the sentences of that mini-app
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = (ROOT / "docs" / "plugins.md", ROOT / "docs" / "mini-apps.md")

_WHOLE = re.compile(r"(<!-- whole: (\S+) -->\n```\w+\n).*?(```\n)", re.DOTALL)
_WORDING = re.compile(r"(<!-- wording: (\w+) -->\n).*?(<!-- end -->\n)", re.DOTALL)


def embedded(text: str) -> str:
    """The document with every repeated part as it is now."""
    text = _WHOLE.sub(lambda found: found[1] + _file(found[2]) + found[3], text)
    return _WORDING.sub(lambda found: found[1] + _sentences(found[2]) + found[3], text)


def _file(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def _sentences(miniapp: str) -> str:
    wording = import_module(f"miniapps.{miniapp}").WORDING
    rows = [f"| `{key}` | {sentence} |\n" for key, sentence in wording.items()]
    return "| Key | Sentence |\n|---|---|\n" + "".join(rows)


if __name__ == "__main__":
    for document in DOCUMENTS:
        document.write_text(embedded(document.read_text(encoding="utf-8")), encoding="utf-8")
