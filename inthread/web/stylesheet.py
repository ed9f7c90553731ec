"""The one stylesheet, as it is set into every page, and the hash that lets it in.

One request brings the whole page. The text is the same in every response of a process, so the
policy can name its SHA-256 and no other style runs (CSP 3, `style-src 'sha256-...'`).
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# A space inside calc() around + and - is part of the value: those are left alone.
_AROUND = re.compile(r"\s*([{};,>~])\s*")
_COLON = re.compile(r":\s+")


@dataclass(frozen=True)
class Stylesheet:
    text: str

    @property
    def markup(self) -> Markup:
        """The text inside its element: it holds no `<`, and quotes stay quotes."""
        return Markup(self.text)  # noqa: S704  checked when it was read

    @property
    def source(self) -> str:
        """The source expression of a CSP directive."""
        digest = hashlib.sha256(self.text.encode()).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"


def stylesheet(theme_rules: str, path: Path) -> Stylesheet:
    """The theme's properties, then the file, without comments and needless space.

    Raises ValueError when the text could end the element it is set into.
    """
    text = theme_rules + smaller(path.read_text(encoding="utf-8"))
    if "<" in text:
        raise ValueError(f"{path}: a stylesheet in a page cannot hold '<'")
    return Stylesheet(text)


def smaller(text: str) -> str:
    """The same rules in fewer bytes. Quoted text and selectors' own spaces are left alone."""
    text = _COMMENT.sub("", text)
    text = re.sub(r"\s+", " ", text).strip()
    text = _AROUND.sub(r"\1", text)
    text = _COLON.sub(":", text)
    return text.replace(";}", "}")
