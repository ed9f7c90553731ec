"""html-validate on pages as they were served."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

_PROGRAM = Path(__file__).parents[2] / "node_modules" / ".bin" / "html-validate"
_CONFIG = {
    "root": True,
    "extends": ["html-validate:recommended"],
    "rules": {
        "long-title": "off",  # a title names the page and the brand, as WCAG 2.4.2 wants
        "require-sri": "off",  # everything is our own origin's
        "form-dup-name": "off",  # a radio group shares its name
    },
}


def findings(pages: Mapping[str, str]) -> list[str]:
    """What is wrong with each page's HTML: `name:line rule: message`. Empty when all is well."""
    with tempfile.TemporaryDirectory() as folder:
        for name, html in pages.items():
            (Path(folder) / f"{name}.html").write_text(html, encoding="utf-8")
        (Path(folder) / ".htmlvalidate.json").write_text(json.dumps(_CONFIG))
        # Into a file: what node writes to a pipe is cut short when it ends.
        with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
            done = subprocess.run(
                [_PROGRAM, "--formatter=json", folder], stdout=out, stderr=subprocess.PIPE,
                text=True, timeout=120,
            )
            out.seek(0)
            told = out.read()
    if done.returncode not in (0, 1) or not told.strip():
        raise RuntimeError(f"html-validate did not run: {done.stderr[-500:]}")
    return [
        f"{Path(page['filePath']).stem}:{found['line']} {found['ruleId']}: {found['message']}"
        for page in json.loads(told)
        for found in page["messages"]
    ]
