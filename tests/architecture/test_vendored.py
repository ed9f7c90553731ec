"""What others made and we ship is what `tools/vendor.sh` fetched, with its licence."""

from __future__ import annotations

import re
from hashlib import sha256

from tests.architecture.tree import ROOT

HERE = ROOT / "static" / "console"


def test_each_file_has_the_digest_it_came_with() -> None:
    lines = [line.split() for line in (HERE / "vendored.sha256").read_text().splitlines()]
    kept = {name: digest for digest, name in lines}
    assert kept == {name: sha256((HERE / name).read_bytes()).hexdigest() for name in kept}
    ours = {"console.css", "console.js", "vendored.sha256"}
    assert {path.name for path in HERE.iterdir()} == set(kept) | ours


def test_licences_came_along() -> None:
    assert (HERE / "LICENSE-htmx.txt").read_text(encoding="utf-8").startswith("Zero-Clause BSD")
    assert (HERE / "LICENSE-lucide.txt").read_text(encoding="utf-8").startswith("ISC License")


def test_the_script_pins_versions_and_digests() -> None:
    script = (ROOT / "tools" / "vendor.sh").read_text(encoding="utf-8")
    pinned = re.findall(r"^\w+=(\S+@\d\S+)$", script, re.M)
    assert pinned == ["htmx.org@4.0.1", "lucide-static@1.62.0"]
    assert len(re.findall(r"^\w+_digest=sha512-[A-Za-z0-9+/]{86}==$", script, re.M)) == 2
