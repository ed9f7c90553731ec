"""What others made and we ship is what `tools/vendor.sh` fetched, with its licence."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

HERE = ROOT / "static" / "console"
FONTS = ROOT / "inthread" / "papers" / "fonts"


@pytest.mark.parametrize(
    ("folder", "ours"), [(HERE, {"console.css", "console.js"}), (FONTS, set())]
)
def test_each_file_has_the_digest_it_came_with(folder: Path, ours: set[str]) -> None:
    lines = [line.split() for line in (folder / "vendored.sha256").read_text().splitlines()]
    kept = {name: digest for digest, name in lines}
    assert kept == {name: sha256((folder / name).read_bytes()).hexdigest() for name in kept}
    assert {path.name for path in folder.iterdir()} == set(kept) | ours | {"vendored.sha256"}


def test_licences_came_along() -> None:
    assert (HERE / "LICENSE-htmx.txt").read_text(encoding="utf-8").startswith("Zero-Clause BSD")
    assert (HERE / "LICENSE-lucide.txt").read_text(encoding="utf-8").startswith("ISC License")
    assert "Bitstream Vera" in (FONTS / "LICENSE-dejavu.txt").read_text(encoding="utf-8")


def test_the_script_pins_versions_and_digests() -> None:
    script = (ROOT / "tools" / "vendor.sh").read_text(encoding="utf-8")
    pinned = re.findall(r"^\w+=(\S+@\d\S+)$", script, re.M)
    assert pinned == ["htmx.org@4.0.1", "lucide-static@1.62.0", "dejavu-fonts-ttf@2.37.3"]
    assert len(re.findall(r"^\w+_digest=sha512-[A-Za-z0-9+/]{86}==$", script, re.M)) == 3
