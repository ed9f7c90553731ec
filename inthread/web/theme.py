"""A theme: how a brand looks. A mark, and ten properties in a light and a dark scheme.

    brand lift on-brand link tint page surface ink radius font

Every pair that carries text or a control's edge is checked when a theme is read, so none can be
set up that people cannot read (WCAG 2.2, 1.4.3 and 1.4.11).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROPERTIES = (
    "brand", "lift", "on-brand", "link", "tint", "page", "surface", "ink", "radius", "font",
)
SHAPES = ("radius", "font")
# Foreground, background, least ratio.
PAIRS = (
    ("on-brand", "brand", 4.5), ("on-brand", "lift", 4.5), ("brand", "surface", 3.0),
    ("link", "surface", 4.5), ("link", "tint", 4.5), ("link", "page", 4.5),
    ("ink", "surface", 7.0), ("ink", "tint", 7.0), ("ink", "page", 7.0),
)
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_SHAPE = re.compile(r"[\w .,\"-]{1,200}")
_MARK = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9 .,-]{1,800}")


@dataclass(frozen=True)
class Theme:
    """`mark` is the path of a 32 x 32 drawing, filled with the colour on the brand's band."""

    mark: str
    light: Mapping[str, str]
    dark: Mapping[str, str]

    def rules(self) -> str:
        """The ten properties, and those that differ in the dark."""
        dark = {name: value for name, value in self.dark.items() if value != self.light.get(name)}
        return (
            f":root{{{_properties(self.light)}}}"
            f"@media(prefers-color-scheme:dark){{:root{{{_properties(dark)}}}}}"
        )


def read_theme(path: Path) -> Theme:
    """Read a theme from TOML. Raises ValueError that names what is missing or too faint."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    light = _scheme(path, "light", document, {})
    dark = _scheme(path, "dark", document, {name: light[name] for name in SHAPES})
    mark = document.get("mark")
    if not isinstance(mark, str) or not _MARK.fullmatch(mark):
        raise ValueError(f"{path}: mark is not the path of a drawing")
    return Theme(mark, light, dark)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colours `#rrggbb`, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _scheme(
    path: Path, name: str, document: Mapping[str, object], given: Mapping[str, str]
) -> dict[str, str]:
    table = document.get(name)
    found = dict(given) | {k: str(v) for k, v in (table.items() if isinstance(table, dict) else ())}
    if set(found) != set(PROPERTIES):
        wrong = sorted(set(found) ^ set(PROPERTIES))
        raise ValueError(f"{path} [{name}]: missing or unknown: {', '.join(wrong)}")
    for key, value in found.items():
        if not (_SHAPE if key in SHAPES else _COLOUR).fullmatch(value):
            raise ValueError(f"{path} [{name}] {key}: {value!r} cannot be used")
    for above, below, least in PAIRS:
        ratio = contrast(found[above], found[below])
        if ratio < least:
            raise ValueError(
                f"{path} [{name}]: {above} on {below} is {ratio:.2f}:1, and needs {least}:1"
            )
    return found


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _properties(values: Mapping[str, str]) -> str:
    return ";".join(f"--{name}:{values[name]}" for name in PROPERTIES if name in values)
