"""What a stranger's reader finds in a PDF: its text and the files inside it."""

from __future__ import annotations

import re
from io import BytesIO

import pikepdf


def shown(pdf: bytes) -> list[str]:
    """The text of each line that is written, in the order in which it was written, as its
    characters map says."""
    with pikepdf.open(BytesIO(pdf)) as document:
        found: list[str] = []
        for page in document.pages:
            maps = {
                str(name): _mapped(bytes(font.ToUnicode.read_bytes()))
                for name, font in page.Resources.Font.items()
            }
            found += _lines(page, maps)
        return found


def attached(pdf: bytes) -> dict[str, bytes]:
    with pikepdf.open(BytesIO(pdf)) as document:
        return {
            name: bytes(spec.get_file().read_bytes())
            for name, spec in document.attachments.items()
        }


def _lines(page: pikepdf.Page, maps: dict[str, dict[int, str]]) -> list[str]:
    font, line, found = "", "", []
    for operands, operator in pikepdf.parse_content_stream(page):
        said = str(operator)
        if said == "Tf":
            font = str(operands[0])
        elif said == "BT":
            line = ""
        elif said in ("Tj", "TJ"):
            parts = operands[0] if said == "TJ" else operands
            codes = b"".join(bytes(p) for p in parts if isinstance(p, pikepdf.String))
            line += "".join(
                maps[font].get(int.from_bytes(codes[i:i + 2]), "?")
                for i in range(0, len(codes), 2)
            )
        elif said == "ET" and line:
            found.append(line)
    return found


def _mapped(cmap: bytes) -> dict[int, str]:
    return {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in re.findall(rb"^<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>$", cmap, re.M)
    }
