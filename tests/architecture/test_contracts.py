"""The floors hold, and each contract is heard when it is broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

_PACKAGES = ("inthread", "miniapps", "integrations", "sandbox")

# contract -> the file that breaks it and the line that does
PLANTS: dict[str, tuple[str, str]] = {
    "Floors of inthread": (
        "inthread/store/outbox.py", "import inthread.commands.submit_action",
    ),
    "Only app.py knows the plugins": (
        "inthread/commands/submit_action.py", "import integrations.http_connector",
    ),
    "A plugin sees only the SPI": ("miniapps/attest.py", "import inthread.domain.case"),
    "The domain is pure": ("inthread/domain/case.py", "import time"),
    "SQL lives in the store": ("inthread/commands/submit_action.py", "import sqlalchemy"),
    "Flask lives in web": ("inthread/commands/submit_action.py", "import flask"),
    "Web and worker go through commands and queries": (
        "inthread/web/pages.py", "import inthread.store.cases",
    ),
    "Provider libraries live in integrations": (
        "inthread/commands/submit_action.py", "import requests",
    ),
    "Mini-apps do not know each other": ("miniapps/attest.py", "import miniapps.plan"),
    "Nothing imports the composition root": ("inthread/registry.py", "import app"),
    "The sandbox is another company": ("sandbox/office.py", "import inthread.spi"),
}


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-cache"], cwd=folder, capture_output=True, text=True, timeout=120
    )


def _said(done: subprocess.CompletedProcess[str]) -> str:
    """Its words without the banner."""
    return (done.stdout + done.stderr)[-1500:]


def _broken(output: str) -> set[str]:
    return {line.partition("BROKEN")[0].strip() for line in output.splitlines() if "BROKEN" in line}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    for package in _PACKAGES:
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, folder / package, ignore=ignore)
    for name in ("app.py", "pyproject.toml"):
        shutil.copyfile(ROOT / name, folder / name)
    return folder


def test_every_contract_is_kept(copy: Path) -> None:
    done = _lint(copy)
    assert (_broken(done.stdout), done.returncode) == (set(), 0), _said(done)


def test_every_contract_has_its_plant() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = [c["name"] for c in settings["tool"]["importlinter"]["contracts"]]
    assert names == list(PLANTS)


@pytest.mark.parametrize("contract", PLANTS)
def test_a_broken_contract_is_heard(copy: Path, contract: str) -> None:
    name, line = PLANTS[contract]
    path = copy / name
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}\n{line}\n", encoding="utf-8")
    try:
        done = _lint(copy)
    finally:
        path.write_text(before, encoding="utf-8")
    heard = contract in _broken(done.stdout)
    assert (heard, done.returncode) == (True, 1), _said(done)


def test_a_new_module_without_a_floor_is_heard(copy: Path) -> None:
    path = copy / "inthread" / "odds.py"
    path.write_text('"""Where does this belong?"""\n', encoding="utf-8")
    try:
        done = _lint(copy)
    finally:
        path.unlink()
    assert _broken(done.stdout) == {"Floors of inthread"}, _said(done)
