"""Installs the example package into a folder, the way pip does, without a network or a build."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

PACKAGE = Path(__file__).with_name("acme_extra")


def install(target: Path) -> None:
    """Copy the package to *target* with the metadata by which it is found: put *target* on
    `sys.path` and it is installed."""
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    shutil.copytree(
        PACKAGE / "src", target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
    )
    about = target / f"acme_extra-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    groups = [
        f"[{group}]\n" + "".join(f"{name} = {place}\n" for name, place in entries.items())
        for group, entries in project["entry-points"].items()
    ]
    (about / "entry_points.txt").write_text("\n".join(groups))
